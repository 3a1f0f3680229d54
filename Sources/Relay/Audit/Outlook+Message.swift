internal import Mail
package import struct FoundationEssentials.Date

/// How a message of the queue stands, and which way it would take now: what a person is told of it, by command and on a page.
package struct MessageOutlook: Sendable, Hashable {
    /// What its next attempt would meet; of one that nobody tries by itself, what a person has to do.
    package let outlook: Outlook
    /// The way it would take; nil: there is none now, or it needs none any more.
    package let decision: Decision?
    /// Why it stands where it does: what was kept with it, or else what holds up one that nobody has tried.
    package let why: String
    /// Why it would be held again at once, if it were released; nil: it would be tried.
    package let obstacleToRelease: String?

    /// `send-as through tracker@example.org over smtp`
    package var way: String? {
        decision.map { "\($0.route.rawValue) through \($0.mailbox.login) over \($0.transport.rawValue)" }
    }
}

extension QueuedMessage {
    /// As its next attempt asks; nil: its header cannot be read any more.
    package func routing(at now: Date) -> Routing? {
        guard let header = try? HeaderBlock(message.header) else { return nil }  // the store is damaged, and the attempt says so
        let waiting = recipients.filter { $0.outcome == nil }.map(\.recipient.address)
        let addresses = waiting.isEmpty ? message.envelope.recipients.map(\.address) : waiting
        return Routing(
            purpose: message.purpose, envelopeSender: message.hasEnvelopeSender ? message.envelope.sender : nil, at: now,
            size: message.size, needsEnvelope: Attempt.needsEnvelope(header, for: Set(addresses)), recipients: addresses.count)
    }

    /// Seconds after which a message that nobody has tried has a reason for it.
    private static let patience = 5.0

    /// What is due and was never tried waits for its turn, and no attempt has said so.
    package func words(at now: Date) -> String {
        waitsForTurn(at: now) ? "its turn has not come" : why
    }

    fileprivate func waitsForTurn(at now: Date) -> Bool {
        why.isEmpty && state == .waiting && attempts == 0 && now.timeIntervalSince(message.acceptedAt) > Self.patience
    }
}

extension Decider {
    /// Why its turn has not come, as far as it is asked for.
    private func words(_ turn: QueueTurn?, isServed: Bool, orElse why: String) -> String {
        guard isServed else { return "no service runs on this store" }
        guard let turn else { return why }
        let mailbox = turn.lane.map { "\($0.login)'s queue" } ?? "the queue"
        let sharer = turn.share.client.map { directory.client($0)?.name ?? $0.text } ?? "the command line"
        let ahead =
            switch turn.ahead {
            case 0: "it is the next of \(sharer) in \(mailbox)"
            case 1: "one message of \(sharer) is ahead of it in \(mailbox)"
            case QueueTurn.most...: "more than \(QueueTurn.most) messages of \(sharer) are ahead of it in \(mailbox)"
            default: "\(turn.ahead) messages of \(sharer) are ahead of it in \(mailbox)"
            }
        let others =
            turn.others == 0
            ? nil : turn.others == 1 ? "another client has its turns there" : "\(turn.others) other clients have their turns there"
        let pace = turn.lane.flatMap { directory.provider($0.provider) }?.limits.pace
        return "its turn has not come: " + [ahead, others, pace].compactMap(\.self).joined(separator: "; ")
    }

    /// `turn`: what is ahead of it. `isServed`: somebody carries messages.
    package func outlook(of queued: QueuedMessage, at now: Date, turn: QueueTurn? = nil, isServed: Bool = true) -> MessageOutlook {
        let message = queued.message
        var why = queued.words(at: now)
        if queued.waitsForTurn(at: now) { why = words(turn, isServed: isServed, orElse: why) }
        guard queued.state != .done, let routing = queued.routing(at: now) else {
            return MessageOutlook(
                outlook: Outlook(queued.state == .done ? .usable : .never, why), decision: nil, why: why, obstacleToRelease: nil)
        }
        let answer = decide(message.author, routing)
        let decision = if case .decided(let decision) = answer { decision } else { Decision?.none }
        let way = outlook(answer, of: message.purpose)
        let (delivery, key) = directory.delivery(of: message.client)
        if delivery == .hold, let key {
            let live = Remedy(.command("mandate settings set \(key.description.shellQuoted) live"))
            let outlook = Outlook(.off, "\(key) is hold", .here, remedy: live)
            return MessageOutlook(
                outlook: outlook, decision: decision, why: why, obstacleToRelease: "\(message.id) would be held again: \(outlook.reason)")
        }
        var obstacle: String?
        if case .hold(_, let refusal) = answer { obstacle = "\(message.id) would be held again: \(refusal.sentence)" }
        let outlook: Outlook =
            switch queued.state {
            case .waiting, .claimed, .done: way
            case .held where way.isOpen:
                Outlook(.off, "somebody must release it", .here, remedy: Remedy(.command("mandate queue release \(message.id)")))
            case .failed where way.isOpen:
                Outlook(.off, "it was given up", .here, remedy: Remedy(.command("mandate queue retry \(message.id)")))
            case .held, .failed: way
            }
        return MessageOutlook(outlook: outlook, decision: decision, why: why, obstacleToRelease: obstacle)
    }
}

extension ProviderLimits {
    /// What one account may do at once and in a minute; nil: nothing is known of it.
    fileprivate var pace: String? {
        let parts = [connections.map { "\($0) at once" }, messagesPerMinute.map { "\($0) a minute" }].compactMap(\.self)
        return parts.isEmpty ? nil : "the provider takes \(parts.joined(separator: " and ")) from one mailbox"
    }
}
