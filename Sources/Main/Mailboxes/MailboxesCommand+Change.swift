internal import ArgumentParser
internal import Relay

extension MailboxesCommand {
    /// What the fields of a mailbox or a family are called here.
    static let options = [
        "address": "the address", "login": "--login", "grant": "--grant", "transports": "--transport", "transport": "--over",
        "name": "--name", "read": "--read",
    ].merging(StewardOptions.names) { $1 }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a mailbox, or a family of them.",
            discussion: """
                Examples:
                  mandate mailboxes add tracker@example.org --grant tracker --login svc-tracker@example.onmicrosoft.com
                  mandate mailboxes add scan@example.org --grant staff --owner 'facility team' --used-for 'scanners of the house'
                  mandate mailboxes add --family @example.org --grant staff
                  mandate mailboxes add --family ann@example.org --family bob@example.org --name dependencies --grant staff
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The mailbox's address.") var address: String?
        @Option(help: "Instead of one address: @domain or addresses, each its own mailbox; repeat it.") var family: [String] = []
        @Option(help: "The grant that opens it, by id or name.") var grant: String
        @Option(help: "What signs in at the provider, where it differs from the address.") var login: String?
        @Option(help: "A family's name; its first member unless given.") var name: String?
        @Option(
            help:
                "How messages leave, in order of preference: smtp, graph, gmail; smtp unless given, where the provider has it. Repeat it.",
            completion: .list(Transport.allCases.map(\.rawValue)))
        var transport: [String] = []
        @Flag(help: "An application reads its incoming mail, too: its consents ask for that as well.") var read = false
        @OptionGroup var steward: StewardOptions

        func validate() throws {
            if (address == nil) == family.isEmpty { throw ValidationError("give one address, or --family @domain (or several addresses)") }
            if !family.isEmpty, login != nil { throw ValidationError("--login is for one mailbox; a family's logins are its users'") }
            if !family.isEmpty, read { throw ValidationError("--read is for one mailbox: nobody consents to a family") }
            if address != nil, name != nil { throw ValidationError("--name is for a family; a mailbox is known by its address") }
        }

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.carryOut(calling: MailboxesCommand.options.merging(["members": "--family"]) { $1 }) { try $0.add(said) }
            }
        }

        private var said: Particulars {
            var said =
                family.isEmpty
                ? Particulars(.mailbox, ["address": address, "login": login, "grant": grant, "read": read ? "yes" : nil])
                : Particulars(.family, ["name": name ?? family[0], "grant": grant])
            if !family.isEmpty { said["members"] = DocumentValue(family) }
            if !transport.isEmpty { said["transports"] = DocumentValue(transport) }
            said.entries += steward.entries.filter { $0.value != .null }
            return said
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a mailbox or a family, or switch it on or off.",
            discussion: """
                Examples:
                  mandate mailboxes set tracker@example.org --disable
                  mandate mailboxes set intake@example.org --read      # then: mandate grants authorize intake
                  mandate mailboxes set @example.org --member @example.org --member @example.com
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var use: UseOption
        @Argument(help: "Id, address, login, or a family's name.") var mailbox: String
        @Option(help: "Another grant, by id or name.") var grant: String?
        @Option(help: "Another address.") var address: String?
        @Option(help: "Another login.") var login: String?
        @Option(help: "A family's members, in place of those there are; repeat it.") var member: [String] = []
        @Option(help: "A family's other name.") var name: String?
        @Option(
            help: "The transports, in place of those there are; repeat it.", completion: .list(Transport.allCases.map(\.rawValue)))
        var transport: [String] = []
        @OptionGroup var steward: StewardOptions
        @Flag(inversion: .prefixedNo, help: "Whether its incoming mail is read, too: the next consent asks for that as well.") var read:
            Bool?

        func run() async throws {
            try await options.change(.current) { opened in
                // By its id from here on: what it was named by may be what changes.
                let entity = try await opened.administration().mailboxOrFamily(mailbox)
                try check(entity)
                let options = MailboxesCommand.options.merging(["members": "--member", "address": "--address"]) { $1 }
                try await opened.carryOut(calling: options) { try $0.change(entity.key, by: patch) }
            }
        }

        private func check(_ entity: DirectoryEntity) throws {
            if entity.key.kind == .mailbox, !member.isEmpty || name != nil {
                throw CommandFailure.usage("--member and --name are for families; \(entity.title) is a mailbox")
            }
            if entity.key.kind == .family, address != nil || login != nil || read != nil {
                throw CommandFailure.usage("--address, --login and --read are for a mailbox; \(entity.title) is a family")
            }
        }

        private var patch: [DocumentValue.Entry] {
            let texts: KeyValuePairs = ["grant": grant, "address": address, "login": login, "name": name]
            var patch = texts.compactMap { key, text in text.map { DocumentValue.Entry(key, .text($0)) } }
            if !member.isEmpty { patch.append(.init("members", DocumentValue(member))) }
            if !transport.isEmpty { patch.append(.init("transports", DocumentValue(transport))) }
            if let read { patch.append(.init("read", .flag(read))) }
            if let isEnabled = use.isEnabled { patch.append(.init("enabled", .flag(isEnabled))) }
            return patch + steward.entries
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a mailbox or a family.",
            discussion: """
                A mailbox with delegations stays, unless --cascade removes those too. The account at the provider is untouched.

                Example:
                  mandate mailboxes remove tracker@example.org --cascade
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var cascade: CascadeOption
        @Argument(help: "Id, address, login, or a family's name.") var mailbox: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.remove(try await opened.administration().mailboxOrFamily(mailbox).key, cascade)
            }
        }
    }
}
