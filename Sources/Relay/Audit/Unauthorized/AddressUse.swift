internal import Mail
internal import struct FoundationEssentials.Date

/// Where an address is used.
package enum AddressUse: Sendable, Hashable {
    case setting(SettingKey)
    case user(UserID)
    case delegation(DelegationID)
    /// As its stand-in for a From that cannot be used.
    case client(ClientID)
    /// As one of those that it may send as.
    case limit(ClientID)
    case traffic

    var isOfASetting: Bool { if case .setting = self { true } else { false } }

    /// It says that there is such an address, not that anybody sends from it.
    var isMerelyRecorded: Bool {
        switch self {
        case .user, .delegation, .limit: true
        case .setting, .client, .traffic: false
        }
    }

    /// Of what mail it is; nil: of any.
    var purposes: [Purpose?]? {
        guard case .setting(let key) = self else { return nil }
        return Purpose.allCases.filter { $0.settings.contains(key.name) }
    }

    func words(_ directory: Directory) -> String {
        switch self {
        case .setting(let key): key.description
        case .user(let id): "user \(id)"
        case .delegation(let id):
            directory.delegation(id).flatMap { directory.mailbox($0.mailbox) }.map { "a right of \($0.address)" } ?? "delegation \(id)"
        case .client(let id), .limit(let id): "client \(directory.client(id)?.name ?? id.text)"
        case .traffic: "traffic"
        }
    }
}

/// What is known of how one address is used.
struct AddressUsage: Sendable {
    /// A right to send as just this address, without a beginning or an end.
    struct PlainRight: Sendable, Hashable {
        let mailbox: MailboxID
        let allowsUnaligned: Bool

        fileprivate init?(_ delegation: Delegation) {
            guard delegation.kind == .sendAs, delegation.validFrom == nil, delegation.validUntil == nil else { return nil }
            mailbox = delegation.mailbox
            allowsUnaligned = delegation.allowsUnaligned
        }
    }

    private(set) var places: [AddressUse] = []
    /// It is all that speaks of the address.
    private(set) var plainRight: PlainRight?
    var first: Date?
    var last: Date?
    private var counts: [Sighting.Role: Int] = [:]
    private var lastOutcome = ""

    init(_ place: AddressUse? = nil) { if let place { places = [place] } }

    mutating func add(_ place: AddressUse) {
        places.append(place)
        plainRight = nil
    }

    mutating func add(_ delegation: Delegation) {
        plainRight = places.isEmpty ? PlainRight(delegation) : nil
        places.append(.delegation(delegation.id))
    }

    mutating func add(_ sighting: SightingTotal) {
        if !places.contains(.traffic) { add(.traffic) }
        first = min(first ?? sighting.first, sighting.first)
        if last.map({ $0 <= sighting.last }) ?? true {
            last = sighting.last
            lastOutcome = sighting.lastOutcome
        }
        counts[sighting.role, default: 0] += sighting.count
    }

    /// A message is seen as asked for and as sent: the greater of both is how often the address was used.
    var count: Int { max(counts[.author] ?? 0, counts[.from] ?? 0) }

    /// The latest message met a deny entry.
    var wasDenied: Bool { lastOutcome == RefusalCode.denied.rawValue }

    /// What became of its mail; nil: there was none.
    var fate: AddressFate? {
        guard count > 0 else { return nil }
        return AddressFate(
            messages: count, inFrom: counts[.from] ?? 0, inReplyTo: counts[.replyTo] ?? 0, refused: counts[.refused] ?? 0,
            lastOutcome: lastOutcome)
    }
}

/// What became of an address's mail, as far as it was counted.
package struct AddressFate: Sendable, Hashable {
    package let messages: Int
    /// Attempts with the address in From, and in Reply-To.
    package let inFrom: Int
    package let inReplyTo: Int
    /// Before it was accepted.
    package let refused: Int
    /// Of the latest message: `accepted`, `sent`, or a refusal's code.
    package let lastOutcome: String

    package var words: String {
        let parts = [(inReplyTo, "went to Reply-To"), (inFrom, "went out in From"), (refused, "refused")].filter { $0.0 > 0 }
        let of = messages == 1 ? "of its one message" : "of its \(messages) messages"
        guard !parts.isEmpty else { return "\(of) none has left; the latest: \(lastOutcome)" }
        return "\(of) " + parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }
}

/// Every address that the directory or its traffic names, users' own records aside: with the places where it does.
struct AddressUses: Sendable {
    private(set) var all: [EmailAddress: AddressUsage] = [:]
    /// Settings that give no author, with what they say.
    private(set) var empty: [(key: SettingKey, setting: SenderSetting)] = []

    /// Of messages without one, too.
    static let purposes: [Purpose?] = [nil] + Purpose.allCases

    init(_ directory: Directory, _ sightings: [SightingTotal]) {
        for name in [SettingKey.Name.emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier] {
            for purpose in name.isPerPurpose ? Self.purposes : [nil] {
                let key = SettingKey(name, for: purpose)
                if let text = directory.settings[key] { add(key, SenderSetting(text, isUser: { directory.hasUser($0) }), directory) }
            }
        }
        for delegation in directory.allDelegations {
            if case .address(let address) = delegation.covers { all[address, default: AddressUsage()].add(delegation) }
        }
        for client in directory.allClients {
            if let address = client.authorIfUnusable { add(.client(client.id), address) }
            for case .address(let address) in client.limits.addresses { add(.limit(client.id), address) }
        }
        for sighting in sightings { all[sighting.address, default: AddressUsage()].add(sighting) }
    }

    private mutating func add(_ key: SettingKey, _ setting: SenderSetting, _ directory: Directory) {
        switch setting {
        case .currentUser: break
        case .address(let address): add(.setting(key), address)
        case .user(let id):
            guard let primary = directory.user(id)?.primaryAddress, primary.isOn else { return empty.append((key, setting)) }
            add(.setting(key), primary.address)
        case .unreadable: empty.append((key, setting))
        }
    }

    private mutating func add(_ place: AddressUse, _ address: EmailAddress) {
        all[address, default: AddressUsage()].add(place)
    }

    /// With the users who have it.
    func usage(of address: EmailAddress, in directory: Directory) -> AddressUsage {
        var usage = all[address] ?? AddressUsage()
        let holders = directory.users(with: address).filter { $0.addresses.contains { $0.address == address && $0.isOn } }
        for holder in holders { usage.add(.user(holder.id)) }
        return usage
    }
}
