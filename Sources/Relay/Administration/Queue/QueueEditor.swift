internal import Mail
package import struct FoundationEssentials.Date

/// Carries a person's wish for messages of the queue out, for one or for many, and says what became of them. What the queue cannot know – that a message that is
/// released would be held again at once, or goes nowhere yet – the decider says.
package struct QueueEditor: Sendable {
    /// What became of one.
    package struct Done: Sendable {
        package let message: QueuedMessage
        package let words: String
        /// What stands in its way, as things are.
        package let warning: String?
    }

    /// What became of many.
    package struct Tally: Sendable, Hashable {
        package internal(set) var changed = 0
        /// Were being sent, or changed by somebody else, in between.
        package internal(set) var passed = 0
        package internal(set) var heldAgain = 0
        /// Of the first of those.
        package internal(set) var obstacle: String?
        /// As many as were to be done at once are done, and there may be more.
        package internal(set) var isFull = false
        let action: QueueAction

        package var words: String {
            var parts = [action.words(of: "\(changed) message\(changed == 1 ? "" : "s")", count: changed)]
            if passed > 0 { parts.append("\(passed) were being sent or changed meanwhile") }
            if let obstacle { parts.append("\(heldAgain) would be held again: \(obstacle)") }
            return parts.joined(separator: "; ")
        }
    }

    /// Why it stopped, and what was done by then.
    package struct Failure: Error {
        package let tally: Tally
        package let reason: StoreFailure
    }

    /// At a time: each brings its header along, and those of a page share commits.
    private static let page = 1000

    private let queue: any Queue
    private let person: String
    private let now: @Sendable () -> Date
    /// As things are, with what the authors of these messages can touch.
    private let decider: @Sendable ([AcceptedMessage]) async throws(StoreFailure) -> Decider

    package init(
        queue: any Queue, person: String, now: @escaping @Sendable () -> Date,
        decider: @escaping @Sendable ([AcceptedMessage]) async throws(StoreFailure) -> Decider
    ) {
        self.queue = queue
        self.person = person
        self.now = now
        self.decider = decider
    }

    /// All are found and looked at first: a slip in the last must not leave the others half done.
    package func change(_ ids: [String], _ action: QueueAction, told: (Done) -> Void = { _ in }) async throws {
        var messages: [QueuedMessage] = []
        for id in ids { messages.append(try await queue.find(id)) }
        let decider = try await decider(messages.map(\.message))
        for message in messages { if let refusal = refusal(of: action, message, decider) { throw refusal } }
        for message in messages { told(try await change(message, action, decider)) }
    }

    private func refusal(of action: QueueAction, _ message: QueuedMessage, _ decider: Decider) -> AdministrationRefusal? {
        if let obstacle = action.obstacle(to: message) { return AdministrationRefusal(.wrongState, obstacle) }
        guard action == .release else { return nil }
        let prospect = decider.outlook(of: message, at: now())
        return prospect.obstacleToRelease.map { AdministrationRefusal(.wrongState, $0, fix: prospect.outlook.command) }
    }

    private func change(_ message: QueuedMessage, _ action: QueueAction, _ decider: Decider) async throws -> Done {
        let id = message.message.id
        do throws(StoreFailure) { try await queue.change(id, action, by: person, at: now()) } catch {
            guard case .conflict(let why) = error else { throw error }
            throw AdministrationRefusal(.wrongState, why)
        }
        let after = try await queue.show(id) ?? message
        var warning: String?
        if action.wakes, case let outlook = decider.outlook(of: after, at: now()).outlook, !outlook.isOpen {
            warning = "\(id) does not leave yet: \(outlook.reason)"
        }
        return Done(message: after, words: action.words(of: id.text), warning: warning)
    }

    /// Those of a state that fit and that the action is meant for, up to `limit`; throws `Failure`.
    package func changeAll(
        _ action: QueueAction, state: QueuedMessage.StateName?, limit: Int = .max, fits: (QueuedMessage) -> Bool,
        progress: (Tally) -> Void = { _ in }
    ) async throws -> Tally {
        var tally = Tally(action: action)
        do throws(StoreFailure) {
            var filter = QueueFilter(state: state, limit: Self.page)
            while case let page = try await queue.list(filter), let last = page.last {
                let now = now()
                var chosen = page.filter { fits($0) && action.isMeant(for: $0, at: now) }
                if action == .release, !chosen.isEmpty { chosen = try await leaving(chosen, &tally) }
                chosen = Array(chosen.prefix(limit - tally.changed - tally.passed))
                try await change(chosen.map(\.message.id), action, &tally)
                progress(tally)
                tally.isFull = tally.changed + tally.passed >= limit
                guard !tally.isFull, page.count == Self.page else { return tally }
                filter.after = last.message.id
            }
            return tally
        } catch { throw Failure(tally: tally, reason: error) }
    }

    /// Without those that would be held again.
    private func leaving(_ messages: [QueuedMessage], _ tally: inout Tally) async throws(StoreFailure) -> [QueuedMessage] {
        let decider = try await decider(messages.map(\.message))
        let now = now()
        return messages.filter { message in
            let outlook = decider.outlook(of: message, at: now)
            guard outlook.obstacleToRelease != nil else { return true }
            tally.heldAgain += 1
            let why = [outlook.outlook.reason, outlook.outlook.command].filter { !$0.isEmpty }.joined(separator: "; ")
            tally.obstacle = tally.obstacle ?? why
            return false
        }
    }

    /// At once; who is being sent just now stops nobody else, but a store that fails ends it.
    private func change(_ ids: [SpoolID], _ action: QueueAction, _ tally: inout Tally) async throws(StoreFailure) {
        let failures = await withTaskGroup(of: StoreFailure?.self) { [queue, person, now] group in
            for id in ids {
                group.addTask {
                    do throws(StoreFailure) { try await queue.change(id, action, by: person, at: now()) } catch { return error }
                    return nil
                }
            }
            return await group.reduce(into: [StoreFailure]()) { if let failure = $1 { $0.append(failure) } }
        }
        tally.changed += ids.count - failures.count
        var reason: StoreFailure?
        for failure in failures {
            switch failure {
            case .conflict, .notFound: tally.passed += 1
            case .busy, .full, .claimLost, .repeated, .overQuota, .editionMoved, .wrongKey, .keyMoved, .damaged, .unavailable:
                reason = failure
            }
        }
        if let reason { throw reason }
    }
}

extension Outlook {
    /// The first that would mend it here; empty: there is none.
    fileprivate var command: String { remedy?.steps.first { $0.kind == .command }.map { "`\($0.text)`" } ?? "" }
}

extension Queue {
    /// By its id: there are no names.
    package func find(_ text: String) async throws -> QueuedMessage {
        guard let id = SpoolID(text), let message = try await show(id) else {
            throw AdministrationRefusal(.notFound, "there is no message \"\(text)\"", fix: "`mandate queue list` shows what there is")
        }
        return message
    }
}
