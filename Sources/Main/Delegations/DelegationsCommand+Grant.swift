internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay

extension DelegationsCommand {
    struct GrantEntry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "grant", abstract: "Let a mailbox send for an address or a domain.",
            discussion: """
                Examples:
                  mandate delegations grant tracker@example.org bob@example.org --kind send-as
                  mandate delegations grant tracker@example.org @partner.example --kind on-behalf --until 2027-01-01 --reason "project Atlas"
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The mailbox, by address, login or id.") var mailbox: String
        @Argument(help: "The address, or @domain.", transform: Parse.pattern) var covers: AddressPattern
        @Option(help: "send-as, on-behalf or alias.") var kind = Delegation.Kind.sendAs
        @Option(help: "Lower is preferred.") var priority = 100
        @Option(help: "Valid from this day or moment (UTC).", transform: Parse.date) var from: Date?
        @Option(help: "Valid until this day or moment (UTC).", transform: Parse.date) var until: Date?
        @Option(help: "Why, for the auditor.", transform: Parse.line) var reason = ""
        @Flag(help: "Send even where the tenant does not sign for the domain (DMARC will fail).") var allowUnaligned = false
        @Option(help: "It is known to work: say how, such as \"sent a test on Monday\".", transform: Parse.name) var proven: String?

        func validate() throws {
            if covers == .any {
                throw ValidationError("a delegation names an address or @domain; \"*\" would hand out every address there is")
            }
            if let from, let until, until <= from { throw ValidationError("--until must come after --from") }
            if proven != nil, case .domain = covers {
                throw ValidationError("--proven is about one address; a domain cannot be proven as a whole")
            }
        }

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                try await opened.edit { finder in
                    let mailbox = try await finder.find(Mailbox.self, mailbox)
                    let before = try await DelegationRules.existing(mailbox, covers, finder.store).first { $0.kind == kind }
                    let after = delegation(mailbox, before, live)
                    if after == before { return Plan("\(mailbox.address) may send for \(covers) (\(kind.rawValue))") }
                    return Plan("\(mailbox.address) may now send for \(covers) (\(kind.rawValue))", [.put(.delegation(after))])
                }
                if let proven { try await prove(proven, opened) }
            }
        }

        /// Who granted it and when stay as they were when nothing else is new; granting again with other values is a new grant.
        private func delegation(_ mailbox: Mailbox, _ before: Delegation?, _ live: Live) -> Delegation {
            var generator = live.generator
            var after = Delegation(
                id: before?.id ?? DelegationID(prefix: "del", using: &generator), mailbox: mailbox.id, covers: covers, kind: kind,
                priority: priority, validFrom: from, validUntil: until, grantedBy: before?.grantedBy ?? live.person,
                grantedAt: before?.grantedAt ?? live.now(), reason: reason, allowsUnaligned: allowUnaligned)
            if let before, after != before {
                after.grantedBy = live.person
                after.grantedAt = live.now()
            }
            return after
        }

        private func prove(_ how: String, _ opened: OpenedStore) async throws {
            guard case .address(let address) = covers else { return }
            let mailbox = try await Finder(store: opened.store).find(Mailbox.self, mailbox)
            let standing = Standing.proven(at: opened.live.now(), how: how)
            let observations = mailbox.transports.map {
                Observation.standing(StandingKey(login: mailbox.login, from: address, transport: $0), standing)
            }
            try await opened.observe(
                observations, of: mailbox.entity.key, "proven: \(how)",
                personal: [.init(.mailbox, mailbox.login), .init(.from, address.description)])
            opened.live.say("recorded as proven: \(how)")
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a delegation back; messages in the queue feel it too.",
            discussion: """
                Examples:
                  mandate delegations revoke tracker@example.org bob@example.org
                  mandate delegations revoke del-0123456789abcdef
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The mailbox; or alone, the delegation's id.") var mailbox: String
        @Argument(help: "The address, or @domain.", transform: Parse.pattern) var covers: AddressPattern?
        @Option(help: "Only the delegation of this kind.") var kind: Delegation.Kind?

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    guard let covers else {
                        guard case .delegation(let delegation) = try await finder.delegation(mailbox) else {
                            throw CommandFailure.data("\(mailbox) is a deny entry; `mandate delegations allow` lifts it")
                        }
                        return Plan("revoked \(delegation.id)", [.remove(EntityKey(.delegation, delegation.id.text))])
                    }
                    let mailbox = try await finder.find(Mailbox.self, mailbox)
                    let found = try await DelegationRules.existing(mailbox, covers, finder.store).filter { kind == nil || $0.kind == kind }
                    guard !found.isEmpty else { return Plan("\(mailbox.address) has no such delegation for \(covers)") }
                    return Plan(
                        "\(mailbox.address) may no longer send for \(covers)",
                        found.map { .remove(EntityKey(.delegation, $0.id.text)) })
                }
            }
        }
    }
}

/// Looks delegations up.
enum DelegationRules {
    /// The mailbox's delegations for just this address or domain; read from the few that a slice brings, not from all there are.
    static func existing(_ mailbox: Mailbox, _ covers: AddressPattern, _ store: some DirectoryStore) async throws -> [Delegation] {
        let address: EmailAddress
        switch covers {
        case .address(let own): address = own
        case .domain(let domain): address = try EmailAddress(localPart: "postmaster", domain: domain)
        case .any: return []
        }
        let directory = try await store.directory(of: DirectorySlice(addresses: [address]))
        return directory.allDelegations.filter { $0.mailbox == mailbox.id && $0.covers == covers }
    }
}
