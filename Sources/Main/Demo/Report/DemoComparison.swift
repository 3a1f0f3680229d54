internal import Mail
internal import Relay
internal import Store
internal import Sandbox

/// One line of the demo's table: what was asked, what was decided, what the provider saw, and whether those agree.
struct DemoComparison: Sendable {
    var message = ""
    var author = ""
    var purpose = ""
    var route = ""
    var mailbox = ""
    var from = ""
    var replyTo = ""
    var provider = ""
    /// Of a message that took more than one attempt: each attempt's route and outcome, from the journal.
    var why = ""
    /// Why this line is not as it should be; empty when it is.
    var faults: [String] = []
}

extension DemoRun {
    func compare(_ passages: [Passage], _ snapshot: Snapshot) async throws -> [DemoComparison] {
        var lines: [DemoComparison] = []
        for passage in passages {
            var line = DemoComparison()
            line.message = passage.message.name
            line.purpose = passage.message.sidecar.purpose ?? ""
            switch passage.result {
            case .success(let receipt): try await compare(receipt, passage, snapshot, &line)
            case .failure(.refused(let refusal)):
                line.route = "refused:" + refusal.code.rawValue
                line.provider = "nothing, as it should be"
            case .failure(let failure):
                line.route = "not accepted"
                line.faults.append(failure.description)
            }
            if line.route != passage.message.sidecar.expect.route {
                line.faults.append("the route should be \(passage.message.sidecar.expect.route)")
            }
            lines.append(line)
        }
        return lines
    }

    private func compare(_ receipt: Receipt, _ passage: Passage, _ snapshot: Snapshot, _ line: inout DemoComparison) async throws {
        guard let queued = try await store.show(receipt.id) else { return line.faults.append("it is gone from the store") }
        let message = queued.message
        line.author = message.author.description
        let decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions)
        let sender = message.hasEnvelopeSender ? message.envelope.sender : nil
        let answer = decider.decide(message.author, Routing(purpose: message.purpose, envelopeSender: sender, at: live.now()))
        guard case .decided(let decision) = answer else { return line.faults.append("it was decided otherwise since") }
        let takesNull = decision.source.provider.habits.takesNullSender
        let rewritten = try Rewriter.rewrite(
            try HeaderBlock(message.header), decision,
            Rewriter.Circumstances(isAutomatic: message.isAutomatic, envelopeSender: sender, providerTakesNullSender: takesNull))
        line.route = decision.route.rawValue
        line.mailbox = decision.mailbox.login
        line.from = decision.fields.from.map(\.address.description).joined(separator: ", ")
        let replyTo = rewritten.header.fields(named: .replyTo).flatMap { (try? AddressList(parsing: $0.value))?.addresses ?? [] }
        line.replyTo = replyTo.map(\.address.description).joined(separator: ", ")
        compareExpectation(passage.message.sidecar.expect, decision, replyTo.map(\.address.description), &line)
        compareReceived(message, passage, rewritten, decision, &line)
        line.why = try await attempts(of: receipt.id)
    }

    private func attempts(of message: SpoolID) async throws -> String {
        let attempts = try await store.entries(JournalFilter(message: message)).map(\.entry).filter { $0.kind == .attempted }
        guard attempts.count > 1 else { return "" }
        return attempts.map { attempt in
            let facts = Dictionary(attempt.facts.map { ($0.name, $0.value) }) { first, _ in first }
            return "\(facts["route"] ?? ""): \(facts["recipient"] ?? facts["outcome"] ?? "")"
        }.joined(separator: ", then ")
    }

    private func compareExpectation(
        _ expected: DemoMessage.Sidecar.Expectation, _ decision: Decision, _ replyTo: [String], _ line: inout DemoComparison
    ) {
        if let mailbox = expected.mailbox, mailbox != decision.mailbox.login { line.faults.append("the mailbox should be \(mailbox)") }
        if let from = expected.from, from != line.from { line.faults.append("From should be \(from)") }
        if expected.replyTo != replyTo { line.faults.append("Reply-To should be \(expected.replyTo.joined(separator: ", "))") }
    }

    /// Exactly one copy, from the decided login, to every recipient, the header as rewritten, the body as handed over.
    private func compareReceived(
        _ message: Relay.AcceptedMessage, _ passage: Passage, _ rewritten: Rewritten, _ decision: Decision, _ line: inout DemoComparison
    ) {
        let copies = sandbox.messages.filter { $0.messageID == message.messageID }
        guard copies.count == 1 else {
            line.provider = "\(copies.count) copies"
            return line.faults.append("the provider received \(copies.count) copies")
        }
        let copy = copies[0]
        line.provider = "From \(copy.deliveredFrom.joined(separator: ", ")), \(copy.recipients.count) rcpt, \(copy.size) octets"
        if copy.login.lowercased() != decision.mailbox.login.lowercased() { line.faults.append("it was sent by \(copy.login)") }
        if copy.bodyDigest != passage.bodyDigest { line.faults.append("the body's SHA-256 differs") }
        if copy.recipients.count != message.envelope.recipients.count { line.faults.append("recipients are missing") }
        let header = rewritten.header.bytes + [0x0D, 0x0A]
        if let content = copy.content, !content.starts(with: header) { line.faults.append("the header is not as rewritten") }
        if copy.content == nil { line.faults.append("the provider kept no content to compare") }
    }
}
