internal import Mail

/// How far each grant and each mailbox reaches: what it could send as, whoever holds its secret, beside what it is here for. The smaller of the two is what it should have.
package struct ReachReport: Sendable {
    package struct Row: Sendable, Hashable {
        /// A grant or a mailbox.
        package let key: EntityKey
        package let name: String
        /// In words: what the provider lets it do unless somebody narrows it.
        package let could: String
        /// Addresses in use here that it could send as, as far as they are known; nil: nothing is known.
        package let couldCount: Int?
        /// Mailboxes, or addresses of others, that it is here for.
        package let needs: Int
        /// What would narrow it.
        package let remedy: Remedy
    }

    /// Above so many addresses of others a mailbox stands for a house; a team's shared mailbox stays below.
    package static let many = 20

    package private(set) var rows: [Row] = []

    private let directory: Directory

    package init(_ directory: Directory) {
        self.directory = directory
        let people = directory.addressesByDomain
        let mailboxes = Dictionary(grouping: directory.allMailboxes, by: \.grant)
        let families = Dictionary(grouping: directory.allFamilies, by: \.grant)
        for grant in directory.allGrants.sorted(by: { $0.name < $1.name }) where grant.isEnabled && grant.opensManyMailboxes {
            guard let source = directory.source(of: grant.id) else { continue }
            let own = (mailboxes[grant.id] ?? []).filter(\.isEnabled)
            let members = (families[grant.id] ?? []).filter(\.isEnabled).flatMap(\.members)
            let needs =
                own.count
                + members.reduce(0) { sum, member in
                    switch member {
                    case .address: sum + 1
                    case .domain(let domain): sum + (people[domain] ?? 0)
                    case .any: sum
                    }
                }
            let domains = source.application.domains
            let known = domains.isEmpty ? nil : domains.reduce(0) { $0 + (people[$1] ?? 0) }
            rows.append(
                Row(
                    key: EntityKey(.grant, grant.id.text), name: grant.name, could: Self.could(source), couldCount: known, needs: needs,
                    remedy: Self.narrowing(source)))
        }
        let rights = Dictionary(grouping: directory.allDelegations, by: \.mailbox)
        for mailbox in directory.allMailboxes.sorted(by: { $0.address < $1.address }) where mailbox.isEnabled {
            let rights = rights[mailbox.id] ?? []
            let domains = rights.compactMap { if case .domain(let domain) = $0.covers { domain } else { nil } }
            guard rights.count > Self.many || !domains.isEmpty else { continue }
            let wide =
                domains.isEmpty ? "" : ", among them whole domains: \(domains.map { "@\($0.text)" }.sorted().joined(separator: ", "))"
            let families = "mandate mailboxes add --family @\(mailbox.address.domain.ascii) --grant GRANT"
            rows.append(
                Row(
                    key: EntityKey(.mailbox, mailbox.id.text), name: mailbox.address.description,
                    could: "\(rights.count) addresses of others\(wide)",
                    couldCount: rights.count - domains.count + domains.reduce(0) { $0 + (people[$1] ?? 0) }, needs: rights.count,
                    remedy: Remedy(
                        .look("mandate delegations list --mailbox \(mailbox.address.description.shellQuoted)"),
                        .command(families, "a mailbox of its own for each"))))
        }
    }

    private static func could(_ source: GrantSource) -> String {
        switch (source.provider.kind, source.grant.kind) {
        case (.microsoft, _): "every mailbox of the tenant \(source.application.tenant), unless a scope in Exchange narrows it"
        case (.google, _): "every user of the Workspace domain, for the scopes that are delegated to it"
        case (.custom, _): "whatever its provider lets it"
        }
    }

    /// Source: Exchange's RBAC for applications, whose rights and Entra's add up (domain.md 2.3).
    private static func narrowing(_ source: GrantSource) -> Remedy {
        let id = source.application.clientID.powerShellLiteral
        switch source.provider.kind {
        case .microsoft:
            return Remedy([
                .provider(
                    "New-ManagementScope -Name 'Mandate' -RecipientRestrictionFilter \"MemberOfGroup -eq '<distinguished name of the group>'\""
                ),
                .provider(
                    "New-ManagementRoleAssignment -Name 'Mandate SMTP' -Role 'Application SMTP.SendAsApp' -App \(id) -CustomResourceScope 'Mandate'"
                ),
                .provider(
                    "Entra admin center, API permissions: remove SMTP.SendAsApp and Mail.Send there: rights in Entra and in Exchange add up, and beside them a scope narrows nothing"
                ),
                .provider("Test-ServicePrincipalAuthorization -Identity \(id)"),
            ])
        case .google:
            return Remedy(
                .provider(
                    "admin.google.com, Security, API controls, Domain-wide delegation: leave it the scopes that it needs, and no more"))
        case .custom: return Remedy()
        }
    }
}

extension Directory {
    /// How many addresses of users that are on each domain has.
    fileprivate var addressesByDomain: [Domain: Int] {
        let census = users.census(AddressMarks(), examples: 0)
        var counts = census.plain.mapValues(\.count)
        for address in census.singular { counts[address.domain, default: 0] += 1 }
        return counts
    }
}
