internal import Monitoring
internal import Web
internal import HTTPTypes
internal import Relay

/// Files of other programs: compared first, looked at, then applied.
struct ImportView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/imports") { request in .page(ImportView(request).page()) },
        .get("/users/import") { request in .page(ImportView(request).page()) },
        .upload("/imports") { request in try await ImportView(request).compare() },
        .upload("/users/import") { request in try await ImportView(request).compare() },
        .get("/imports/{draft}") { request in try ImportView(request).report() },
        .post("/imports/{draft}/apply") { request in try ImportView(request).apply() },
        .post("/imports/{draft}/discard") { request in ImportView(request).discard() },
        .get("/imports/{draft}/progress") { request in try ImportView(request).progress() },
        .get("/imports/{draft}/progress.json") { request in .json(try ImportView(request).state()) },
    ]

    private let request: ConsoleRequest
    private var drafts: ImportDrafts { request.state.imports }
    private var id: String { request.path("draft") }

    private init(_ request: ConsoleRequest) { self.request = request }

    private func page(error: String? = nil) -> Page {
        let drafts = drafts.all(at: request.now).filter { $0.state == .draft }.map(\.draft)
        let chosen = request.form["kind"] ?? request.query["kind"] ?? ImportKind.users.rawValue
        return Page(
            "import", "Import",
            [
                "error": DocumentValue(error), "size_limit": .text("\(request.dependencies.settings.largestImport / (1 << 20)) MB"),
                "kinds": .list(
                    ImportKind.allCases.map { kind in
                        [
                            "value": .text(kind.rawValue), "label": .text(kind.title), "source": .text(kind.source),
                            "selected": .flag(kind.rawValue == chosen),
                        ]
                    }),
                "grants": .list(
                    request.directory.allGrants.sorted { $0.name < $1.name }.map { ["value": .text($0.id.text), "label": .text($0.name)] }),
                "mailbox": .text(request.form["mailbox"] ?? ""), "has_drafts": .flag(!drafts.isEmpty),
                "drafts": .list(
                    drafts.map { draft in
                        [
                            "name": .text(draft.name), "href": .text(Self.href(draft.id)), "at": Words.moment(draft.at, at: request.now),
                            "by": .text(draft.by), "differences": .text(draft.words),
                        ]
                    }),
            ], status: error == nil ? .ok : .unprocessableContent)
    }

    private static func href(_ id: String, _ rest: String = "") -> String { "/imports/\(PercentCoding.encode(id))\(rest)" }

    private func compare() async throws -> ConsoleAnswer {
        guard let file = request.form.file else { return .page(page(error: "Choose a file.")) }
        guard !file.bytes.isEmpty else { return .page(page(error: "The file is empty, or none was chosen.")) }
        guard let kind = ImportKind(rawValue: request.form["kind"] ?? ImportKind.users.rawValue) else {
            return .page(page(error: "Choose what the file is."))
        }
        let draft: ImportDraft
        do { draft = try await self.draft(file.bytes, kind, fileName(file.name)) } catch let problem as Problem
            where problem.kind == .invalid
        {
            return .page(page(error: problem.detail.sentence))
        } catch let refusal as AdministrationRefusal {
            return .page(page(error: refusal.description.sentence))
        }
        guard draft.read > 0 || !draft.lines.isEmpty else { return .page(page(error: "Nothing stands in the file.")) }
        try drafts.put(draft, of: request.session)
        return .redirect(Self.href(draft.id))
    }

    private func draft(_ bytes: [UInt8], _ kind: ImportKind, _ name: String) async throws -> ImportDraft {
        let fresh = "draft-" + request.dependencies.draw(8).hexadecimal
        let (person, now, dependencies) = (request.person, request.now, request.dependencies)
        guard kind == .users else {
            let choices = ImportChoices(mailbox: request.form["mailbox"], mailboxGrant: request.form["mailbox_grant"])
            let sent = try await SentImport.read(bytes, as: kind, choices: choices, dependencies)
            let outcome = try await sent.carryOut(by: person, dependencies, isTrial: true)
            return ImportDraft(sent, outcome, named: name, id: fresh, by: person, at: now)
        }
        let directory = request.directory
        return try await Aside.run {
            ImportDraft(bytes, named: name, id: fresh, by: person, at: now, against: directory, xml: dependencies.operations.xml)
        }
    }

    /// Without a folder before it, and no longer than a page has room for.
    private func fileName(_ text: String) -> String {
        let name = String(text.split { $0 == "/" || $0 == "\\" }.last?.prefix(100) ?? "")
        return name.isEmpty ? "the file" : name
    }

    private func entry() throws(Problem) -> ImportDrafts.Entry {
        guard let entry = drafts.entry(id, at: request.now) else {
            throw Problem(
                .notFound, "this import is no longer kept: it was discarded, or the hour for it is over", fix: "choose the file again")
        }
        return entry
    }

    private func apply() throws -> ConsoleAnswer {
        let draft = try entry().draft
        guard let work = drafts.take(id) else { return .redirect(Self.href(id)) }
        let task = ImportTask(dependencies: request.dependencies, drafts: drafts, person: request.person, draft: draft, work: work)
        do throws(Problem) { try request.dependencies.backgroundTasks.begin { await task.run() } } catch {
            drafts.set(.failed("Nothing was applied: \(error.detail). Choose the file again later."), of: id)
        }
        return .redirect(Self.href(id, "/progress"))
    }

    private func discard() -> ConsoleAnswer {
        // A page from before somebody applied it has the button still; how that goes is what its person has to know.
        guard drafts.discard(id) else { return .redirect(Self.href(id)) }
        return .redirect("/imports", .good("The draft is discarded. Nothing was changed."))
    }
}

/// While it is being applied, and how that ended.
extension ImportView {
    private func progress() throws -> ConsoleAnswer {
        let entry = try entry()
        switch entry.state {
        case .draft: return .redirect(Self.href(id))
        case .applying(let done): return .page(page(entry.draft, done: done, failure: nil))
        case .applied(let words): return .redirect(entry.draft.kind.place, .good(words))
        case .failed(let words): return .page(page(entry.draft, done: 0, failure: words))
        }
    }

    private func page(_ draft: ImportDraft, done: Int, failure: String?) -> Page {
        // A browser without script looks again by itself: every two seconds is often enough for somebody who waits.
        Page(
            "import-progress", "Importing",
            [
                "name": .text(draft.name), "what": "Applying", "done": .text(String(done)), "total": .text(String(draft.differences)),
                "words": .text(words(draft, done)), "progress_href": .text(Self.href(id, "/progress.json")),
                "self_href": .text(Self.href(id, "/progress")), "failure": DocumentValue(failure),
            ], refresh: failure == nil ? 2 : nil)
    }

    private func words(_ draft: ImportDraft, _ done: Int) -> String {
        "\(Words.number(done)) of \(Words.number(draft.differences)) \(draft.kind == .users ? "users" : "things")"
    }

    /// For the script.
    private func state() throws(Problem) -> DocumentValue {
        let entry = try entry()
        let total = entry.draft.differences
        let (done, words, isFinished) =
            switch entry.state {
            case .draft: (0, words(entry.draft, 0), false)
            case .applying(let done): (done, words(entry.draft, done), false)
            case .applied(let words): (total, words, true)
            case .failed(let words): (0, words, true)
            }
        return [
            "done": DocumentValue(done), "total": DocumentValue(total), "words": .text(words), "finished": .flag(isFinished),
            // The same page: it says how it ended, or leads on.
            "next": isFinished ? .text(request.dependencies.address.path + Self.href(id, "/progress")) : .null,
        ]
    }
}

/// What would change.
extension ImportView {
    private func report() throws -> ConsoleAnswer {
        let entry = try entry()
        guard entry.state == .draft else { return .redirect(Self.href(id, "/progress")) }
        let draft = entry.draft
        return .page(
            Page(
                "import-report", "What would change",
                [
                    "name": .text(draft.name), "draft": .text(PercentCoding.encode(draft.id)), "can_apply": .flag(draft.canBeApplied),
                    "apply_words": .text(draft.differences == 0 ? "" : draft.sentence), "blocked": DocumentValue(blocked(draft.wrong)),
                    "counts": counts(draft), "has_problems": .flag(draft.wrong > 0),
                    "problems_note": note(draft.problems.count, of: draft.wrong),
                    "problems": .list(
                        draft.problems.map { ["line": .text(Words.number($0.line)), "sentence": .text($0.sentence.sentence)] }),
                    "has_samples": .flag(!draft.samples.isEmpty), "samples_note": note(draft.samples.count, of: draft.differences),
                    "samples": .list(draft.samples.map(sample)), "is_users": .flag(draft.kind == .users),
                    "kind": .text(draft.kind.title), "has_skipped": .flag(draft.skipped > 0 || draft.kind != .users),
                    "has_lines": .flag(!draft.lines.isEmpty), "lines_note": note(draft.lines.count, of: draft.lineCount),
                    "lines": .list(draft.lines.map(line)), "has_advice": .flag(!draft.advice.isEmpty),
                    "advice": .list(draft.advice.map { .text($0) }), "is_same": .flag(draft.differences == 0 && draft.wrong == 0),
                ]))
    }

    private func blocked(_ wrong: Int) -> String? {
        guard wrong > 0 else { return nil }
        return (wrong == 1 ? "One line is wrong" : "\(Words.number(wrong)) lines are wrong")
            + ", so nothing can be applied. Correct the file and import it again."
    }

    private func counts(_ draft: ImportDraft) -> DocumentValue {
        [
            "added": .text(Words.number(draft.added)), "changed": .text(Words.number(draft.changed)),
            "unchanged": .text(Words.number(draft.unchanged)), "wrong": .text(Words.number(draft.wrong)),
            "wrong_kind": draft.wrong > 0 ? "bad" : "plain", "read": .text(Words.number(draft.read)),
            "skipped": .text(Words.number(draft.skipped)),
        ]
    }

    private func note(_ shown: Int, of all: Int) -> DocumentValue {
        shown < all ? .text("\(Words.number(shown)) of \(Words.number(all))") : .null
    }

    private func sample(_ sample: ImportDraft.Sample) -> DocumentValue {
        [
            "id": .text(sample.id.text), "before": DocumentValue(sample.before), "after": .text(sample.after),
            "difference": sample.before == nil ? Words.badge("good", "added") : Words.badge("wait", "changed"),
        ]
    }

    private func line(_ line: ImportReport.Line) -> DocumentValue {
        let badge =
            switch line.outcome {
            case .new: "good"
            case .changed: "wait"
            case .same, .noted: "off"
            case .skipped, .wrong: "bad"
            }
        return [
            "line": DocumentValue(line.line.map { Words.number($0) }), "kind": .text(line.kind?.noun ?? ""), "thing": .text(line.thing),
            "outcome": Words.badge(badge, line.outcome.rawValue), "why": .text(line.why),
        ]
    }
}

extension ImportKind {
    /// The page on which one sees what came of it.
    fileprivate var place: String {
        switch self {
        case .users, .postfixGeneric: "/users"
        case .settings: "/settings"
        case .exchangePermissions, .gmailSendAs, .postfixLogins: "/identities"
        case .emailOAuth2Proxy: "/tokens"
        }
    }
}
