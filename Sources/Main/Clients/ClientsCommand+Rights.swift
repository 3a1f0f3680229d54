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
        @Argument(help: "sender, administrator, auditor; one or several.", completion: .list(Role.allCases.map(\.rawValue))) var role:
            [String]

        func run() async throws {
            try await ClientsCommand.change(client, [.init("roles", DocumentValue(role))], options, calling: ["roles": "role"])
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
            let rights: [DocumentValue] =
                mailbox.map { ["mailbox": .text($0), "whole_grant": .flag(wholeGrant)] }
                + family.map { ["family": .text($0), "whole_grant": .flag(wholeGrant)] }
            try await ClientsCommand.change(client, [.init("tokens", .list(rights))], options, calling: ["tokens": "--whole-grant"])
        }
    }
}
