/// What an import would change: worked out before anything is.
package struct UserDifference: Sendable {
    package private(set) var added: [User] = []
    package private(set) var changed: [(before: User, after: User)] = []
    package private(set) var unchanged = 0
    /// Of each, in the order in which they came.
    package private(set) var outcomes: [ImportReport.Outcome] = []

    /// `known`: whom the directory has by that id. A file says nothing about on and off: an address that was switched off stays off.
    package init(_ users: some Sequence<User>, known: (UserID) -> User?) {
        for user in users {
            guard let before = known(user.id) else {
                added.append(user)
                outcomes.append(.new)
                continue
            }
            let after = user.keepingOff(of: before)
            outcomes.append(after == before ? .same : .changed)
            if after == before { unchanged += 1 } else { changed.append((before, after)) }
        }
    }

    package var words: String { "\(added.count) added, \(changed.count) changed, \(unchanged) unchanged" }

    package var changes: [DirectoryChange] { added.map { .put(.user($0)) } + changed.map { .put(.user($0.after)) } }
}

extension User {
    /// Addresses that are off in `other` are off here.
    package func keepingOff(of other: User) -> User {
        let off = Set(other.addresses.filter { !$0.isOn }.map(\.address))
        var user = self
        for place in user.addresses.indices where off.contains(user.addresses[place].address) { user.addresses[place].isOn = false }
        return user
    }
}
