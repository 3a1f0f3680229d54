internal import HashTreeCollections
internal import Mail

/// A directory's users. Most are packed; who has changed since then stands beside them in persistent maps, and outranks who is packed. So a changed directory
/// shares all but a path of nodes with the one before, and a million users are not a million values.
struct Users: Sendable {
    private(set) var packed = PackedUsers.none
    /// What has become of them since; nil: they are gone.
    private(set) var changed: TreeDictionary<UserID, User?> = [:]
    private(set) var changedByAddress: TreeDictionary<EmailAddress, SortedEntries<UserID>> = [:]
    private(set) var count = 0

    init() {}

    /// They stand in the order of their ids' octets.
    init(_ packed: PackedUsers) {
        self.packed = packed
        count = packed.count
    }

    /// More changed users than a tenth of the others, and so many that it is worth while, are packed too.
    var areWorthPacking: Bool { changed.count >= Self.fewest && changed.count > packed.count / 10 }

    /// Fewer take less than what else a process has.
    private static let fewest = 2000

    func contains(_ id: UserID) -> Bool {
        if !changed.isEmpty, let user = changed[id] { return user != nil }
        return packed.contains(id)
    }

    subscript(id: UserID) -> User? {
        if !changed.isEmpty, let user = changed[id] { return user }
        return packed.user(id)
    }

    /// On or off, in the order of their ids.
    func with(_ address: EmailAddress) -> [User] {
        let places = packed.places(with: address)
        if changed.isEmpty { return places.map { packed[$0] } }
        let others = (changedByAddress[address] ?? .none).compactMap { changed[$0] ?? nil }
        let still = places.map { packed[$0] }.filter { changed[$0.id] == nil }
        return others.isEmpty ? still : (still + others).sorted { $0.id < $1.id }
    }

    func byline(of id: UserID) -> Byline? {
        if !changed.isEmpty, let user = changed[id] { return user.map(Byline.init) }
        return packed.byline(of: id)
    }

    /// Of the first who has this address and a login of their own.
    func login(with address: EmailAddress) -> String? {
        guard changed.isEmpty else { return with(address).lazy.compactMap(\.login).first }
        return packed.places(with: address).lazy.compactMap { packed.login(at: $0) }.first
    }

    /// Of the first who has this address and a name.
    func name(with address: EmailAddress) -> String? {
        guard changed.isEmpty else { return with(address).first { !$0.name.isEmpty }?.name }
        return packed.places(with: address).lazy.compactMap { packed.name(at: $0) }.first
    }

    /// Those with one of these logins that are no addresses of theirs.
    func with(logins: Set<String>) -> [User] {
        let kept = packed.indices.filter { packed.login(at: $0).map(logins.contains) ?? false }.map { packed[$0] }
        return kept.filter { changed[$0.id] == nil } + changed.values.compactMap { $0 }.filter { $0.login.map(logins.contains) ?? false }
    }

    /// Of whom it is the whole id, name or login, in any case.
    func named(_ text: String) -> [UserID] {
        let folded = text.lowercased()
        let others = changed.values.compactMap { $0 }.filter { user in
            [user.id.text, user.name, user.login ?? ""].contains { $0.lowercased() == folded }
        }
        return packed.named(text).filter { changed[$0] == nil } + others.map(\.id)
    }

    mutating func put(_ user: User) {
        if !contains(user.id) { count += 1 }
        let known = changed.updateValue(user, forKey: user.id)
        if let known, let known { drop(known) }
        for entry in user.addresses { changedByAddress[entry.address, default: .none].insert(user.id) }
    }

    mutating func remove(_ id: UserID) {
        guard contains(id) else { return }
        count -= 1
        if let known = changed[id], let known { drop(known) }
        changed[id] = packed.contains(id) ? .some(nil) : nil
    }

    private mutating func drop(_ user: User) {
        for entry in user.addresses { changedByAddress.remove(user.id, at: entry.address) }
    }

    /// The same users, all of them packed.
    func repacked() -> Users {
        var packer = UserPacker(sharing: packed)
        var others = changed.sorted { $0.key.precedes($1.key) }[...]
        for place in packed.indices {
            while let other = others.first, !packed.precedes(place, other.key) {
                others.removeFirst()
                if let user = other.value { packer.add(user) }
            }
            // Who was put before and stands here, too, was before; who is gone is known to be.
            if changed.isEmpty || changed[packed.id(at: place)] == nil { packer.copy(place, of: packed) }
        }
        for case let (_, user?) in others { packer.add(user) }
        return Users(packer.finish())
    }
}

extension Users: Sequence {
    struct Iterator: IteratorProtocol {
        private let users: Users
        private var place = 0
        private var others: TreeDictionary<UserID, User?>.Iterator

        fileprivate init(_ users: Users) {
            self.users = users
            others = users.changed.makeIterator()
        }

        mutating func next() -> User? {
            while place < users.packed.count {
                defer { place += 1 }
                if users.changed.isEmpty || users.changed[users.packed.id(at: place)] == nil { return users.packed[place] }
            }
            while let (_, user) = others.next() { if let user { return user } }
            return nil
        }
    }

    var underestimatedCount: Int { count }

    /// First those who are packed, in the order of their ids; then the others, in none.
    func makeIterator() -> Iterator { Iterator(self) }
}

extension Users {
    /// In whose id, name, login or addresses the text stands, without regard to the case of ASCII letters; in the order of their ids' octets.
    func matching(_ text: String, after id: UserID?, limit: Int) -> [User] {
        let needle = FoldedNeedle(text)
        let kept = packed.matching(needle, after: id, limit: limit) { changed.isEmpty || changed[$0] == nil }
        let others = changed.values.compactMap { $0 }.filter { user in
            (id.map { $0.precedes(user.id) } ?? true) && needle.map(user.mentions) ?? true
        }
        if others.isEmpty { return kept }
        return Array((kept + others).sorted { $0.id.precedes($1.id) }.prefix(limit))
    }
}

extension User {
    fileprivate func mentions(_ needle: FoldedNeedle) -> Bool {
        ([id.text, name, login ?? ""] + addresses.map(\.address.key)).contains { needle.stands(in: $0) }
    }
}

extension Identifier {
    /// In the order in which a store has them: of their octets.
    func precedes(_ other: Self) -> Bool { text.utf8.lexicographicallyPrecedes(other.text.utf8) }
}
