internal import ArgumentParser
internal import Relay
internal import SQLiteStore

/// The option of every `remove`.
struct CascadeOption: ParsableArguments {
    @Flag(help: "Remove what uses it as well.") var cascade = false
}

extension OpenedStore {
    /// With the providers told of the consents that go.
    func remove(_ key: EntityKey, _ option: CascadeOption) async throws {
        try await report { try await $0.remove([key], cascades: option.cascade, telling: revoker) }
    }
}

extension Finder {
    /// What goes away, and in words what goes with it; refuses where something that stays still uses it.
    func removal(of keys: [EntityKey], _ title: String, cascades: Bool) async throws -> Plan {
        var users: [EntityKey] = []
        var waiting = keys
        while let key = waiting.popLast() {
            for user in try await store.references(to: key) where !users.contains(user) && !keys.contains(user) {
                users.append(user)
                waiting.append(user)
            }
        }
        guard cascades || users.isEmpty else {
            throw CommandFailure.data("\(title) is used by \(Self.list(users)); --cascade removes those too")
        }
        let words = users.isEmpty ? "removed \(title)" : "removed \(title), and with it \(Self.list(users))"
        return Plan(words, keys.map { .remove($0) }, cascades: cascades)
    }

    /// Ten say enough of what they are.
    private static func list(_ keys: [EntityKey]) -> String {
        let named = keys.prefix(10).map(\.description).joined(separator: ", ")
        return keys.count > 10 ? "\(named) and \(keys.count - 10) more" : named
    }
}
