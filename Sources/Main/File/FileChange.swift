internal import Mail
internal import Relay
internal import Store

/// Brings a file's directory to a store, and says what that is.
struct FileChange {
    private let document: DirectoryDocument
    private let options: FileOptions
    private let opened: OpenedStore

    /// Lines that a person reads; a pipe gets all.
    private static let mostLines = 100

    init(_ document: DirectoryDocument, _ options: FileOptions, _ opened: OpenedStore) {
        self.document = document
        self.options = options
        self.opened = opened
    }

    /// Whether something is to be changed.
    func carryOut(isTrial: Bool) async throws -> Bool {
        guard document.observations.isEmpty else {
            throw CommandFailure.data(
                "\(options.file) has `observed`, which is for `mandate decide --directory`: what was observed is no decision")
        }
        guard isTrial else {
            let done = try await opened.report { _ in try await bring(isTrial: false) }
            return !done.isEmpty
        }
        let plan = try await bring(isTrial: true).plan
        if plan.isEmpty { opened.live.say("unchanged: \(plan.words)") }
        for note in plan.notes { opened.live.say(DisplayWidth.printable(note)) }
        for warning in plan.warnings { opened.live.complain(DisplayWidth.printable("warning: \(warning)")) }
        return !plan.isEmpty
    }

    private func bring(isTrial: Bool) async throws -> Editor.Done {
        do {
            return try await opened.editor.bring(
                document, pruning: options.prune ? Editor.Pruning(forgetting: Set(options.forget)) : nil,
                expecting: options.at.map { Edition($0) }, isTrial: isTrial, telling: opened.revoker
            ) { proposal in
                guard !proposal.plan.isEmpty else { return }
                write(proposal.difference)
                let mail = try await MailInUse(from: opened.store, at: opened.live.now())
                var bar = ProgressBar("deciding", of: nil, opened.live)
                let impact = proposal.impact(on: mail, at: opened.live.now(), progress: { bar.advance(to: $0) })
                bar.finish()
                write(impact)
                if isTrial {
                    opened.live.say("would be applied to edition \(proposal.before.directory.edition): \(proposal.plan.words)")
                }
            }
        } catch let refusal as AdministrationRefusal {
            throw CommandFailure(refusal.status, refusal.description)
        }
    }

    private func write(_ difference: DirectoryDifference) {
        put(
            difference.lines.map { line in
                let title = "\(line.sign.rawValue) \(line.key.kind.noun) \(line.title)"
                return line.words.isEmpty ? title : "\(title): \(line.words)"
            })
    }

    private func write(_ impact: RouteImpact) {
        if !impact.rows.isEmpty { opened.live.output("") }
        put(
            impact.rows.map { row in
                let messages = row.messages == 0 ? "" : " (\(row.messages) messages)"
                return "\(row.isLost ? "!" : " ") \(row.subject): \(row.before) → \(row.after)\(messages)"
            })
        opened.live.say(impact.words)
    }

    private func put(_ lines: [String]) {
        let most = opened.live.standardOutput.isTerminal ? Self.mostLines : lines.count
        for line in lines.prefix(most) { opened.live.output(DisplayWidth.printable(line)) }
        if lines.count > most { opened.live.output("… and \(lines.count - most) more") }
    }
}
