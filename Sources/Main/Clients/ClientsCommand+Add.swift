internal import ArgumentParser
internal import Relay

extension ClientsCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a client, or a person for the console; a key is printed once, on standard output.",
            discussion: """
                A client known by its network must be limited, since anything in that network can pass for it. A password is for people at the console; \
                it is asked for, or read from standard input, and has \(PasswordHash.leastLength) characters at least. Who was revoked is let in again. A key \
                is shown when it is made and never again: `mandate clients rekey` makes another.

                Roles: sender (asks and sends, within its limits; what a client is unless told otherwise), administrator (changes everything, sends \
                nothing), auditor (reads everything).

                Examples:
                  mandate clients add ann --password --role administrator
                  mandate clients add batchmail --key --address batchmail@example.org >batchmail.key
                  mandate clients add printer --network 192.0.2.17 --address scan@example.org
                  mandate clients add cron --uid 1001 --purpose administrator
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var limits: LimitOptions
        @Argument(help: "A name of your choice.") var name: String
        @Flag(help: "Known by a key, which is made and printed.") var key = false
        @Option(help: "Known by the network it calls from.") var network: String?
        @Option(help: "Known by its uid on this machine.") var uid: String?
        @Flag(help: "Known by a password, at the console alone.") var password = false
        @Option(help: "sender, administrator or auditor. Repeat it.", completion: .list(Role.allCases.map(\.rawValue))) var role: [String] =
            []

        @OptionGroup var steward: StewardOptions

        func validate() throws {
            let ways = [key, network != nil, uid != nil, password].filter { $0 }.count
            if ways != 1 { throw ValidationError("give one of --key, --password, --network and --uid") }
        }

        func run() async throws {
            let live = Live.current
            let hash = try password ? ClientsCommand.chosenPassword(live).text : nil
            var said = Particulars(
                .client,
                ["name": name, "new_key": key ? "yes" : nil, "network": network, "uid": uid, "password_scrypt": hash])
            said.entries += limits.entries.filter { $0.value != .null } + steward.entries.filter { $0.value != .null }
            if !role.isEmpty { said["roles"] = DocumentValue(role) }
            let names = LimitOptions.names.merging(["network": "--network", "uid": "--uid", "roles": "--role"]) { $1 }
                .merging(StewardOptions.names) { $1 }
            try await options.change(live) { opened in try await opened.carryOut(said.slice, calling: names) { try $0.add(said) } }
        }
    }

    /// Asked for, or read from standard input.
    static func chosenPassword(_ live: Live) throws -> PasswordHash {
        let source = live.standardInput.isTerminal ? "prompt" : "-"
        let secret = try SecretReader(live: live, option: "--password", what: "password").read(from: source)
        return try PasswordHash(chosen: secret, salt: live.randomBytes(16))
    }
}
