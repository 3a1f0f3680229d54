internal import Web
internal import Logging
internal import Relay

/// Applies an import while nobody waits: in handfuls, each an edit of its own, so that other changes find their turn in between. What was done before a
/// failure stays, and the file can be chosen again: it counts as unchanged then.
struct UserImportTask: Sendable {
    let dependencies: WebDependencies
    let drafts: ImportDrafts
    let person: String
    let draft: ImportDraft
    let users: [User]

    /// Users in one edit: a second or so of the store's one writer.
    private static let handful = 10_000

    func run() async {
        var done = 0
        do {
            while done < users.count {
                let some = users[done..<min(done + Self.handful, users.count)]
                try await DirectoryEditing(dependencies: dependencies, person: person).edit { directory in try plan(some, directory) }
                done = some.endIndex
                drafts.set(.applying(done: done), of: draft.id)
            }
            drafts.set(.applied("\(draft.name) is applied: \(draft.sentence)"), of: draft.id)
        } catch {
            let why = reason(error)
            dependencies.logger.warning("the import of users stopped after \(done) of \(users.count): \(why)")
            drafts.set(
                .failed(
                    "\(Words.number(done)) of \(Words.number(users.count)) users were applied; then it stopped. \(why.sentence) "
                        + "Choose the file again: what was applied counts as unchanged."), of: draft.id)
        }
    }

    /// Against the directory of this moment: addresses may have been switched off since the file was compared, and the intake address changed.
    private func plan(_ users: ArraySlice<User>, _ directory: Directory) throws(Problem) -> DirectoryEditing.Plan {
        let intake = directory.settings.intake
        var plan = DirectoryEditing.Plan()
        for user in users {
            if let intake, user.addresses.contains(where: { $0.address == intake }) {
                throw Problem(.conflict, "an address of user \(user.id) has become the intake address, which must be nobody's own")
            }
            let before = directory.user(user.id)
            let after = before.map { user.keepingOff(of: $0) } ?? user
            if before != after { plan.changes.append(.put(.user(after))) }
        }
        return plan
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let problem as Problem: problem.detail
        case let failure as StoreFailure: Problem(failure).detail
        default: "an internal fault (\(type(of: error)))"
        }
    }
}
