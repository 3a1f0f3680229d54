package import Mail
package import struct FoundationEssentials.Date

/// Every address that is used without a working route of its own (design section 11): in settings, by users, in delegations, as a client's
/// stand-in, or seen in traffic; and the near misses, which work today. Pure: what it knows is one snapshot each of directory, conditions and sightings.
package struct UnauthorizedReport: Sendable {
    /// An address nobody can send from, why, and what would change that.
    package struct Row: Sendable, Hashable {
        /// As it is used; a setting's text where that is no address at all.
        package let address: String
        package let usedIn: [String]
        /// As a message of it would be refused.
        package let code: RefusalCode
        package let reason: String
        package let firstSeen: Date?
        package let lastSeen: Date?
        package let count: Int
        package let remedy: Remedy
        package let asking: Asking
    }

    /// What to ask, to be told rule by rule why it leads nowhere: as much as its uses say alike.
    package struct Asking: Sendable, Hashable {
        /// nil: what is used is none.
        package var address: EmailAddress?
        /// Of the setting that names it.
        package var purpose: Purpose?
        package var user: UserID?
        package var client: ClientID?

        fileprivate init(_ address: EmailAddress?, _ places: [AddressUse]) {
            self.address = address
            purpose = places.lazy.compactMap { if case .setting(let key) = $0 { key.purpose ?? key.name.purpose } else { nil } }.first
            let users = places.compactMap { if case .user(let id) = $0 { id } else { nil } }
            user = users.count == 1 ? users[0] : nil
            // Whoever else uses it is not held to the limits of a client.
            if places.count == 1, case .client(let id) = places[0] { client = id }
        }
    }

    package private(set) var rows: [Row] = []
    package private(set) var nearMisses: [NearMiss] = []
    /// Addresses without a way of their own that leave as somebody has chosen: through the carrier, or not at all.
    package private(set) var byChoice = 0

    private let directory: Directory
    /// Of what a message would meet.
    private let actual: Decider
    /// Of whether an address has a way of its own, which neither the mode nor a fallback may hide.
    private let own: Decider
    private let adviser: Adviser
    private let carriers: Set<EmailAddress>
    private let now: Date
    private var uses: [EmailAddress: Use] = [:]
    private var misses = NearMissCollector()

    private struct Use {
        var places: [AddressUse] = []
        var first: Date?
        var last: Date?
        var counts: [Sighting.Role: Int] = [:]

        /// A message is seen as asked for and as sent: the greater of both is how often the address was used.
        var count: Int { counts.values.max() ?? 0 }
    }

    /// `withoutSecret`: applications of which nothing ends. `transports`: what this installation can send over.
    package init(
        directory: Directory, conditions: Conditions, sightings: [SightingTotal], now: Date,
        withoutSecret: Set<ApplicationID> = [], transports: Set<Transport> = Set(Transport.allCases)
    ) {
        self.directory = directory
        self.now = now
        var asking = directory
        for purpose in Self.purposes {
            asking.settings[SettingKey(.mode, for: purpose)] = Mode.from.rawValue
            asking.settings[SettingKey(.fallback, for: purpose)] = Fallback.refuse.rawValue
        }
        let actual = Decider(directory: directory, conditions: conditions, transports: transports)
        self.actual = actual
        own = Decider(directory: asking, conditions: conditions, transports: transports)
        adviser = Adviser(actual)
        carriers = Set(Self.purposes.filter(directory.settings.needsCarrier).compactMap { actual.carrier(for: $0).named?.address })
        addSettings()
        addEntries()
        for sighting in sightings { add(sighting) }
        judgeUses()
        judgeUsers()
        rows.sort { ($0.address, $0.usedIn.first ?? "") < ($1.address, $1.usedIn.first ?? "") }
        let health = HealthReport(directory, conditions, uses: [:], withoutSecret: withoutSecret, at: now)
        nearMisses = misses.finish(directory, health)
    }

    /// Of messages without one, too.
    private static let purposes: [Purpose?] = [nil] + Purpose.allCases

    private mutating func addSettings() {
        for name in [SettingKey.Name.emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier] {
            for purpose in name.isPerPurpose ? Self.purposes : [nil] {
                let key = SettingKey(name, for: purpose)
                if let text = directory.settings[key] { add(key, text) }
            }
        }
    }

    private mutating func add(_ key: SettingKey, _ text: String) {
        let setting = SenderSetting(text, isUser: { directory.hasUser($0) })
        switch setting {
        case .currentUser: break
        case .address(let address): uses[address, default: Use()].places.append(.setting(key))
        case .user(let id):
            if let primary = directory.user(id)?.primaryAddress, primary.isOn {
                uses[primary.address, default: Use()].places.append(.setting(key))
            } else {
                let reason = "user \(id) has no primary address that is switched on"
                addRow(id.text, key, .userWithoutAddress, reason, adviser.remedy(of: key, setting))
            }
        case .unreadable(let text):
            addRow(text, key, .unknownUser, "it names no user and is no address", adviser.remedy(of: key, setting))
        }
    }

    private mutating func addRow(_ text: String, _ key: SettingKey, _ code: RefusalCode, _ reason: String, _ remedy: Remedy) {
        rows.append(
            Row(
                address: text, usedIn: [key.description], code: code, reason: reason, firstSeen: nil, lastSeen: nil, count: 0,
                remedy: remedy, asking: Asking(nil, [.setting(key)])))
    }

    private mutating func addEntries() {
        for delegation in directory.allDelegations {
            if case .address(let address) = delegation.covers { uses[address, default: Use()].places.append(.delegation(delegation.id)) }
        }
        for client in directory.allClients {
            if let address = client.authorIfUnusable { uses[address, default: Use()].places.append(.client(client.id)) }
        }
    }

    private mutating func add(_ sighting: SightingTotal) {
        var use = uses[sighting.address] ?? Use()
        if !use.places.contains(.traffic) { use.places.append(.traffic) }
        use.first = min(use.first ?? sighting.first, sighting.first)
        use.last = max(use.last ?? sighting.last, sighting.last)
        use.counts[sighting.role, default: 0] += sighting.count
        uses[sighting.address] = use
    }

    private mutating func judgeUses() {
        for (address, use) in uses {
            let users = directory.users(with: address).filter { $0.addresses.contains { $0.address == address && $0.isOn } }
            var use = use
            use.places += users.map { .user($0.id) }
            judge(address, use)
        }
    }

    /// The addresses that only users have; kept out of `uses`, because there may be a million of them.
    private mutating func judgeUsers() {
        for user in directory.allUsers {
            for entry in user.addresses where entry.isOn && uses[entry.address] == nil {
                let holders = directory.users(with: entry.address).filter {
                    $0.addresses.contains { $0.address == entry.address && $0.isOn }
                }
                guard holders.first?.id == user.id else { continue }
                judge(entry.address, Use(places: holders.map { .user($0.id) }))
            }
        }
    }

    private mutating func judge(_ address: EmailAddress, _ use: Use) {
        let author = Author(NamedAddress(address: address))
        let answer = own.decide(author, Routing(purpose: nil, envelopeSender: nil, at: now))
        guard let refusal = answer.obstacle else {
            if case .decided(let decision) = answer { misses.add(decision, at: now) }
            return
        }
        // Nobody uses what is merely written down, and somebody has seen to that.
        if refusal.denial != nil, use.places.allSatisfy(\.isMerelyRecorded) {
            byChoice += 1
            return
        }
        guard let chosen = purposes(of: address, use, refusal) else { return report(address, use, refusal) }
        for purpose in chosen {
            guard let refusal = actual.decide(author, Routing(purpose: purpose, envelopeSender: nil, at: now)).obstacle else { continue }
            return report(address, use, refusal, purpose)
        }
        byChoice += 1
    }

    /// Those of its mail, where somebody has chosen for each of them that it goes through the carrier; nil: nobody has. The mode is such a choice, and for an
    /// address that no right of ours will ever cover the fallback is, where it was said. A carrier is what all others go through, so it needs a way of its own.
    private func purposes(of address: EmailAddress, _ use: Use, _ refusal: Refusal) -> [Purpose?]? {
        guard refusal.denial == nil, !carriers.contains(address) else { return nil }
        let settings = directory.settings
        let ofPlaces = use.places.map(\.purposes)
        let purposes = ofPlaces.contains(nil) ? Set(Self.purposes) : Set(ofPlaces.flatMap { $0 ?? [] })
        let isBeyondUs = adviser.domains.belonging(of: address).isBeyondUs
        let isChosen = purposes.allSatisfy { purpose in
            settings.mode(purpose) == .replyTo || isBeyondUs && settings.saysFallback(purpose) && settings.fallback(purpose) == .replyTo
        }
        return isChosen ? Self.purposes.filter(purposes.contains) : nil
    }

    private mutating func report(_ address: EmailAddress, _ use: Use, _ refusal: Refusal, _ purpose: Purpose? = nil) {
        let remedy = adviser.remedy(for: address, refusal, purpose: purpose, usedIn: use.places, count: use.count)
        rows.append(
            Row(
                address: address.description, usedIn: use.places.map { $0.words(directory) }.sorted(), code: refusal.code,
                reason: reason(address, refusal), firstSeen: use.first, lastSeen: use.last, count: use.count, remedy: remedy,
                asking: Asking(address, use.places)))
    }

    private func reason(_ address: EmailAddress, _ refusal: Refusal) -> String {
        if let deny = refusal.denial { return deny.reason.isEmpty ? "nobody may use it" : "nobody may use it: \(deny.reason)" }
        guard refusal.struck.isEmpty else {
            return refusal.struck.map { "\($0.candidate): \($0.strikes.map(\.description).joined(separator: "; "))" }
                .joined(separator: " · ")
        }
        guard refusal.code != .noFallback else { return refusal.sentence }
        // Why nobody need try to allow it to that mailbox.
        let denied = directory.denials(for: address).compactMap { deny in
            deny.mailbox.flatMap(directory.mailbox).map { "; \($0.address) is \(Strike.deniedByEntry(deny))" }
        }
        return "no mailbox, family or delegation speaks of it" + denied.joined()
    }
}

extension AddressUse {
    /// It says that there is such an address, not that anybody sends from it.
    fileprivate var isMerelyRecorded: Bool {
        switch self {
        case .user, .delegation: true
        case .setting, .client, .traffic: false
        }
    }

    /// Of what mail it is; nil: of any.
    fileprivate var purposes: [Purpose?]? {
        guard case .setting(let key) = self else { return nil }
        return Purpose.allCases.filter { $0.settings.contains(key.name) }
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
