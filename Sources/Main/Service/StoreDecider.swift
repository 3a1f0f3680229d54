internal import Mail
internal import Relay

/// Decides from a store without loading its directory: the small tables, and of users and delegations only what a question can touch. What that
/// is shows itself in two looks: the settings name users, and those have the addresses whose delegations matter.
struct StoreDecider: Sendable {
    let store: any DirectoryStore & ConditionsStore

    func decider(for question: Question) async throws(StoreFailure) -> Decider {
        var slice = DirectorySlice()
        if let user = question.user { slice.users.insert(user) }
        if let author = question.namedAuthor { slice.addresses.formUnion(author.all.map(\.address)) }
        if let substitute = question.client?.authorIfUnusable { slice.addresses.insert(substitute) }
        return try await decider(slice)
    }

    /// For what was accepted, whose authors are settled.
    func decider(for messages: [AcceptedMessage]) async throws(StoreFailure) -> Decider {
        try await decider(
            DirectorySlice(users: Set(messages.compactMap(\.user)), addresses: Set(messages.flatMap { $0.author.all.map(\.address) })))
    }

    private func decider(_ asked: DirectorySlice) async throws(StoreFailure) -> Decider {
        var slice = asked
        let settings = try await store.directory(of: slice).settings
        for (_, text) in settings.all {
            if let id = UserID(text.trimmed) { slice.users.insert(id) }
            if let address = try? EmailAddress(text.trimmed) { slice.addresses.insert(address) }  // most settings are no addresses
        }
        let users = try await store.directory(of: slice).allUsers
        slice.addresses.formUnion(users.flatMap { $0.addresses.map(\.address) })
        return Decider(
            directory: try await store.directory(of: slice), conditions: try await store.conditions(of: slice.addresses),
            transports: Set(Transport.allCases))
    }
}

extension String {
    fileprivate var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}
