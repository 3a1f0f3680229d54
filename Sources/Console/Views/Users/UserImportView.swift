internal import Monitoring
internal import Web
internal import HTTPTypes
internal import Relay

/// Users from a file: compared first, looked at, then applied.
struct UserImportView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/users/import") { request in .page(UserImportView(request).page()) },
        .upload("/users/import") { request in try await UserImportView(request).compare() },
        .get("/users/import/{draft}") { request in try UserImportView(request).report() },
        .post("/users/import/{draft}/apply") { request in try UserImportView(request).apply() },
        .post("/users/import/{draft}/discard") { request in UserImportView(request).discard() },
        .get("/users/import/{draft}/progress") { request in try UserImportView(request).progress() },
        .get("/users/import/{draft}/progress.json") { request in .json(try UserImportView(request).state()) },
    ]

    private let request: ConsoleRequest
    private var drafts: ImportDrafts { request.state.imports }
    private var id: String { request.path("draft") }

    private init(_ request: ConsoleRequest) { self.request = request }

    private func page(error: String? = nil) -> Page {
        let drafts = drafts.all(at: request.now).filter { $0.state == .draft }.map(\.draft)
        return Page(
            "users-import", "Import users",
            [
                "error": DocumentValue(error), "size_limit": .text("\(request.dependencies.settings.largestImport / (1 << 20)) MB"),
                "has_drafts": .flag(!drafts.isEmpty),
                "drafts": .list(
                    drafts.map { draft in
                        [
                            "name": .text(draft.name), "href": .text(Self.href(draft.id)), "at": Words.moment(draft.at, at: request.now),
                            "by": .text(draft.by), "differences": .text(draft.words),
                        ]
                    }),
            ], status: error == nil ? .ok : .unprocessableContent)
    }

    private static func href(_ id: String, _ rest: String = "") -> String { "/users/import/\(PercentCoding.encode(id))\(rest)" }

    private func compare() async throws -> ConsoleAnswer {
        guard let file = request.form.file else { return .page(page(error: "Choose a file.")) }
        guard !file.bytes.isEmpty else { return .page(page(error: "The file is empty, or none was chosen.")) }
        let name = fileName(file.name)
        let fresh = "draft-" + request.dependencies.draw(8).hexadecimal
        let (person, now, directory) = (request.person, request.now, request.directory)
        let draft = try await Aside.run {
            ImportDraft(file.bytes, named: name, id: fresh, by: person, at: now, against: directory)
        }
        guard draft.read > 0 else { return .page(page(error: "No user stands in the file.")) }
        try drafts.put(draft, of: request.session)
        return .redirect(Self.href(draft.id))
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
        guard let users = drafts.take(id) else { return .redirect(Self.href(id)) }
        let task = UserImportTask(dependencies: request.dependencies, drafts: drafts, person: request.person, draft: draft, users: users)
        do throws(Problem) { try request.dependencies.backgroundTasks.begin { await task.run() } } catch {
            drafts.set(.failed("Nothing was applied: \(error.detail). Choose the file again later."), of: id)
        }
        return .redirect(Self.href(id, "/progress"))
    }

    private func discard() -> ConsoleAnswer {
        // A page from before somebody applied it has the button still; how that goes is what its person has to know.
        guard drafts.discard(id) else { return .redirect(Self.href(id)) }
        return .redirect("/users/import", .good("The draft is discarded. Nothing was changed."))
    }
}

/// While it is being applied, and how that ended.
extension UserImportView {
    private func progress() throws -> ConsoleAnswer {
        let entry = try entry()
        switch entry.state {
        case .draft: return .redirect(Self.href(id))
        case .applying(let done): return .page(page(entry.draft, done: done, failure: nil))
        case .applied(let words): return .redirect("/users", .good(words))
        case .failed(let words): return .page(page(entry.draft, done: 0, failure: words))
        }
    }

    private func page(_ draft: ImportDraft, done: Int, failure: String?) -> Page {
        // A browser without script looks again by itself: every two seconds is often enough for somebody who waits.
        Page(
            "users-import-progress", "Importing users",
            [
                "name": .text(draft.name), "what": "Applying", "done": .text(String(done)), "total": .text(String(draft.differences)),
                "words": .text(words(draft, done)), "progress_href": .text(Self.href(id, "/progress.json")),
                "self_href": .text(Self.href(id, "/progress")), "failure": DocumentValue(failure),
            ], refresh: failure == nil ? 2 : nil)
    }

    private func words(_ draft: ImportDraft, _ done: Int) -> String {
        "\(Words.number(done)) of \(Words.number(draft.differences)) users"
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
extension UserImportView {
    private func report() throws -> ConsoleAnswer {
        let entry = try entry()
        guard entry.state == .draft else { return .redirect(Self.href(id, "/progress")) }
        let draft = entry.draft
        return .page(
            Page(
                "users-import-report", "What would change",
                [
                    "name": .text(draft.name), "draft": .text(PercentCoding.encode(draft.id)), "can_apply": .flag(draft.canBeApplied),
                    "apply_words": .text(draft.differences == 0 ? "" : draft.sentence), "blocked": DocumentValue(blocked(draft.wrong)),
                    "counts": counts(draft), "has_problems": .flag(draft.wrong > 0),
                    "problems_note": note(draft.problems.count, of: draft.wrong),
                    "problems": .list(
                        draft.problems.map { ["line": .text(Words.number($0.line)), "sentence": .text($0.sentence.sentence)] }),
                    "has_samples": .flag(!draft.samples.isEmpty), "samples_note": note(draft.samples.count, of: draft.differences),
                    "samples": .list(draft.samples.map(sample)),
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
}
