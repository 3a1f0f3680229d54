internal import Relay
internal import SQLiteStore

extension OpenedStore {
    var editor: Editor {
        Editor(keeper: OpenStore(store), vault: vault, person: person, now: live.now, generator: { [live] in live.generator })
    }

    /// The rule book, open at this directory: for what is only looked up.
    func administration(_ directory: Directory) -> Administration {
        Administration(
            Snapshot(directory: directory, conditions: Conditions()), person: person, at: live.now(),
            generator: { [live] in live.generator })
    }

    /// Carries a verb of the rule book out, and says how it came out. `options`: what the command line calls the fields that a refusal may name.
    @discardableResult
    func carryOut(
        _ slice: DirectorySlice = DirectorySlice(), calling options: [String: String] = [:],
        _ verb: (Administration) async throws -> Relay.Plan
    ) async throws -> Relay.Plan {
        let done: Editor.Done
        do { done = try await editor.edit(slice, verb) } catch let refusal as AdministrationRefusal {
            throw CommandFailure(refusal.status, refusal.description { options[$0] ?? $0 })
        }
        let plan = done.plan
        say((plan.outcome == .unchanged ? "unchanged: " : "") + plan.words + (done.edition.map { " (edition \($0))" } ?? ""))
        for note in plan.notes { say(note) }
        for warning in plan.warnings { live.complain(DisplayWidth.printable("warning: \(warning)")) }
        for step in plan.next {
            switch step {
            case .command(let command): say("next: \(command)")
            case .atProvider(let words): say("at the provider: \(words)")
            }
        }
        return plan
    }

    /// Names are in it, and a name in a directory must not be able to move the cursor.
    private func say(_ words: String) { live.say(DisplayWidth.printable(words)) }
}

extension AdministrationRefusal {
    var status: ExitStatus {
        switch code {
        case .malformed: .usage
        case .unknownName, .ambiguousName, .notFound: kind == .user ? .unknownUser : .data
        case .invalid, .taken, .inUse, .lastAdministrator, .wrongState: .data
        case .changedMeanwhile: .temporary
        case .notPermitted: .notPermitted
        }
    }
}
