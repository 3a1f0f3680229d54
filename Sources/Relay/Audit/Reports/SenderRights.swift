package import Mail
package import struct FoundationEssentials.Date

/// Who may send as whom, as the directory has it, what is known of it, and what a message would meet: mailboxes as themselves, families, delegations, and what is denied.
package struct SenderRights: Sendable {
    package struct Right: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            case mailbox(MailboxID)
            case family(FamilyID)
            case delegation(DelegationID)
            case deny(DenyID)
        }

        /// The decider's word where a person's entry or switch speaks against it, else what is known of the provider's mind.
        package enum State: Sendable, Hashable {
            /// Over this transport.
            case known(Standing, Transport)
            case disabled
            case notYetValid(from: Date)
            case expired(at: Date)
            case forbidden
        }

        package let kind: Kind
        /// nil: `*`, or a mailbox that is gone.
        package let row: ConcreteMailbox.Row?
        /// Its address, a family's name, or `*`.
        package let mailbox: String
        package let covers: AddressPattern
        /// `own`, `family`, `deny`, or the delegation's kind.
        package let by: String
        package let state: State
        /// What the decider says of a message that would go this way now.
        package let effective: Outlook
        package let validUntil: Date?
        package let grant: String?

        package var sendsAs: String { covers.description }
        package var standing: String { state.word }
    }

    private let snapshot: Snapshot
    private let decider: Decider
    private let now: Date

    package init(_ snapshot: Snapshot, at now: Date) {
        self.snapshot = snapshot
        decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions)
        self.now = now
    }

    private var directory: Directory { snapshot.directory }

    /// `address`: only what lets someone send as this; `mailbox`: only what this one may do.
    package func rights(as address: EmailAddress? = nil, through mailbox: String? = nil) -> [Right] {
        var rights: [Right] = []
        for it in directory.allMailboxes.sorted(by: { $0.address < $1.address })
        where (mailbox ?? it.id.text) == it.id.text && (address ?? it.address) == it.address {
            rights.append(right(it))
        }
        for family in directory.allFamilies.sorted(by: { $0.id < $1.id }) where mailbox == nil || mailbox == family.id.text {
            for member in family.members where address.map(member.matches) ?? true { rights.append(right(family, member, as: address)) }
        }
        for delegation in directory.allDelegations.sorted(by: { $0.id < $1.id })
        where (mailbox ?? delegation.mailbox.text) == delegation.mailbox.text && (address.map(delegation.covers.matches) ?? true) {
            rights.append(right(delegation, delegation.covers, as: address))
        }
        for deny in directory.allDenials.sorted(by: { $0.id < $1.id })
        where (deny.mailbox == nil || mailbox == nil || mailbox == deny.mailbox?.text) && (address.map(deny.covers.matches) ?? true) {
            let name = deny.mailbox.map { directory.mailbox($0)?.address.description ?? $0.text }
            rights.append(
                Right(
                    kind: .deny(deny.id), row: deny.mailbox.map { .mailbox($0) }, mailbox: name ?? "*", covers: deny.covers, by: "deny",
                    state: .forbidden, effective: Outlook(.never, deny.reason, .here), validUntil: nil, grant: nil))
        }
        return rights
    }

    /// Single addresses that are covered only by their domain, and against which a provider has something: none of the rights says so.
    package func exceptions() -> [Right] {
        let mailboxes = Dictionary(grouping: directory.allMailboxes, by: directory.account(of:))
        var seen: Set<StandingKey> = []
        var rights: [Right] = []
        for (key, standing) in snapshot.conditions.allStandings where standing.isInTheWay {
            // Over several transports it is one pair.
            guard seen.insert(StandingKey(key.account, from: key.from, transport: .smtp)).inserted else { continue }
            let (exact, byDomain) = directory.delegations(for: key.from)
            for mailbox in mailboxes[key.account] ?? [] where mailbox.address != key.from {
                guard !exact.contains(where: { directory.delegation($0)?.mailbox == mailbox.id }) else { continue }
                for id in byDomain {
                    guard let delegation = directory.delegation(id), delegation.mailbox == mailbox.id else { continue }
                    rights.append(right(delegation, .address(key.from)))
                }
            }
            for id in directory.families(with: key.from).byDomain {
                guard let family = directory.family(id), directory.account(of: directory.mailbox(key.from, of: family)) == key.account
                else { continue }
                rights.append(right(family, .address(key.from)))
            }
        }
        return rights
    }

    private func right(_ mailbox: Mailbox) -> Right {
        let outlook = decider.outlook(of: mailbox, at: now)
        return Right(
            kind: .mailbox(mailbox.id), row: .mailbox(mailbox.id), mailbox: mailbox.address.description,
            covers: .address(mailbox.address), by: "own",
            state: outlook.state(else: known(mailbox, mailbox.address)),
            effective: outlook, validUntil: nil, grant: mailbox.grant.text)
    }

    private func right(_ family: Family, _ covers: AddressPattern, as asked: EmailAddress? = nil) -> Right {
        let outlook = decider.outlook(of: family, as: covers.single ?? asked, at: now)
        var state = Right.State.known(.declared, family.transports.first ?? .smtp)
        if let address = covers.single { state = known(directory.mailbox(address, of: family), address) }
        return Right(
            kind: .family(family.id), row: .family(family.id), mailbox: family.name, covers: covers, by: "family",
            state: outlook.state(else: state), effective: outlook, validUntil: nil, grant: family.grant.text)
    }

    package func right(_ delegation: Delegation) -> Right { right(delegation, delegation.covers) }

    private func right(_ delegation: Delegation, _ covers: AddressPattern, as asked: EmailAddress? = nil) -> Right {
        let mailbox = directory.mailbox(delegation.mailbox)
        let outlook = decider.outlook(of: delegation, as: covers.single ?? asked, at: now)
        return Right(
            kind: .delegation(delegation.id), row: mailbox.map { .mailbox($0.id) },
            mailbox: mailbox?.address.description ?? delegation.mailbox.text, covers: covers, by: delegation.kind.rawValue,
            state: outlook.state(else: known(delegation, covers, mailbox)), effective: outlook, validUntil: delegation.validUntil,
            grant: mailbox?.grant.text)
    }

    private func known(_ delegation: Delegation, _ covers: AddressPattern, _ mailbox: Mailbox?) -> Right.State {
        guard let mailbox else { return .known(.declared, .smtp) }
        let usual = directory.source(of: mailbox.grant).flatMap { delegation.derivedStanding($0.provider, at: now) } ?? .declared
        guard let address = covers.single else { return .known(usual, mailbox.firstTransport) }
        return known(mailbox, address, else: usual)
    }

    /// What speaks against it over one of its transports, before what is known of the first.
    private func known(_ mailbox: Mailbox, _ address: EmailAddress, else usual: Standing = .declared) -> Right.State {
        let account = directory.account(of: mailbox)
        let standings = mailbox.transports.compactMap { transport in
            account.flatMap { snapshot.conditions.standing(StandingKey($0, from: address, transport: transport)) }.map { ($0, transport) }
        }
        let (standing, transport) = standings.first { $0.0.isInTheWay } ?? standings.first ?? (usual, mailbox.firstTransport)
        return .known(standing, transport)
    }
}

extension AddressPattern {
    fileprivate var single: EmailAddress? { if case .address(let address) = self { address } else { nil } }
}

extension Outlook {
    /// `known`: where nothing of ours speaks against it.
    fileprivate func state(else known: SenderRights.Right.State) -> SenderRights.Right.State {
        switch strike {
        case .mailboxDisabled?: .disabled
        case .notYetValid(let from)?: .notYetValid(from: from)
        case .expired(let at)?: .expired(at: at)
        case .deniedByEntry?: .forbidden
        case nil, .standingDenied?, .standingDoubted?, .reportedByClient?, .messageRefused?, .pendingAndDenied?, .rewrittenByProvider?,
            .mailboxBroken?, .mailboxStopped?, .transportStopped?, .tooLarge?, .envelopeNotExpressible?, .grantDisabled?, .grantMissing?,
            .grantNeedsConsent?, .applicationMissing?, .applicationSuspended?, .tenantPaused?, .unaligned?, .severalAuthorsRefused?,
            .aliasSentFromPrimary?, .unlistedFromReplaced?, .onBehalfUnproven?, .transportMissing?, .noTransport?:
            known
        }
    }
}

extension SenderRights.Right.State {
    /// In a word or three, for a table.
    package var word: String {
        switch self {
        case .known(let standing, _): standing.word
        case .disabled: "disabled"
        case .notYetValid: "not yet valid"
        case .expired: "expired"
        case .forbidden: "forbidden"
        }
    }
}

extension Standing {
    /// Its name, as the vocabulary has it.
    package var word: String {
        switch self {
        case .declared: "declared"
        case .pending: "pending"
        case .proven: "proven"
        case .doubted: "doubted"
        case .denied: "denied"
        case .rewritten: "rewritten"
        }
    }

    /// The provider has said no, or done something else: mail leaves the pair alone, or did.
    package var isInTheWay: Bool {
        switch self {
        case .doubted, .denied, .rewritten, .pending(_, deniedAt: .some, _): true
        case .declared, .proven, .pending: false
        }
    }
}
