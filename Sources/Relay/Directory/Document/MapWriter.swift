internal import struct FoundationEssentials.Date

/// Collects the entries of a map in order, leaving out what is not there.
struct MapWriter {
    private var entries: [DocumentValue.Entry] = []

    var value: DocumentValue { .map(entries) }

    mutating func add(_ key: String, _ value: DocumentValue) { entries.append(.init(key, value)) }
    mutating func add(_ key: String, _ text: String) { add(key, .text(text)) }

    mutating func add(_ key: String, _ text: String?) {
        if let text { add(key, .text(text)) }
    }

    mutating func add(_ key: String, _ date: Date?) {
        if let date { add(key, .text(DocumentDate.text(date))) }
    }

    mutating func add(_ key: String, _ list: [DocumentValue]) {
        if !list.isEmpty { add(key, .list(list)) }
    }

    /// The id only where the name does not say it already.
    mutating func add(id: String, name: String) {
        if id != name { add("id", id) }
        add("name", name)
    }
}
