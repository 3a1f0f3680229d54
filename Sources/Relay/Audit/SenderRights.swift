package import Mail
package import struct FoundationEssentials.Date

/// Who may send as whom, as the directory has it, and what is known of it: mailboxes as themselves, families, delegations, and what is denied.
package struct SenderRights: Sendable {
    package struct Right: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            case mailbox(MailboxID)
            case family(FamilyID)
            case delegation(DelegationID)
            case deny(DenyID)
        }

        package let kind: Kind
        /// Its address, a family's name, or `*`.
        package let mailbox: String
        package let sendsAs: String
        /// `own`, `family`, `deny`, or the delegation's kind.
        package let by: String
        package let standing: String
        package let validUntil: Date?
        package let grant: String?
    }

    private let snapshot: Snapshot
    private let now: Date

    package init(_ snapshot: Snapshot, at now: Date) {
        self.snapshot = snapshot
        self.now = now
    }

    /// `address`: only what lets someone send as this; `mailbox`: only what this one may do.
    package func rights(as address: EmailAddress? = nil, through mailbox: String? = nil) -> [Right] {
        let directory = snapshot.directory
        var rights: [Right] = []
        for it in directory.allMailboxes.sorted(by: { $0.address < $1.address })
        where (mailbox ?? it.id.text) == it.id.text && (address ?? it.address) == it.address {
            rights.append(
                Right(
                    kind: .mailbox(it.id), mailbox: it.address.description, sendsAs: it.address.description, by: "own",
                    standing: it.isEnabled ? "declared" : "disabled", validUntil: nil, grant: it.grant.text))
        }
        for family in directory.allFamilies.sorted(by: { $0.id < $1.id }) where mailbox == nil || mailbox == family.id.text {
            for member in family.members where address.map(member.matches) ?? true {
                rights.append(
                    Right(
                        kind: .family(family.id), mailbox: family.name, sendsAs: member.description, by: "family",
                        standing: family.isEnabled ? "declared" : "disabled", validUntil: nil, grant: family.grant.text))
            }
        }
        for delegation in directory.allDelegations.sorted(by: { $0.id < $1.id })
        where (mailbox ?? delegation.mailbox.text) == delegation.mailbox.text && (address.map(delegation.covers.matches) ?? true) {
            rights.append(right(delegation))
        }
        for deny in directory.allDenials.sorted(by: { $0.id < $1.id })
        where (deny.mailbox == nil || mailbox == nil || mailbox == deny.mailbox?.text) && (address.map(deny.covers.matches) ?? true) {
            let name = deny.mailbox.map { directory.mailbox($0)?.address.description ?? $0.text }
            rights.append(
                Right(
                    kind: .deny(deny.id), mailbox: name ?? "*", sendsAs: deny.covers.description, by: "deny", standing: "forbidden",
                    validUntil: nil,
                    grant: nil))
        }
        return rights
    }

    private func right(_ delegation: Delegation) -> Right {
        let mailbox = snapshot.directory.mailbox(delegation.mailbox)
        return Right(
            kind: .delegation(delegation.id), mailbox: mailbox?.address.description ?? delegation.mailbox.text,
            sendsAs: delegation.covers.description, by: delegation.kind.rawValue, standing: standing(delegation, mailbox),
            validUntil: delegation.validUntil, grant: mailbox?.grant.text)
    }

    private func standing(_ delegation: Delegation, _ mailbox: Mailbox?) -> String {
        if let from = delegation.validFrom, now < from { return "not yet valid" }
        if let until = delegation.validUntil, now >= until { return "expired" }
        guard case .address(let address) = delegation.covers, let mailbox else { return "declared" }
        let key = StandingKey(login: mailbox.login, from: address, transport: mailbox.firstTransport)
        return snapshot.conditions.standing(key)?.word ?? "declared"
    }
}

extension Standing {
    /// Its name, as the vocabulary has it.
    package var word: String {
        switch self {
        case .declared: "declared"
        case .pending: "pending"
        case .proven: "proven"
        case .denied: "denied"
        case .rewritten: "rewritten"
        }
    }
}
