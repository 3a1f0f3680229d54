internal import ArgumentParser
internal import Relay

extension ClientsCommand {
    struct RoleCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Replace a client's roles.",
            discussion: """
                Example:
                  mandate clients role ann auditor
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var client: String
        @Argument(help: "sender, administrator, auditor; one or several.") var role: [Role]

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    let before = try await finder.find(Client.self, client)
                    var after = before
                    after.roles = Swift.Set(role)
                    if let problem = after.problem { throw CommandFailure.data("client \(before.title): \(problem)") }
                    let words = "client \(after.title) is \(Role.sorted(after.roles).joined(separator: ", "))"
                    return after == before ? Plan(words) : Plan("\(words) now", [.put(after.entity)])
                }
            }
        }
    }

    struct Tokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace the mailboxes whose access tokens a client may have.",
            discussion: """
                None, unless they are named here: a client that has a token can do whatever the token's scopes allow, beyond its limits and ours, until it \
                expires. Each hand-out is in the journal, and one whose outcome the client does not report is listed. A token of an app-only or \
                service-account grant opens more mailboxes than the one it was asked for, which --whole-grant must allow.

                Examples:
                  mandate clients tokens batchmail --mailbox tracker@example.org
                  mandate clients tokens batchmail --family everyone --whole-grant
                  mandate clients tokens batchmail --none
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var client: String
        @Option(help: "A mailbox, by address, login or id. Repeat it.") var mailbox: [String] = []
        @Option(help: "A family, by name or id: any address in it. Repeat it.") var family: [String] = []
        @Flag(help: "Also tokens that open every mailbox of their grant.") var wholeGrant = false
        @Flag(help: "No tokens any more.") var none = false

        func validate() throws {
            if none != (mailbox.isEmpty && family.isEmpty) { throw ValidationError("name --mailbox or --family, or say --none") }
        }

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    let before = try await finder.find(Client.self, client)
                    var after = before
                    after.tokenRights = []
                    for name in mailbox {
                        let mailbox = try await finder.find(Mailbox.self, name)
                        try await add(.mailbox(mailbox.id), of: mailbox.grant, named: name, to: &after, finder)
                    }
                    for name in family {
                        let family = try await finder.find(Family.self, name)
                        try await add(.family(family.id), of: family.grant, named: name, to: &after, finder)
                    }
                    if let problem = after.problem { throw CommandFailure.data("client \(before.title): \(problem)") }
                    let words = after.tokenRights.isEmpty ? "no tokens" : "tokens of \((mailbox + family).joined(separator: ", "))"
                    return after == before
                        ? Plan("client \(after.title)") : Plan("client \(after.title) may have \(words)", [.put(after.entity)])
                }
            }
        }

        private func add(
            _ row: ConcreteMailbox.Row, of grant: GrantID, named name: String, to client: inout Client, _ finder: Finder
        ) async throws {
            guard !client.tokenRights.contains(where: { $0.row == row }) else { return }
            let right = Client.TokenRight(row, coversWholeGrant: wholeGrant)
            if Client.problem(with: right, try await finder.find(Grant.self, grant.text)) != nil {
                throw CommandFailure.data("a token of \(name) opens every mailbox of its grant: --whole-grant says that this is meant")
            }
            client.tokenRights.append(right)
        }
    }
}
