internal import struct FoundationEssentials.Date

/// Collects the entries of a map in order. A file leaves out what is not there and what holds anyway; a program is told everything.
struct MapWriter {
    private let isWhole: Bool
    private var entries: [DocumentValue.Entry] = []

    init(isWhole: Bool = false) { self.isWhole = isWhole }

    var value: DocumentValue { .map(entries) }

    mutating func add(_ key: String, _ value: DocumentValue) { entries.append(.init(key, value)) }
    mutating func add(_ key: String, _ text: String) { add(key, .text(text)) }

    mutating func add(_ key: String, _ text: String?) {
        if let text { add(key, .text(text)) } else if isWhole { add(key, .null) }
    }

    mutating func add(_ key: String, _ number: Int?) {
        if let number { add(key, .number(Int64(number))) } else if isWhole { add(key, .null) }
    }

    mutating func add(_ key: String, _ date: Date?) {
        if let date { add(key, .text(DocumentDate.text(date))) } else if isWhole { add(key, .null) }
    }

    mutating func add(_ key: String, _ list: [DocumentValue]) {
        if !list.isEmpty || isWhole { add(key, .list(list)) }
    }

    /// Text that may be empty.
    mutating func add(unlessEmpty key: String, _ text: String) { add(key, text.isEmpty ? nil : text) }

    /// `usual` is what holds where nothing is said.
    mutating func add(_ key: String, _ value: DocumentValue, unless usual: DocumentValue) {
        if isWhole || value != usual { add(key, value) }
    }

    mutating func add(_ stewardship: Stewardship) {
        add(unlessEmpty: "owner", stewardship.owner)
        add(unlessEmpty: "purpose", stewardship.purpose)
        add("review", stewardship.review)
    }

    /// The id only where the name does not say it already.
    mutating func add(id: String, name: String) {
        if isWhole || id != name { add("id", id) }
        add("name", name)
    }
}
