internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// *Queue*: what waits, is held or has failed, and why; retry, hold, release, remove, one or all that the filter shows.
struct QueueView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/queue") { request in .page(try await QueueView(request).page()) },
        .post("/queue/all") { request in try await QueueView(request).changeAll() },
        .post("/queue/{id}") { request in try await QueueView(request).change() },
    ]

    private static let page = 50
    /// Messages that one click changes; more is a command's work.
    private static let most = 10_000
    /// At a time, since each brings its header along.
    private static let handful = 1000
    /// Messages that one page looks through for those that fit; the next page goes on from there.
    private static let mostLooked = 100_000

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private var store: any Store { request.dependencies.store }

    /// What the filter wants, from the address or from a form.
    private struct Filter {
        var state: QueuedMessage.StateName?
        /// Not a state of the store's, but one that people look for.
        var isUnknown: Bool
        var text: String

        func takes(_ message: QueuedMessage) -> Bool {
            if isUnknown, !message.isUnknown { return false }
            guard !text.isEmpty else { return true }
            let texts =
                [message.message.id.text, message.message.author.description, message.why]
                + message.recipients.map(\.recipient.address.description)
            return texts.contains { $0.lowercased().contains(text.lowercased()) }
        }

        var word: String { isUnknown ? "unknown" : state?.rawValue ?? "" }
        var isSet: Bool { !word.isEmpty || !text.isEmpty }
    }

    private func filter(_ state: String?, _ text: String?) -> Filter {
        Filter(
            state: state.flatMap { QueuedMessage.StateName(rawValue: $0) }.flatMap { $0 == .done ? nil : $0 },
            isUnknown: state == "unknown", text: text ?? "")
    }

    /// The next page of those that fit, and behind which message the one after it begins; nil: there is none.
    private func messages(_ filter: Filter, after: SpoolID?) async throws(StoreFailure) -> (found: [QueuedMessage], next: SpoolID?) {
        var found: [QueuedMessage] = []
        var cursor = after
        var looked = 0
        while true {
            let some = try await store.list(QueueFilter(state: filter.state, after: cursor, limit: Self.handful))
            for message in some where filter.takes(message) {
                if found.count == Self.page { return (found, found.last?.message.id) }
                found.append(message)
            }
            guard some.count == Self.handful, let last = some.last else { return (found, nil) }
            cursor = last.message.id
            looked += some.count
            guard looked < Self.mostLooked else { return (found, cursor) }
        }
    }

    private func page() async throws -> Page {
        let filter = filter(request.query["state"], request.query["q"])
        let after = request.query["after"].flatMap { SpoolID($0) }
        let (found, next): ([QueuedMessage], SpoolID?)
        do throws(StoreFailure) { (found, next) = try await messages(filter, after: after) } catch {
            // The message that the cursor names has left the queue: begin again.
            guard case .notFound = error else { throw error }
            (found, next) = try await messages(filter, after: nil)
        }
        let query =
            (filter.word.isEmpty ? "" : "&state=\(filter.word)") + (filter.text.isEmpty ? "" : "&q=\(PercentCoding.encode(filter.text))")
        let own = "/queue" + (query.isEmpty ? "" : "?" + query.dropFirst())
        let depth = try await store.depth().counts.values.reduce(0, +)
        let onwards = next.map { "/queue?after=\(PercentCoding.encode($0.text))\(query)" }
        return Page(
            "queue", "Queue",
            [
                "filter": ["states": states(filter), "state": .text(filter.word), "q": .text(filter.text), "is_set": .flag(filter.isSet)],
                "has_rows": .flag(!found.isEmpty || next != nil), "rows": .list(found.map { row($0, own) }),
                "pager": [
                    "words": .text("\(found.count) of \(Words.number(depth)) message\(depth == 1 ? "" : "s")"),
                    "next": DocumentValue(onwards),
                    "prev": after == nil ? .null : .text(own), "next_label": "Next", "prev_label": "From the beginning",
                ],
                "all_words": .text(filter.isSet ? "Every message that fits the filter." : "Every message in the queue."),
            ])
    }

    private func states(_ filter: Filter) -> DocumentValue {
        let all = [
            ("", "waiting, held and failed"), ("waiting", "waiting"), ("claimed", "claimed"), ("unknown", "unknown"), ("held", "held"),
            ("failed", "failed"),
        ]
        return .list(all.map { ["value": .text($0.0), "label": .text($0.1), "selected": .flag($0.0 == filter.word)] })
    }

    private func row(_ queued: QueuedMessage, _ own: String) -> DocumentValue {
        let others = queued.recipients.count - 1
        let first = queued.recipients.first?.recipient.address.description ?? "nobody"
        let values: DocumentValue = [
            "id": .text(queued.message.id.text), "href": .text("/queue/\(PercentCoding.encode(queued.message.id.text))"),
            "author": .text(queued.message.author.description),
            "recipients": .text("to \(first)" + (others > 0 ? " and \(others) more" : "")),
            "state": queued.badge, "why": queued.why.isEmpty ? .null : .text(queued.why), "attempts": .text(queued.attemptWords),
            "next_attempt": Words.moment(queued.nextAttempt, at: request.now),
            "accepted": Words.moment(queued.message.acceptedAt, at: request.now),
            "self_href": .text(own),
        ]
        return values.adding(queued.actions)
    }

    private func change() async throws -> ConsoleAnswer {
        let action = try action()
        let next = request.form["next"].flatMap { $0.hasPrefix("/queue") ? $0 : nil } ?? "/queue"
        var notice = Notice.bad("Nothing was done.")
        do {
            try await editor.change([request.path("id")], action) { done in
                notice = done.warning.map { .wait("\(done.words.sentence) \($0.sentence)") } ?? .good(done.words.sentence)
            }
        } catch let refusal as AdministrationRefusal {
            // What left the queue meanwhile has no page of its own to go back to.
            return .redirect(refusal.code == .notFound ? "/queue" : next, .bad(refusal.words))
        }
        request.dependencies.operations.wake()
        return .redirect(action == .remove && next != "/queue" ? "/queue" : next, notice)
    }

    private var editor: QueueEditor { request.dependencies.queueEditor(for: request.person) }

    private func action() throws(Problem) -> QueueAction {
        guard let action = request.form["action"].flatMap({ QueueAction(rawValue: $0) }) else {
            throw Problem(.badRequest, "the action is retry, hold, release or remove")
        }
        return action
    }

    /// Those that the filter shows and that the wish is meant for, as if each had been clicked.
    private func changeAll() async throws -> ConsoleAnswer {
        let action = try action()
        let filter = filter(request.form["state"], request.form["q"])
        defer { request.dependencies.operations.wake() }
        do {
            let tally = try await editor.changeAll(action, state: filter.state, limit: Self.most, fits: filter.takes)
            let more = tally.isFull ? " There may be more: repeat, or use `mandate queue \(action.rawValue) --all`." : ""
            let words = tally.words.sentence + more
            return .redirect("/queue", tally.obstacle == nil ? .good(words) : .wait(words))
        } catch let failure as QueueEditor.Failure {
            let why = Problem(failure.reason).detail
            return .redirect("/queue", .bad("It stopped: \(why). \(failure.tally.words.sentence)"))
        }
    }
}

extension QueuedMessage {
    var badge: DocumentValue {
        if isUnknown, state != .done { return Words.badge("wait", "unknown") }
        return switch state {
        case .waiting, .claimed: Words.badge("wait", state.rawValue)
        case .held: Words.badge("off", "held")
        case .failed: Words.badge("bad", "failed")
        case .done: Words.badge("good", "done")
        }
    }

    var attemptWords: String { attempts == 0 ? "no attempt" : "\(attempts) attempt\(attempts == 1 ? "" : "s")" }

    /// What its state allows.
    var actions: [DocumentValue.Entry] {
        QueueAction.allCases.map { .init("can_\($0.rawValue)", .flag($0.next(from: state) != nil)) }
    }
}
