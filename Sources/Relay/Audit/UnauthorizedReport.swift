internal import Mail
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
    }

    package private(set) var rows: [Row] = []
    package private(set) var nearMisses: [NearMiss] = []

    private let decider: Decider
    private let now: Date
    private var uses: [EmailAddress: Use] = [:]
    private var misses: NearMissCollector

    private struct Use {
        var places: [String] = []
        var first: Date?
        var last: Date?
        var counts: [Sighting.Role: Int] = [:]
    }

    /// `withoutSecret`: applications of which nothing ends. `transports`: what this installation can send over.
    package init(
        directory: Directory, conditions: Conditions, sightings: [SightingTotal], now: Date,
        withoutSecret: Set<ApplicationID> = [], transports: Set<Transport> = Set(Transport.allCases)
    ) {
        misses = NearMissCollector(withoutSecret: withoutSecret)
        // What is asked is whether the address has a way of its own, so neither the mode nor a fallback may hide that it has none.
        var asking = directory
        for purpose in [nil] + Purpose.allCases.map(Optional.some) {
            asking.settings[SettingKey(.mode, for: purpose)] = Mode.from.rawValue
            asking.settings[SettingKey(.fallback, for: purpose)] = Fallback.refuse.rawValue
        }
        decider = Decider(directory: asking, conditions: conditions, transports: transports)
        self.now = now
        addSettings()
        addEntries()
        for sighting in sightings { add(sighting) }
        judgeUses()
        judgeUsers()
        rows.sort { ($0.address, $0.usedIn.first ?? "") < ($1.address, $1.usedIn.first ?? "") }
        nearMisses = misses.finish(directory: directory, at: now)
    }

    private var directory: Directory { decider.directory }

    private mutating func addSettings() {
        for name in [SettingKey.Name.emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier] {
            for purpose in name.isPerPurpose ? [nil] + Purpose.allCases.map(Optional.some) : [nil] {
                let key = SettingKey(name, for: purpose)
                if let text = directory.settings[key] { add(key, text) }
            }
        }
    }

    private mutating func add(_ key: SettingKey, _ text: String) {
        switch SenderSetting(text, isUser: { directory.user($0) != nil }) {
        case .currentUser: break
        case .address(let address): uses[address, default: Use()].places.append(key.description)
        case .user(let id):
            if let primary = directory.user(id)?.primaryAddress, primary.isOn {
                uses[primary.address, default: Use()].places.append(key.description)
            } else {
                let remedy = Remedy(ours: "mandate users set \(id.text.shellQuoted) --add-address ADDRESS --primary ADDRESS")
                addRow(id.text, key, .userWithoutAddress, "user \(id) has no primary address that is switched on", remedy)
            }
        case .unreadable(let text):
            let remedy = Remedy(ours: "mandate users add \(text.shellQuoted) --address ADDRESS")
            addRow(text, key, .unknownUser, "it names no user and is no address", remedy)
        }
    }

    private mutating func addRow(_ text: String, _ key: SettingKey, _ code: RefusalCode, _ reason: String, _ remedy: Remedy) {
        rows.append(
            Row(
                address: text, usedIn: [key.description], code: code, reason: reason, firstSeen: nil, lastSeen: nil, count: 0,
                remedy: remedy))
    }

    private mutating func addEntries() {
        for delegation in directory.allDelegations {
            if case .address(let address) = delegation.covers { uses[address, default: Use()].places.append("delegation \(delegation.id)") }
        }
        for client in directory.allClients {
            if let address = client.authorIfUnusable { uses[address, default: Use()].places.append("client \(client.name)") }
        }
    }

    private mutating func add(_ sighting: SightingTotal) {
        var use = uses[sighting.address] ?? Use()
        if !use.places.contains("traffic") { use.places.append("traffic") }
        use.first = min(use.first ?? sighting.first, sighting.first)
        use.last = max(use.last ?? sighting.last, sighting.last)
        use.counts[sighting.role, default: 0] += sighting.count
        uses[sighting.address] = use
    }

    private mutating func judgeUses() {
        for (address, use) in uses {
            let users = directory.users(with: address).filter { $0.addresses.contains { $0.address == address && $0.isOn } }
            var use = use
            use.places += users.map { "user \($0.id)" }
            use.places.sort()
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
                judge(entry.address, Use(places: holders.map { "user \($0.id)" }))
            }
        }
    }

    private mutating func judge(_ address: EmailAddress, _ use: Use) {
        let answer = decider.decide(Author(NamedAddress(address: address)), Routing(purpose: nil, envelopeSender: nil, at: now))
        switch answer {
        case .decided(let decision): misses.add(decision)
        case .later(_, let refusal), .hold(_, let refusal), .refused(let refusal): report(address, use, refusal)
        }
    }

    private mutating func report(_ address: EmailAddress, _ use: Use, _ refusal: Refusal) {
        // A message is seen as asked for and as sent: the greater of both is how often the address was used.
        rows.append(
            Row(
                address: address.description, usedIn: use.places, code: refusal.code, reason: Self.reason(refusal), firstSeen: use.first,
                lastSeen: use.last, count: use.counts.values.max() ?? 0, remedy: Remedy(for: address, refusal, decider)))
    }

    private static func reason(_ refusal: Refusal) -> String {
        if let deny = refusal.denial { return deny.reason.isEmpty ? "nobody may use it" : "nobody may use it: \(deny.reason)" }
        guard !refusal.struck.isEmpty else { return "no mailbox, family or delegation speaks of it" }
        return refusal.struck.map { "\($0.candidate): \($0.strikes.map(\.description).joined(separator: "; "))" }
            .joined(separator: " · ")
    }
}
