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
    /// `telling`: how each handful came out, in the order of the users.
    package func importUsers(
        _ users: some RandomAccessCollection<User>, isTrial: Bool = false, handful: Int = Self.handful,
        progress: (ImportTally) -> Void = { _ in }, telling: ([User], UserDifference) -> Void = { _, _ in }
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
            telling(some, difference)
            progress(tally)
        }
        return tally
    }

    /// What a file says, all that can be taken or nothing. `isTrial`: is only looked at.
    package func importThings(
        _ reading: ImportReading, as kind: ImportKind, choices: ImportChoices = ImportChoices(), isTrial: Bool
    ) async throws -> (done: Done, report: ImportReport) {
        var slice = DirectorySlice()
        slice.isWhole = true
        var report = ImportReport()
        let done = try await edit(slice, isTrial: isTrial) { administration in
            let one = try administration.importing(reading, as: kind, choices: choices)
            report = one.report
            return one.plan
        }
        return (done, report)
    }
}

extension UserImport {
    /// Lines of a report for users of the file from a place on.
    package func lines(from start: Int, _ some: [User], _ difference: UserDifference) -> [ImportReport.Line] {
        var changed = difference.changed.makeIterator()
        return zip(some, difference.outcomes).enumerated().map { offset, one in
            let (user, outcome) = one
            let before = outcome == .changed ? changed.next() : nil
            let why: String =
                switch outcome {
                case .changed: before.map { DirectoryDifference.Line(from: .user($0.before), to: .user($0.after)).words } ?? ""
                case .new: DirectoryDifference.Line(from: nil, to: .user(user)).words
                case .same, .skipped, .wrong, .noted: ""
                }
            return ImportReport.Line(line(at: start + offset), .user, user.id.text, outcome, why)
        }
    }
}
