internal import HashTreeCollections
internal import Mail

/// Finds what speaks of an address in a constant number of look-ups, however many entries there are.
struct PatternIndex<Entry: Hashable & Comparable & Sendable>: Sendable {
    private var byAddress: TreeDictionary<EmailAddress, [Entry]> = [:]
    private var byDomain: TreeDictionary<Domain, [Entry]> = [:]
    private var everything: [Entry] = []

    /// Entries stay sorted, so that equal questions see them in equal order whatever the order of changes was.
    mutating func insert(_ entry: Entry, for pattern: AddressPattern) {
        edit(pattern) { entries in
            let place = entries.firstIndex { $0 >= entry } ?? entries.endIndex
            if place == entries.endIndex || entries[place] != entry { entries.insert(entry, at: place) }
        }
    }

    mutating func remove(_ entry: Entry, for pattern: AddressPattern) {
        edit(pattern) { entries in entries.removeAll { $0 == entry } }
    }

    func entries(for address: EmailAddress) -> [Entry] { byAddress[address] ?? [] }
    func entries(for domain: Domain) -> [Entry] { byDomain[domain] ?? [] }
    var entriesForAny: [Entry] { everything }

    private mutating func edit(_ pattern: AddressPattern, _ change: (inout [Entry]) -> Void) {
        switch pattern {
        case .address(let address):
            var entries = byAddress[address] ?? []
            change(&entries)
            byAddress[address] = entries.isEmpty ? nil : entries
        case .domain(let domain):
            var entries = byDomain[domain] ?? []
            change(&entries)
            byDomain[domain] = entries.isEmpty ? nil : entries
        case .any:
            change(&everything)
        }
    }
}
