/// How far an import of users has come.
package struct ImportTally: Sendable, Hashable {
    package private(set) var added = 0
    package private(set) var changed = 0
    package private(set) var unchanged = 0

    package var done: Int { added + changed + unchanged }
    package var words: String { "\(added) added, \(changed) changed, \(unchanged) unchanged" }

    fileprivate mutating func add(_ difference: UserDifference) {
        added += difference.added.count
        changed += difference.changed.count
        unchanged += difference.unchanged
    }
}

/// Why an import stopped, and what it had done by then: that stays, and counts as unchanged when the same file comes again.
package struct ImportFailure: Error {
    package let tally: ImportTally
    package let reason: any Error
}

extension Editor {
    /// Users in one edit: some hundredths of a second of the store's one writer, so that whoever sends meanwhile finds a turn in between.
    package static let handful = 2000

    /// Makes and changes users, a handful an edit, each against the directory as it is by then; throws `ImportFailure`. `isTrial`: counts, and keeps nothing.
    package func importUsers(
        _ users: some RandomAccessCollection<User>, isTrial: Bool = false, handful: Int = Self.handful,
        progress: (ImportTally) -> Void = { _ in }
    ) async throws -> ImportTally {
        var tally = ImportTally()
        for start in stride(from: 0, to: users.count, by: handful) {
            // Of packed users these are made now, and let go with the edit.
            let some = Array(users.dropFirst(start).prefix(handful))
            var slice = DirectorySlice(users: Set(some.map(\.id)))
            slice.isOfUsersAlone = true
            var difference = UserDifference([]) { _ in nil }
            do {
                try await edit(slice, isTrial: isTrial) { administration in
                    difference = UserDifference(some) { administration.directory.user($0) }
                    return try administration.importing(difference)
                }
            } catch { throw ImportFailure(tally: tally, reason: error) }
            tally.add(difference)
            progress(tally)
        }
        return tally
    }
}
