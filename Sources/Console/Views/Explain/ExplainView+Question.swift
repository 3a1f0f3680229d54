internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What is asked. Whatever cannot be read is said at its field.
extension ExplainView {
    /// nil: something is wrong with the form, which says what by then.
    func explained(_ typed: inout Typed) throws -> ExplainedAnswer? {
        let purpose = typed.purpose.flatMap(Purpose.init(rawValue:))
        guard typed.purpose == nil || purpose != nil else { throw Problem(.badRequest, "there is no such purpose", place: "purpose") }
        let client = typed.client.flatMap(client)
        guard typed.client == nil || client != nil else { throw Problem(.notFound, "there is no such client", place: "client") }
        let user = typed.user.flatMap { UserID($0) }
        if typed.user != nil, user == nil { typed.errors["user"] = "An id has 1 to 255 octets, and no control characters." }
        if typed.address != nil, typed.message != nil {
            typed.errors["address"] = "Give an address or a message, not both: a message has its own From."
        } else if typed.address == nil, typed.message == nil, purpose == nil, client == nil {
            typed.errors["address"] = "Give an address, a purpose or a message."
        }
        guard typed.errors.isEmpty else { return nil }
        if let text = typed.message {
            do throws(AcceptFailure) {
                return explained(try PastedMessage(text, purpose: purpose, user: user, client: client, request), typed)
            } catch {
                typed.errors["message"] = error.description.sentence
                return nil
            }
        }
        var question = Question(purpose: purpose, user: user, client: client, at: request.now)
        if let text = typed.address {
            do throws(AddressError) { question.from = try Self.from(text) } catch {
                typed.errors["address"] = "This is no address: \(error).".sentence
                return nil
            }
        }
        return ExplainedAnswer(decider.decide(question), question, decider, header: nil, command: command(typed))
    }

    /// A domain is asked about as somebody in it.
    private static func from(_ text: String) throws(AddressError) -> Question.FromField {
        if text.utf8.first == UInt8(ascii: "@") {
            return .authors(
                Author(NamedAddress(address: try EmailAddress(localPart: "anyone", domain: Domain(String(text.dropFirst()))))))
        }
        let field = Question.FromField(text.utf8)
        if case .unreadable(let error) = field { throw error }
        return field
    }

    private func explained(_ message: PastedMessage, _ typed: Typed) -> ExplainedAnswer {
        let (answer, comparison) = rewritten(
            decider.decide(message.question), message.header.header, isAutomatic: message.header.isAutoSubmitted, envelopeSender: nil)
        return ExplainedAnswer(answer, message.question, decider, header: comparison, command: command(typed))
    }

    /// A message of the spool: its author was fixed when it was accepted, and all else is decided as its next attempt would.
    func page(ofMessage id: String) async throws -> Page {
        guard let id = SpoolID(id), let queued = try await request.dependencies.store.show(id) else {
            throw Problem(.notFound, "there is no such message, or no longer", fix: "look for it in the queue or in the journal")
        }
        let message = queued.message
        var typed = Typed(
            purpose: message.purpose?.rawValue, user: message.user?.text, client: message.client?.text,
            message: String(decoding: message.header, as: UTF8.self))
        let header: HeaderBlock
        do throws(HeaderError) { header = try HeaderBlock(message.header) } catch {
            typed.errors["message"] = "Its header cannot be read any more, the store is damaged: \(error)."
            return page(typed, nil)
        }
        let sender = message.hasEnvelopeSender ? message.envelope.sender : nil
        let waiting = queued.recipients.filter { $0.outcome == nil }.map(\.recipient.address)
        let recipients = waiting.isEmpty ? message.envelope.recipients.map(\.address) : waiting
        let routing = Routing(
            purpose: message.purpose, envelopeSender: sender, at: request.now, size: message.size,
            needsEnvelope: Attempt.needsEnvelope(header, for: Set(recipients)), recipients: recipients.count)
        let (answer, comparison) = rewritten(
            decider.decide(message.author, routing), header, isAutomatic: message.isAutomatic, envelopeSender: sender)
        let question = Question(
            purpose: message.purpose, user: message.user, from: .authors(message.author), envelopeSender: sender, at: request.now)
        let asked = Typed(address: message.author.description, purpose: typed.purpose, user: typed.user)
        return page(typed, ExplainedAnswer(answer, question, decider, header: comparison, command: command(asked)))
    }

    /// As an attempt would write the decision into the header.
    private func rewritten(
        _ answer: Answer, _ header: HeaderBlock, isAutomatic: Bool, envelopeSender: ReversePath?
    ) -> (Answer, HeaderComparison?) {
        guard case .decided(let decision) = answer else { return (answer, nil) }
        let circumstances = Rewriter.Circumstances(
            isAutomatic: isAutomatic, envelopeSender: envelopeSender,
            providerTakesNullSender: decision.source.provider.habits.takesNullSender)
        do throws(Refusal) {
            return (answer, HeaderComparison(header, try Rewriter.rewrite(header, decision, circumstances)))
        } catch { return (.refused(error), nil) }
    }

    /// The same question at the command line.
    private func command(_ typed: Typed) -> String {
        let options = [("--from", typed.address), ("--purpose", typed.purpose), ("--user", typed.user), ("--client", typed.client)]
        let words = options.compactMap { name, value in value.map { "\(name) \($0.shellQuoted)" } }
        let message = typed.message == nil ? [] : ["--message message.eml"]
        return (["mandate decide"] + words + message + ["--explain"]).joined(separator: " ").pasteable
    }
}

/// A message as somebody pastes it, read as it would be accepted – up to the point where it would be kept.
struct PastedMessage: Sendable {
    let header: SettledHeader
    let question: Question

    init(_ text: String, purpose: Purpose?, user: UserID?, client: Client?, _ request: ConsoleRequest) throws(AcceptFailure) {
        let surroundings = request.dependencies.accept
        var submission = Submission(client: client, purpose: purpose, user: user)
        let bytes = try Self.header(of: text)
        var block: HeaderBlock
        do throws(HeaderError) { block = try HeaderBlock(bytes) } catch { throw .header(error) }
        try submission.takeInstructions(from: &block)
        let hops = block.fields(named: .received).count
        guard hops <= surroundings.limits.hops else { throw .circling(hops: hops) }
        var generator = surroundings.generator()
        header = SettledHeader(block, at: request.now, domain: surroundings.domain, using: &generator)
        question = Question(
            purpose: submission.purpose, user: submission.user, from: header.from, client: client, at: request.now)
    }

    private static func header(of text: String) throws(AcceptFailure) -> [UInt8] {
        var form = AcceptedForm()
        var bytes: [UInt8]
        do throws(AcceptedFormError) {
            bytes = try form.consume(Array(text.utf8))
            // A field for pasting loses the last line end.
            if !(try form.finish().endsWithLineEnd) { bytes += [0x0D, 0x0A] }
        } catch { throw .form(error) }
        var splitter = HeaderSplitter()
        do throws(HeaderError) {
            if let split = try splitter.consume(bytes) { return split.header }
            return try splitter.finish()
        } catch { throw .header(error) }
    }
}
