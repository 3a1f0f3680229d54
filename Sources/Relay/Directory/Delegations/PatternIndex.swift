internal import HashTreeCollections
internal import Mail

/// Finds what speaks of an address in a constant number of look-ups, however many entries there are.
struct PatternIndex<Entry: Hashable & Comparable & Sendable>: Sendable {
    private var byAddress: TreeDictionary<EmailAddress, SortedEntries<Entry>> = [:]
    private var byDomain: TreeDictionary<Domain, SortedEntries<Entry>> = [:]
    private var everything = SortedEntries<Entry>.none

    mutating func insert(_ entry: Entry, for pattern: AddressPattern) {
        switch pattern {
        case .address(let address): byAddress[address, default: .none].insert(entry)
        case .domain(let domain): byDomain[domain, default: .none].insert(entry)
        case .any: everything.insert(entry)
        }
    }

    mutating func remove(_ entry: Entry, for pattern: AddressPattern) {
        switch pattern {
        case .address(let address): byAddress.remove(entry, at: address)
        case .domain(let domain): byDomain.remove(entry, at: domain)
        case .any: everything.remove(entry)
        }
    }

    // Most directories have no families, and few have rights for domains: nothing is hashed for what nobody has.
    func entries(for address: EmailAddress) -> SortedEntries<Entry> { byAddress.isEmpty ? .none : byAddress[address] ?? .none }
    func entries(for domain: Domain) -> SortedEntries<Entry> { byDomain.isEmpty ? .none : byDomain[domain] ?? .none }
    var entriesForAny: SortedEntries<Entry> { everything }
}

extension TreeDictionary {
    /// A key for which nothing stands any more goes.
    mutating func remove<Entry>(_ entry: Entry, at key: Key) where Value == SortedEntries<Entry> {
        guard var entries = self[key] else { return }
        entries.remove(entry)
        self[key] = entries.isEmpty ? nil : entries
    }
}
