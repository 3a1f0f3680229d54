internal import ArgumentParser
internal import Mail
internal import Relay

extension ClientsCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a client, or a person for the console; a key is printed once, on standard output.",
            discussion: """
                A client known by its network must be limited, since anything in that network can pass for it. A password is for people at the console; \
                it is asked for, or read from standard input, and has \(PasswordHash.leastLength) characters at least.

                Roles: sender (asks and sends, within its limits; what a client is unless told otherwise), administrator (changes everything, sends \
                nothing), auditor (reads everything).

                Examples:
                  mandate clients add ann --password --role administrator
                  mandate clients add batchmail --key >batchmail.key
                  mandate clients add printer --network 192.0.2.17 --address scan@example.org
                  mandate clients add cron --uid 1001 --purpose administrator
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var limits: LimitOptions
        @Argument(help: "A name of your choice.", transform: Parse.name) var name: String
        @Flag(help: "Known by a key, which is made and printed.") var key = false
        @Option(help: "Known by the network it calls from.", transform: { try Network($0) }) var network: Network?
        @Option(help: "Known by its uid on this machine.") var uid: UInt32?
        @Flag(help: "Known by a password, at the console alone.") var password = false
        @Option(help: "sender, administrator or auditor. Repeat it.") var role: [Role] = []

        func validate() throws {
            let ways = [key, network != nil, uid != nil, password].filter { $0 }.count
            if ways != 1 { throw ValidationError("give one of --key, --password, --network and --uid") }
            if network != nil, limits.limits.areEmpty {
                throw ValidationError("a client known by its network must be limited: give --address or --purpose")
            }
            if password, role.isEmpty { throw ValidationError("say what the password is for: --role administrator or --role auditor") }
        }

        func run() async throws {
            let live = Live.current
            var generator = live.generator
            let fresh = ClientKey(using: &generator)
            let id = ClientID(prefix: "client", using: &generator)
            let hash = try password ? newPassword(live) : nil
            try await options.change(live) { opened in
                var showsKey = false
                try await opened.edit { finder in
                    showsKey = false
                    let before = try await finder.existing(Client.self) { $0.name == name }
                    var client = client(before?.id ?? id, fresh, hash)
                    if let problem = client.problem { throw CommandFailure.data("client \(name): \(problem)") }
                    if let before {
                        if before.isEnabled, client.isKnownLike(before) {
                            client.credential = before.credential
                            client.tokenRights = before.tokenRights
                            guard client == before else {
                                throw CommandFailure.data(
                                    "there is a client \(before.title) already, with other values; `mandate clients limit` and `mandate clients role` change them"
                                )
                            }
                            return Plan("client \(before.title)\(key ? "; its key was shown when it was made" : "")")
                        }
                        guard !before.isEnabled else {
                            throw CommandFailure.data(
                                "there is a client \(before.title) already, known by \(before.credential.words); revoke it first")
                        }
                    }
                    showsKey = key
                    return Plan("\(before == nil ? "added" : "let in again") client \(client.title)", [.put(client.entity)])
                }
                guard showsKey else { return }
                live.output(fresh.text)
                live.say("this is the only time the key is shown: the store keeps no more than its SHA-256")
            }
        }

        private func newPassword(_ live: Live) throws -> PasswordHash {
            let source = live.standardInput.isTerminal ? "prompt" : "-"
            let secret = try SecretReader(live: live, option: "--password", what: "password").read(from: source)
            guard secret.revealText().count >= PasswordHash.leastLength else {
                throw CommandFailure.data("a password has \(PasswordHash.leastLength) characters at least")
            }
            guard let hash = PasswordHash(of: secret, salt: live.randomBytes(16)) else {
                throw CommandFailure.data("this password cannot be hashed")
            }
            return hash
        }

        private func client(_ id: ClientID, _ fresh: ClientKey, _ hash: PasswordHash?) -> Client {
            let credential: Client.Credential =
                network.map { .network($0) } ?? uid.map { .uid($0) } ?? hash.map { .password($0) } ?? .key(sha256: fresh.digest)
            return Client(
                id: id, name: name, credential: credential, limits: limits.limits, defaultPurpose: limits.defaultPurpose,
                defaultUser: limits.defaultUser,
                authorIfUnusable: limits.authorIfUnusable, noticeAddress: limits.noticeAddress,
                roles: role.isEmpty ? [.sender] : Swift.Set(role), isStrict: limits.strict)
        }
    }
}

extension Client {
    /// Keys cannot be compared, since ours is new each time; everything else can.
    fileprivate func isKnownLike(_ other: Client) -> Bool {
        switch (credential, other.credential) {
        case (.key, .key): true
        case (.network(let a), .network(let b)): a == b
        case (.uid(let a), .uid(let b)): a == b
        case (.password, .password): true
        case (.key, _), (.network, _), (.uid, _), (.password, _): false
        }
    }
}

extension Role: ExpressibleByArgument {}
