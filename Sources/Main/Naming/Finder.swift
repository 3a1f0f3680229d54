internal import Mail
internal import Relay
internal import SQLiteStore

/// Finds what a command names: by id, by unique name, by address. What is unknown or ambiguous is an error that lists what was close.
struct Finder: Sendable {
    let store: SQLiteStore

    /// Rows read at a time, whatever the table's size.
    private static let page = 5000

    func find<Named: Nameable>(_ type: Named.Type = Named.self, _ text: String) async throws -> Named {
        if let entity = try await store.entity(EntityKey(Named.entityKind, text)), let exact = Named(entity) { return exact }
        let address = try? EmailAddress(text)  // a name need not be one
        if Named.self == User.self, let address {
            let users = try await store.directory(of: DirectorySlice(addresses: [address])).users(with: address)
            if !users.isEmpty { return try only(users.compactMap { Named(.user($0)) }, text) }
        }
        var matches: [Named] = []
        var handles: [String] = []
        try await each(Named.self) { candidate in
            let isNamed =
                candidate.names.contains { $0.lowercased() == text.lowercased() } || address.map(candidate.namedBy.contains) == true
            if isNamed { matches.append(candidate) }
            handles += [candidate.idText] + candidate.names
            if handles.count > 10_000 { handles = Closeness.closest(to: text, in: handles) }
        }
        guard matches.isEmpty else { return try only(matches, text) }
        throw Self.unknown(Named.entityKind, text, handles)
    }

    /// nil when there is none; still an error when there are several.
    func existing<Named: Nameable>(_ type: Named.Type = Named.self, where matches: (Named) -> Bool) async throws -> Named? {
        var found: Named?
        try await each(Named.self) { candidate in
            if found == nil, matches(candidate) { found = candidate }
        }
        return found
    }

    func each<Named: Nameable>(_ type: Named.Type = Named.self, _ use: (Named) throws -> Void) async throws {
        try await each(Named.entityKind) { if let named = Named($0) { try use(named) } }
    }

    /// In the order of ids, page by page.
    func each(_ kind: EntityKind, _ use: (DirectoryEntity) throws -> Void) async throws {
        var last: String?
        while true {
            let entities = try await store.entities(kind, after: last, limit: Self.page)
            for entity in entities { try use(entity) }
            guard entities.count == Self.page, let next = entities.last?.key.id else { return }
            last = next
        }
    }

    func all<Named: Nameable>(_ type: Named.Type = Named.self) async throws -> [Named] {
        var found: [Named] = []
        try await each(Named.self) { found.append($0) }
        return found
    }

    static func unknown(_ kind: EntityKind, _ text: String, _ handles: [String]) -> CommandFailure {
        let close = Closeness.closest(to: text, in: Set(handles).sorted())
        let hint = close.isEmpty ? "`mandate \(kind.command) list` shows what there is" : "did you mean \(close.joined(separator: ", "))?"
        return CommandFailure(kind == .user ? .unknownUser : .data, "there is no \(kind.rawValue) \"\(text)\"; \(hint)")
    }

    private func only<Named: Nameable>(_ matches: [Named], _ text: String) throws -> Named {
        guard matches.count > 1 else { return matches[0] }
        let named = matches.prefix(5).map(\.title).joined(separator: ", ")
        throw CommandFailure.data("\"\(text)\" could be any of \(matches.count) \(Named.entityKind.plural): \(named); name one by its id")
    }
}
