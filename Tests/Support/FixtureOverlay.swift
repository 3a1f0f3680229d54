package import Relay

/// A directory file and the small changes that one case makes to it.
extension DocumentValue {
    /// Maps are merged key by key, null takes a key away; in lists, an entry with the id, name or address of one that is there changes
    /// that one, and any other is added.
    package func overlaid(by change: DocumentValue) -> DocumentValue {
        switch (self, change) {
        case (.map(var entries), .map(let changes)):
            for change in changes {
                if let place = entries.firstIndex(where: { $0.key == change.key }) {
                    entries[place].value = entries[place].value.overlaid(by: change.value)
                } else {
                    entries.append(change)
                }
            }
            return .map(entries)
        case (.list(var items), .list(let changes)) where changes.contains { $0.isEntry }:
            for change in changes {
                if let place = items.firstIndex(where: { $0.isSame(as: change) }) {
                    items[place] = items[place].overlaid(by: change)
                } else {
                    items.append(change)
                }
            }
            return .list(items)
        default: return change
        }
    }

    private var isEntry: Bool {
        if case .map = self { true } else { false }
    }

    private func isSame(as change: DocumentValue) -> Bool {
        for key in ["id", "name", "address"] {
            if let wanted = change[key] { return self[key] == wanted }
        }
        return false
    }
}
