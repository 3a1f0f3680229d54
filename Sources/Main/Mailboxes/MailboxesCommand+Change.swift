internal import ArgumentParser
internal import Mail
internal import Relay

extension MailboxesCommand {
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a mailbox, or a family of them.",
            discussion: """
                Examples:
                  mandate mailboxes add tracker@example.org --grant tracker --login svc-tracker@example.onmicrosoft.com
                  mandate mailboxes add --family @example.org --grant staff
                  mandate mailboxes add --family ann@example.org --family bob@example.org --name dependencies --grant staff
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The mailbox's address.", transform: Parse.address) var address: EmailAddress?
        @Option(help: "Instead of one address: @domain or addresses, each its own mailbox; repeat it.", transform: Parse.pattern)
        var family: [AddressPattern] = []
        @Option(help: "The grant that opens it, by id or name.") var grant: String
        @Option(help: "What signs in at the provider, where it differs from the address.", transform: Parse.name) var login: String?
        @Option(help: "A family's name; its first member unless given.", transform: Parse.name) var name: String?
        @Option(help: "How messages leave, in order of preference: smtp, graph, gmail. Repeat it.") var transport: [Transport] = [.smtp]
        @Flag(help: "An application reads its incoming mail, too: its consents ask for that as well.") var read = false

        func validate() throws {
            if (address == nil) == family.isEmpty { throw ValidationError("give one address, or --family @domain (or several addresses)") }
            if !family.isEmpty, login != nil { throw ValidationError("--login is for one mailbox; a family's logins are its users'") }
            if !family.isEmpty, read { throw ValidationError("--read is for one mailbox: nobody consents to a family") }
            if address != nil, name != nil { throw ValidationError("--name is for a family; a mailbox is known by its address") }
            if Swift.Set(transport).count != transport.count { throw ValidationError("a --transport is given twice") }
        }

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    let grant = try await finder.find(Grant.self, grant)
                    if let address { return try await plan(address, grant, finder, opened.live) }
                    return try await familyPlan(grant, finder, opened.live)
                }
            }
        }

        private func plan(_ address: EmailAddress, _ grant: Grant, _ finder: Finder, _ live: Live) async throws -> Plan {
            var generator = live.generator
            let fresh = Mailbox(
                id: MailboxID(prefix: "mbx", using: &generator), address: address, login: login, grant: grant.id, transports: transport,
                isRead: read)
            guard let before = try await finder.existing(Mailbox.self, where: { $0.address == address && $0.login == fresh.login }) else {
                return Plan("added mailbox \(fresh.title)", [.put(fresh.entity)])
            }
            guard before.grant == fresh.grant, before.transports == fresh.transports, before.isRead == fresh.isRead else {
                throw CommandFailure.data(
                    "there is a mailbox \(before.title) already, with other values; `mandate mailboxes set` changes them")
            }
            return Plan("mailbox \(before.title)")
        }

        private func familyPlan(_ grant: Grant, _ finder: Finder, _ live: Live) async throws -> Plan {
            var generator = live.generator
            let fresh = Family(
                id: FamilyID(prefix: "fam", using: &generator), name: name ?? family[0].description, members: family, grant: grant.id,
                transports: transport)
            try FamilyRules.check(fresh, grant)
            guard let before = try await finder.existing(Family.self, where: { $0.name == fresh.name }) else {
                return Plan("added family \(fresh.title)", [.put(fresh.entity)])
            }
            guard before.members == fresh.members, before.grant == fresh.grant, before.transports == fresh.transports else {
                throw CommandFailure.data(
                    "there is a family \(before.title) already, with other values; `mandate mailboxes set` changes them")
            }
            return Plan("family \(before.title)")
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
        @Option(help: "Another address.", transform: Parse.address) var address: EmailAddress?
        @Option(help: "Another login.", transform: Parse.name) var login: String?
        @Option(help: "A family's members, in place of those there are; repeat it.", transform: Parse.pattern) var member:
            [AddressPattern] = []
        @Option(help: "A family's other name.", transform: Parse.name) var name: String?
        @Option(help: "The transports, in place of those there are; repeat it.") var transport: [Transport] = []
        @Flag(inversion: .prefixedNo, help: "Whether its incoming mail is read, too: the next consent asks for that as well.") var read:
            Bool?

        func validate() throws {
            if Swift.Set(transport).count != transport.count { throw ValidationError("a --transport is given twice") }
        }

        func run() async throws {
            try await options.change(.current) { opened in
                // By its id from here on: what it was named by may be what changes.
                let id = try await Finder(store: opened.store).account(mailbox).entity.key.id
                try await opened.edit { finder in
                    let account = try await finder.account(id)
                    let grant = try await finder.find(Grant.self, grant ?? account.grant.text)
                    let changed = try changed(account, grant)
                    if changed == account { return Plan(account.title) }
                    return Plan("changed \(changed.title)", [.put(changed.entity)])
                }
                if read == true { try await sayNext(id, opened) }
            }
        }

        /// Once it is stored: a plan may be made twice.
        private func sayNext(_ id: String, _ opened: OpenedStore) async throws {
            let finder = Finder(store: opened.store)
            let account = try await finder.account(id)
            let grant = try await finder.find(Grant.self, account.grant.text)
            guard grant.kind == .consent else { return }
            opened.live.say("next: mandate grants authorize \(grant.name.shellQuoted)   # to be asked for reading, too")
        }

        private func changed(_ account: MailboxOrFamily, _ grant: Grant) throws -> MailboxOrFamily {
            switch account {
            case .mailbox(var mailbox):
                guard member.isEmpty, name == nil else {
                    throw CommandFailure.usage("--member and --name are for families; \(mailbox.title) is a mailbox")
                }
                mailbox.grant = grant.id
                if let address { mailbox.address = address }
                if let login { mailbox.login = login }
                if !transport.isEmpty { mailbox.transports = transport }
                if let read { mailbox.isRead = read }
                if let isEnabled = use.isEnabled { mailbox.isEnabled = isEnabled }
                return .mailbox(mailbox)
            case .family(var family):
                guard address == nil, login == nil, read == nil else {
                    throw CommandFailure.usage("--address, --login and --read are for a mailbox; \(family.title) is a family")
                }
                family.grant = grant.id
                if !member.isEmpty { family.members = member }
                if let name { family.name = name }
                if !transport.isEmpty { family.transports = transport }
                if let isEnabled = use.isEnabled { family.isEnabled = isEnabled }
                try FamilyRules.check(family, grant)
                return .family(family)
            }
        }
    }
}
