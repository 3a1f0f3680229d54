package import Mail
package import struct FoundationEssentials.Date

/// One thing that is the matter, with every address that has no way out because of it.
package struct UnauthorizedFinding: Sendable {
    package let cause: UnauthorizedCause
    /// Names it from one report to the next, as long as it is the same that is the matter.
    package let id: String
    /// As a message of theirs would be refused.
    package let code: RefusalCode
    package let belonging: Belonging.Class
    /// Its mail goes out all the same, in Reply-To, and there is nothing of ours to mend.
    package let isHarmless: Bool
    /// What is used and is no address.
    let text: String?
    /// Those that somebody uses or something speaks of, the most used first.
    package internal(set) var addresses: [EmailAddress] = []
    /// Beside them all that users have in these domains, and nothing speaks of, and how many those are.
    package internal(set) var domains: [Domain] = []
    package internal(set) var users = 0
    package internal(set) var firstSeen: Date?
    package internal(set) var lastSeen: Date?
    /// Messages.
    package internal(set) var count = 0

    /// Somebody lets it be for a time.
    package internal(set) var acknowledgement: Acknowledgement?

    /// Somebody should see to it.
    package var isOpen: Bool { !isHarmless && acknowledgement == nil }

    /// How many addresses it is about.
    package var size: Int { text == nil ? addresses.count + users : 1 }
    package var isInTraffic: Bool { lastSeen != nil }

    mutating func add(_ address: EmailAddress, _ usage: AddressUsage) {
        addresses.append(address)
        count += usage.count
        if let first = usage.first { firstSeen = min(firstSeen ?? first, first) }
        if let last = usage.last { lastSeen = max(lastSeen ?? last, last) }
    }

    /// What mail meets before what it only could, then what most of it does.
    static func isMorePressing(_ left: Self, than right: Self) -> Bool {
        if left.isOpen != right.isOpen { return left.isOpen }
        if left.isInTraffic != right.isInTraffic { return left.isInTraffic }
        if left.count != right.count { return left.count > right.count }
        if left.size != right.size { return left.size > right.size }
        return left.name < right.name
    }

    private var name: String { text ?? addresses.first?.key ?? domains.first?.ascii ?? "" }
}

/// An address nobody can send from, why, and what would change that.
package struct UnauthorizedRow: Sendable, Hashable {
    /// As it is used; a setting's text where that is no address at all, `@domain` for many users of one.
    package let address: String
    package let usedIn: [String]
    /// As a message of it would be refused.
    package let code: RefusalCode
    package let reason: String
    package let firstSeen: Date?
    package let lastSeen: Date?
    package let count: Int
    package let fate: AddressFate?
    package let remedy: Remedy
    package let asking: Asking

    /// What to ask, to be told rule by rule why it leads nowhere: as much as its uses say alike.
    package struct Asking: Sendable, Hashable {
        /// nil: what is used is none.
        package var address: EmailAddress?
        /// Of the setting that names it.
        package var purpose: Purpose?
        package var user: UserID?
        package var client: ClientID?

        init(_ address: EmailAddress?, _ places: [AddressUse]) {
            self.address = address
            purpose = places.lazy.compactMap { if case .setting(let key) = $0 { key.purpose ?? key.name.purpose } else { nil } }.first
            let users = places.compactMap { if case .user(let id) = $0 { id } else { nil } }
            user = users.count == 1 ? users[0] : nil
            // Whoever else uses it is not held to the limits of a client.
            if places.count == 1, case .client(let id) = places[0] { client = id }
        }
    }
}
