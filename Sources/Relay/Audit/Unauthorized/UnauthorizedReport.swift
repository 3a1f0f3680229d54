package import Mail
package import struct FoundationEssentials.Date

/// Every address that is used without a working route of its own (design section 11): in settings, by users, in delegations, as a client's stand-in or limit, or seen
/// in traffic; grouped by what is the matter, and beside them the near misses, which work today. Pure: what it knows is one snapshot each of directory, conditions and
/// sightings. An address is judged again when somebody reads of it, so that a report on a million of them is a small value.
package struct UnauthorizedReport: Sendable {
    /// What mail meets first.
    package private(set) var findings: [UnauthorizedFinding] = []
    package private(set) var nearMisses: [NearMiss] = []
    /// Addresses without a way of their own that leave as somebody has chosen: through the carrier, or not at all.
    package private(set) var byChoice = 0

    let directory: Directory
    let adviser: Adviser
    let uses: AddressUses
    /// Of what a message would meet.
    private let actual: Decider
    /// Of whether an address has a way of its own, which neither the mode nor a fallback may hide.
    private let own: Decider
    private let carriers: Set<EmailAddress>
    /// What a rule for its domain is not all there is to say of.
    private let marks: AddressMarks
    private let now: Date

    /// So many users of one domain of whom nothing speaks are told of one by one; of more, one step for all of them is the better advice.
    private static let few = 20

    /// `withoutSecret`: applications of which nothing ends. `transports`: what this installation can send over.
    package init(
        directory: Directory, conditions: Conditions, sightings: [SightingTotal], now: Date,
        withoutSecret: Set<ApplicationID> = [], transports: Set<Transport> = Set(Transport.allCases)
    ) {
        self.directory = directory
        self.now = now
        var asking = directory
        for purpose in AddressUses.purposes {
            asking.settings[SettingKey(.mode, for: purpose)] = Mode.from.rawValue
            asking.settings[SettingKey(.fallback, for: purpose)] = Fallback.refuse.rawValue
        }
        let actual = Decider(directory: directory, conditions: conditions, transports: transports)
        self.actual = actual
        own = Decider(directory: asking, conditions: conditions, transports: transports)
        adviser = Adviser(actual)
        let carriers = Set(
            AddressUses.purposes.filter(directory.settings.needsCarrier).compactMap { actual.carrier(for: $0).named?.address })
        self.carriers = carriers
        let uses = AddressUses(directory, sightings)
        self.uses = uses
        marks = directory.marks(uses, conditions, carriers)
        var ledger = UnauthorizedLedger(actual, at: now)
        judgeAll(conditions, &ledger)
        findings = ledger.finish(conditions)
        byChoice = ledger.byChoice
        let health = HealthReport(directory, conditions, uses: [:], withoutSecret: withoutSecret, at: now)
        nearMisses = ledger.misses.finish(health)
    }

    /// How many addresses have no way out that somebody should see to.
    package var size: Int { findings.reduce(0) { $0 + ($1.isOpen ? $1.size : 0) } }

    /// One sentence without its full stop: what there is to see to, and what is left out.
    package var words: String {
        let acknowledged = findings.count { $0.acknowledgement != nil }
        let harmless = findings.count { $0.isHarmless && $0.acknowledgement == nil }
        let parts = [
            size == 0 ? "every address in use has a route" : "\(size) without a route",
            harmless == 0 ? nil : "\(harmless) of others in Reply-To", byChoice == 0 ? nil : "\(byChoice) as somebody has chosen",
            acknowledged == 0 ? nil : "\(acknowledged) acknowledged", "\(nearMisses.count) near misses",
        ]
        return parts.compactMap(\.self).joined(separator: "; ")
    }

    private func judgeAll(_ conditions: Conditions, _ ledger: inout UnauthorizedLedger) {
        for (key, setting) in uses.empty { ledger.add(key, setting, self) }
        let named = AlikeAddresses(uses, directory, conditions, besides: carriers, at: now)
        for address in named.others { judge(address, &ledger) }
        for (kind, addresses) in named.classes {
            if addresses.count > 1, let first = addresses.min(), own.hasOneAnswer(for: kind, like: first),
                case .routed(let decision) = verdict(first)
            {
                ledger.addRouted(decision, times: addresses.count)
            } else {
                for address in addresses { judge(address, &ledger) }
            }
        }
        let census = directory.users.census(marks, examples: Self.few)
        for address in census.singular where uses.all[address] == nil { judge(address, &ledger) }
        for (domain, plain) in census.plain {
            if plain.count <= Self.few {
                for address in plain.examples { judge(address, &ledger) }
            } else if let example = plain.examples.first {
                ledger.add(verdict(example), domain, like: example, count: plain.count, self)
            }
        }
    }

    private func judge(_ address: EmailAddress, _ ledger: inout UnauthorizedLedger) {
        ledger.add(verdict(address), address, self)
    }

    enum Verdict {
        case routed(Decision)
        case chosen
        /// `leaves`: mail of it goes out all the same.
        case refused(Refusal, Purpose?, AddressUsage, leaves: Bool)
    }

    func verdict(_ address: EmailAddress) -> Verdict {
        let author = Author(NamedAddress(address: address))
        let answer = own.decide(author, Routing(purpose: nil, envelopeSender: nil, at: now))
        guard let refusal = answer.obstacle else {
            guard case .decided(let decision) = answer else { return .chosen }
            return .routed(decision)
        }
        let usage = uses.usage(of: address, in: directory)
        // Nobody uses what is merely written down, or was before it was forbidden, and somebody has seen to that.
        if refusal.denial != nil, usage.places.allSatisfy({ $0.isMerelyRecorded || $0 == .traffic && !usage.wasDenied }) {
            return .chosen
        }
        guard let chosen = purposes(of: address, usage, refusal) else {
            let leaves = actual.decide(author, Routing(purpose: nil, envelopeSender: nil, at: now)).obstacle == nil
            return .refused(refusal, nil, usage, leaves: leaves)
        }
        for purpose in chosen {
            if let refusal = actual.decide(author, Routing(purpose: purpose, envelopeSender: nil, at: now)).obstacle {
                return .refused(refusal, purpose, usage, leaves: false)
            }
        }
        return .chosen
    }

    /// Those of its mail, where somebody has chosen for each of them that it goes through the carrier; nil: nobody has. The mode is such a choice, and for an
    /// address that no right of ours will ever cover the fallback is, where it was said. A carrier is what all others go through, so it needs a way of its own.
    private func purposes(of address: EmailAddress, _ usage: AddressUsage, _ refusal: Refusal) -> [Purpose?]? {
        guard refusal.denial == nil, !carriers.contains(address) else { return nil }
        let settings = directory.settings
        let ofPlaces = usage.places.map(\.purposes)
        let purposes = ofPlaces.contains(nil) ? Set(AddressUses.purposes) : Set(ofPlaces.flatMap { $0 ?? [] })
        let isBeyondUs = adviser.domains.belonging(of: address).isBeyondUs
        let isChosen = purposes.allSatisfy { purpose in
            settings.mode(purpose) == .replyTo || isBeyondUs && settings.saysFallback(purpose) && settings.fallback(purpose) == .replyTo
        }
        return isChosen ? AddressUses.purposes.filter(purposes.contains) : nil
    }

    /// Each address of a finding, those that users alone have last, until `visit` has seen enough and returns false.
    package func visitAddresses(of finding: UnauthorizedFinding, _ visit: (EmailAddress) throws -> Bool) rethrows {
        for address in finding.addresses { guard try visit(address) else { return } }
        if !finding.domains.isEmpty { try directory.users.visitPlain(marks, in: Set(finding.domains), visit) }
    }
}

extension Directory {
    /// What a rule for its domain is not all there is to say of: each address, and each login, that something speaks of.
    fileprivate func marks(_ uses: AddressUses, _ conditions: Conditions, _ carriers: Set<EmailAddress>) -> AddressMarks {
        var marks = AddressMarks()
        for address in uses.all.keys { marks.insert(address) }
        for address in carriers { marks.insert(address) }
        for mailbox in allMailboxes { marks.insert(mailbox.address) }
        for family in allFamilies { for case .address(let address) in family.members { marks.insert(address) } }
        for deny in allDenials { if case .address(let address) = deny.covers { marks.insert(address) } }
        for key in conditions.standingKeys {
            marks.insert(key.from)
            marks.insert(key.login)
        }
        for account in conditions.ailingAccounts { marks.insert(account.login) }
        return marks
    }
}

extension Settings {
    /// Some mail of it goes through the carrier, or would.
    func needsCarrier(_ purpose: Purpose?) -> Bool { mode(purpose) == .replyTo || fallback(purpose) == .replyTo }

    /// Rather than nobody having thought of it.
    fileprivate func saysFallback(_ purpose: Purpose?) -> Bool {
        self[SettingKey(.fallback)] != nil || purpose.map { self[SettingKey(.fallback, for: $0)] != nil } ?? false
    }
}
