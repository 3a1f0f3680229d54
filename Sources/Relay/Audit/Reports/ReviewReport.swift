internal import Mail
package import struct FoundationEssentials.Date

/// What somebody has to look at again: senders, grants and clients without an owner, whose day has come, or that nobody has used for long (design section 11).
package struct ReviewReport: Sendable {
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// The day on which it was to be looked at has come.
        case due
        case unused
        case ownerless = "no-owner"
    }

    package struct Row: Sendable, Hashable {
        package let entity: DirectoryEntity
        /// As commands name it.
        package let name: String
        package let stewardship: Stewardship
        /// nil: not as far back as is known.
        package let lastUse: Date?
        /// Empty: there is nothing to do.
        package let reasons: Set<Reason>
        /// In words; empty where there is none.
        package let words: String
        package let steps: [String]
    }

    /// Seconds without use after which somebody should ask what it is for.
    package static let unused = 90.0 * 86_400

    /// What is due first, then what nobody uses, then what is nobody's.
    package private(set) var rows: [Row] = []

    private let directory: Directory
    private let lastSeen: LastSeen
    /// Since when it is known what was used.
    private let since: Date?
    private let now: Date

    package init(
        _ directory: Directory, sightings: [SightingTotal], uses: [GrantID: GrantUse], clientDays: [ClientID: Date], at now: Date
    ) {
        self.directory = directory
        self.now = now
        lastSeen = LastSeen(sightings)
        since = sightings.map(\.first).min()
        for grant in directory.allGrants where grant.isEnabled { add(.grant(grant), grant.name, uses[grant.id]?.usedAt) }
        let rights = Dictionary(grouping: directory.allDelegations, by: \.mailbox)
        for mailbox in directory.allMailboxes where mailbox.isEnabled {
            let own = lastSeen[.address(mailbox.address)]
            let others = (rights[mailbox.id] ?? []).compactMap { lastSeen[$0.covers] }.max()
            let unowned = (rights[mailbox.id] ?? []).count { $0.stewardship.owner.isEmpty }
            add(.mailbox(mailbox), mailbox.address.description, [own, others].compactMap(\.self).max(), rights: unowned)
        }
        for family in directory.allFamilies where family.isEnabled {
            add(.family(family), family.name, family.members.compactMap { lastSeen[$0] }.max())
        }
        for delegation in directory.allDelegations {
            // Whoever answers for a mailbox answers for what it may do, unless somebody else does; where nobody does, that is asked once, of the mailbox.
            let owner = directory.mailbox(delegation.mailbox)?.stewardship.owner ?? ""
            add(.delegation(delegation), delegation.id.text, lastSeen[delegation.covers], from: delegation.grantedAt, inheriting: owner)
        }
        for client in directory.allClients where client.isEnabled && client.roles.contains(.sender) {
            add(.client(client), client.name, clientDays[client.id])
        }
        rows.sort { ($0.rank, $0.entity.kind.rawValue, $0.name) < ($1.rank, $1.entity.kind.rawValue, $1.name) }
    }

    /// `from`: since when it is there, where that is known. `inheriting`: who answers for it where it has no owner of its own; nil: it has none but its own.
    /// `rights`: of a mailbox, that nobody answers for but through it.
    private mutating func add(
        _ entity: DirectoryEntity, _ name: String, _ lastUse: Date?, from: Date? = nil, inheriting owner: String? = nil, rights: Int = 0
    ) {
        var stewardship = entity.stewardship ?? .none
        if stewardship.owner.isEmpty, let owner { stewardship.owner = owner }
        var reasons: [(Reason, String)] = []
        if let review = stewardship.review, review <= now { reasons.append((.due, "to be looked at since \(review.day)")) }
        let known = lastUse ?? [from, since].compactMap(\.self).max()
        if let known, now.timeIntervalSince(known) > Self.unused {
            reasons.append((.unused, lastUse.map { "last used \($0.day)" } ?? "not used since \(known.day), from when on it is known"))
        }
        if stewardship.owner.isEmpty, owner == nil {
            let others = rights == 0 ? "" : rights == 1 ? ", nor for the right that it has" : ", nor for the \(rights) rights that it has"
            reasons.append((.ownerless, "nobody answers for it\(others)"))
        }
        rows.append(
            Row(
                entity: entity, name: name, stewardship: stewardship, lastUse: lastUse, reasons: Set(reasons.map(\.0)),
                words: reasons.map(\.1).joined(separator: "; "),
                steps: reasons.isEmpty ? [] : Self.steps(entity.kind, name, isOwned: !stewardship.owner.isEmpty)))
    }

    private static func steps(_ kind: EntityKind, _ name: String, isOwned: Bool) -> [String] {
        let thing = "\(kind.rawValue) \(name.shellQuoted)"
        return [
            "mandate audit confirm \(thing)\(isOwned ? "" : " --owner NAME")".pasteable, "mandate audit retire \(thing)".pasteable,
        ]
    }
}

extension ReviewReport.Row {
    fileprivate var rank: Int { reasons.contains(.due) ? 0 : reasons.contains(.unused) ? 1 : reasons.isEmpty ? 3 : 2 }
}
