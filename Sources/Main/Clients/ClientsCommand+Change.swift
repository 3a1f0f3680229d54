internal import ArgumentParser
internal import Mail
internal import Relay

extension ClientsCommand {
    /// What a client may ask for, and what holds when it says nothing.
    struct LimitOptions: ParsableArguments {
        @Option(help: "A purpose it may name: notification, ad-hoc, administrator. Repeat it.") var purpose: [Purpose] = []
        @Option(help: "An address, @domain or \"*\" it may send as. Repeat it.", transform: Parse.pattern) var address: [AddressPattern] =
            []
        @Option(help: "The purpose of a message that names none.") var defaultPurpose: Purpose?
        @Option(help: "The current user of a message that names none, by id.", transform: Parse.userID) var defaultUser: UserID?
        @Option(help: "The author when a message's From cannot be used.", transform: Parse.address) var authorIfUnusable: EmailAddress?
        @Option(help: "Where notices of failure go when a message has no envelope sender.", transform: Parse.address) var noticeAddress:
            EmailAddress?

        var limits: Client.Limits { Client.Limits(purposes: Swift.Set(purpose), addresses: address) }

        func validate() throws {
            if let defaultPurpose, !purpose.isEmpty, !purpose.contains(defaultPurpose) {
                throw ValidationError("--default-purpose \(defaultPurpose.rawValue) is outside its own limits")
            }
            if let authorIfUnusable, !address.isEmpty, !address.contains(where: { $0.matches(authorIfUnusable) }) {
                throw ValidationError("--author-if-unusable \(authorIfUnusable) is outside its own limits")
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a client; a key is printed once, on standard output.",
            discussion: """
                A client known by its network must be limited, since anything in that network can pass for it.

                Examples:
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

        func validate() throws {
            let ways = [key, network != nil, uid != nil].filter { $0 }.count
            if ways != 1 { throw ValidationError("give one of --key, --network and --uid") }
            if network != nil, limits.limits.areEmpty {
                throw ValidationError("a client known by its network must be limited: give --address or --purpose")
            }
        }

        func run() async throws {
            let live = Live.current
            var generator = live.generator
            let fresh = ClientKey(using: &generator)
            let id = ClientID(prefix: "client", using: &generator)
            try await options.change(live) { opened in
                var showsKey = false
                try await opened.edit { finder in
                    showsKey = false
                    let before = try await finder.existing(Client.self) { $0.name == name }
                    var client = client(before?.id ?? id, fresh)
                    if let before {
                        if before.isEnabled, client.isKnownLike(before) {
                            client.credential = before.credential
                            guard client == before else {
                                throw CommandFailure.data(
                                    "there is a client \(before.title) already, with other values; `mandate clients limit` changes them")
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

        private func client(_ id: ClientID, _ fresh: ClientKey) -> Client {
            let credential: Client.Credential =
                network.map { .network($0) } ?? uid.map { .uid($0) } ?? .key(sha256: fresh.digest)
            return Client(
                id: id, name: name, credential: credential, limits: limits.limits, defaultPurpose: limits.defaultPurpose,
                defaultUser: limits.defaultUser,
                authorIfUnusable: limits.authorIfUnusable, noticeAddress: limits.noticeAddress)
        }
    }

    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace a client's limits and defaults.",
            discussion: """
                What is not given is no longer limited, or no longer set.

                Examples:
                  mandate clients limit batchmail --purpose notification --address @example.org
                  mandate clients limit cron --unlimited
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var limits: LimitOptions
        @Argument(help: "Id or name.") var client: String
        @Flag(help: "Lift all limits.") var unlimited = false

        func validate() throws {
            if unlimited != limits.limits.areEmpty {
                throw ValidationError("give --purpose or --address, or --unlimited to lift all limits")
            }
        }

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    let before = try await finder.find(Client.self, client)
                    if case .network = before.credential, unlimited {
                        throw CommandFailure.data("client \(before.title) is known by its network, so it must stay limited")
                    }
                    var after = before
                    after.limits = limits.limits
                    after.defaultPurpose = limits.defaultPurpose
                    after.defaultUser = limits.defaultUser
                    after.authorIfUnusable = limits.authorIfUnusable
                    after.noticeAddress = limits.noticeAddress
                    return after == before ? Plan("client \(before.title)") : Plan("limited client \(after.title)", [.put(after.entity)])
                }
            }
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
        case (.key, _), (.network, _), (.uid, _): false
        }
    }
}
