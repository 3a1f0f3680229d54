internal import Web
internal import Logging
internal import Relay

/// Applies an import while nobody waits. What was done before a failure stays, and the file can be chosen again: it counts as unchanged then.
struct UserImportTask: Sendable {
    let dependencies: WebDependencies
    let drafts: ImportDrafts
    let person: String
    let draft: ImportDraft
    let users: PackedUsers

    func run() async {
        do {
            _ = try await dependencies.editor(for: person).importUsers(users) {
                drafts.set(.applying(done: $0.done), of: draft.id)
            }
            drafts.set(.applied("\(draft.name) is applied: \(draft.sentence)"), of: draft.id)
        } catch {
            let (done, why) = (error as? ImportFailure).map { ($0.tally.done, reason($0.reason)) } ?? (0, reason(error))
            dependencies.logger.warning("the import of users stopped after \(done) of \(users.count): \(why)")
            drafts.set(
                .failed(
                    "\(Words.number(done)) of \(Words.number(users.count)) users were applied; then it stopped. \(why.sentence) "
                        + "Choose the file again: what was applied counts as unchanged."), of: draft.id)
        }
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let refusal as AdministrationRefusal: refusal.sentence
        case let failure as StoreFailure: Problem(failure).detail
        default: "an internal fault (\(type(of: error)))"
        }
    }
}
