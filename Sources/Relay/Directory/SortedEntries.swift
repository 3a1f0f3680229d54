/// What stands for one key of an index: nearly always one entry, which takes no memory of its own. Entries stay sorted, so that equal questions see them in
/// equal order whatever the order of changes was.
enum SortedEntries<Entry: Comparable & Sendable>: Sendable {
    case none
    case one(Entry)
    case several([Entry])

    mutating func insert(_ entry: Entry) {
        switch self {
        case .none: self = .one(entry)
        case .one(let known): if known != entry { self = .several(known < entry ? [known, entry] : [entry, known]) }
        case .several(var entries):
            let place = entries.firstIndex { $0 >= entry } ?? entries.endIndex
            guard place == entries.endIndex || entries[place] != entry else { return }
            entries.insert(entry, at: place)
            self = .several(entries)
        }
    }

    mutating func remove(_ entry: Entry) {
        switch self {
        case .none: break
        case .one(let known): if known == entry { self = .none }
        case .several(var entries):
            entries.removeAll { $0 == entry }
            self = entries.count > 1 ? .several(entries) : entries.first.map { .one($0) } ?? .none
        }
    }
}

extension SortedEntries: RandomAccessCollection {
    var startIndex: Int { 0 }

    var endIndex: Int {
        switch self {
        case .none: 0
        case .one: 1
        case .several(let entries): entries.count
        }
    }

    subscript(place: Int) -> Entry {
        switch self {
        case .none: preconditionFailure("nothing stands here")
        case .one(let entry): entry
        case .several(let entries): entries[place]
        }
    }
}
