internal import Mail

/// Whose mail it is: users and their addresses.
extension Administration {
    /// What is to become of a user, told change by change; what is not said stays.
    package struct UserChange: Sendable {
        package var name: String?
        package var login: String?
        package var added: [String] = []
        package var removed: [String] = []
        /// Comes first from now on.
        package var primary: String?
        package var on: [String] = []
        package var off: [String] = []

        package init() {}

        /// The users that it may touch, beside the one it is about.
        package var slice: DirectorySlice {
            var slice = DirectorySlice()
            for text in added { slice.add(address: text) }
            return slice
        }
    }

    package func change(_ user: User, by said: UserChange) throws(AdministrationRefusal) -> Plan {
        var user = user
        for text in said.added {
            let address = try address(text)
            if !user.addresses.contains(where: { $0.address == address }) { user.addresses.append(UserAddress(address)) }
        }
        for text in said.removed { user.addresses.remove(at: try place(of: text, in: user)) }
        if let text = said.primary { user.addresses.insert(user.addresses.remove(at: try place(of: text, in: user)), at: 0) }
        for text in said.on { user.addresses[try place(of: text, in: user)].isOn = true }
        for text in said.off { user.addresses[try place(of: text, in: user)].isOn = false }
        var patch: [DocumentValue.Entry] = [
            .init("addresses", .list(user.addresses.map { ["address": .text($0.address.description), "on": .flag($0.isOn)] }))
        ]
        for (key, text) in [("name", said.name), ("login", said.login)] {
            if let text { patch.append(.init(key, text.isEmpty ? .null : .text(text))) }
        }
        return try change(EntityKey(.user, user.id.text), by: patch)
    }

    private func place(of text: String, in user: User) throws(AdministrationRefusal) -> Int {
        let address = try address(text)
        if let place = user.addresses.firstIndex(where: { $0.address == address }) { return place }
        throw AdministrationRefusal(
            .invalid, "\(address) is not an address of user \(user.id)",
            fix: "`mandate users set \(user.id.text.shellQuoted) --add-address \(address.description.shellQuoted)` adds it", of: .user)
    }

    private func address(_ text: String) throws(AdministrationRefusal) -> EmailAddress {
        do throws(DocumentError) { return try DocumentReader(.text(text), path: "addresses").address() } catch {
            throw AdministrationRefusal(error, of: .user)
        }
    }

    /// The intake address is a machine's: a message from there would be answered to there, round and round.
    func settle(_ user: User) throws(AdministrationRefusal) -> User {
        if let intake = directory.settings.intake, let place = user.addresses.firstIndex(where: { $0.address == intake }) {
            throw AdministrationRefusal(
                .invalid, "\(intake) is the intake address and cannot be a user's too, or mail would go round in a loop",
                at: "addresses[\(place)]", of: .user)
        }
        try checkMeaning(ofIDOf: user)
        return user
    }

    /// An id may look like an address, and means the user before it means the address: a setting that was the one's must not become the other's by itself.
    private func checkMeaning(ofIDOf user: User) throws(AdministrationRefusal) {
        guard !directory.hasUser(user.id), let address = try? EmailAddress(user.id.text), user.primaryAddress?.address != address else {
            return  // most ids are no addresses
        }
        guard let key = directory.settings.naming(user.id).first else { return }
        throw AdministrationRefusal(
            .invalid, "\(key) means the address \(address): with a user of that id it would mean theirs",
            fix: "give the user another id, or change the setting first", at: "id", of: .user)
    }

    /// Two may share an address, as two may share a desk; but a slip looks the same.
    func follow(_ plan: inout Plan, with user: User, from before: User?) {
        guard plan.outcome != .unchanged else { return }
        for address in user.addresses.map(\.address) where before?.addresses.contains(where: { $0.address == address }) != true {
            guard let other = directory.users(with: address).first(where: { $0.id != user.id }) else { continue }
            plan.warnings.append(
                "\(address) is an address of user \(other.title) too: the name and the login that go with it may be either's")
        }
        if user.addresses.isEmpty { plan.warnings.append("user \(user.title) has no address, so mail that is theirs is refused") }
    }
}

/// Users by the thousand, from a file.
extension Administration {
    /// Makes and changes them, and leaves those alone who are the same.
    package func importing(_ difference: UserDifference) throws(AdministrationRefusal) -> Plan {
        for user in difference.added + difference.changed.map(\.after) { _ = try settle(user) }
        guard !difference.changes.isEmpty else { return .unchanged("they are as they were") }
        var plan = Plan(.changed, difference.words)
        plan.changes = difference.changes
        return plan
    }
}
