internal import Web
internal import Logging
internal import Relay

/// Applies an import while nobody waits. Of users, what was done before a failure stays, and the file can be chosen again: it counts as unchanged then.
struct ImportTask: Sendable {
    let dependencies: WebDependencies
    let drafts: ImportDrafts
    let person: String
    let draft: ImportDraft
    let work: ImportDraft.Work

    func run() async {
        switch work {
        case .nothing: drafts.set(.applied("\(draft.name) had nothing to apply."), of: draft.id)
        case .users(let users): await run(users)
        case .things(let sent): await run(sent)
        }
    }

    private func run(_ users: PackedUsers) async {
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

    /// In one edit: the directory may have moved since it was looked at, and what is done then is said.
    private func run(_ sent: SentImport) async {
        do {
            let outcome = try await sent.carryOut(by: person, dependencies, isTrial: false)
            drafts.set(.applied("\(draft.name) is applied: \(outcome.report.words)."), of: draft.id)
        } catch { drafts.set(.failed("Nothing was applied. \(reason(error).sentence)"), of: draft.id) }
    }

    private func reason(_ error: any Error) -> String {
        switch error {
        case let refusal as AdministrationRefusal: refusal.description
        case let problem as Problem: problem.detail
        case let failure as StoreFailure: Problem(failure).detail
        default: "an internal fault (\(type(of: error)))"
        }
    }
}
