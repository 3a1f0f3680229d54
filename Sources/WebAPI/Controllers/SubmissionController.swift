internal import Monitoring
internal import Web
internal import Crypto
internal import HTTPTypes
internal import Hummingbird
internal import Mail
internal import NIOCore
internal import Relay
internal import struct FoundationEssentials.Date

/// Takes one message in over HTTP: the same stage, limits and rights as every other way in, and a key with which it may be asked twice.
struct SubmissionController {
    private let request: APIRequest
    private let client: Client
    private let key: String?

    init(_ request: APIRequest) throws(Problem) {
        self.request = request
        client = try request.client
        key = request.header("Idempotency-Key")
        if let key {
            guard !key.isEmpty, key.utf8.count <= RepeatableRequest.longestKey, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw Problem(
                    .badRequest, "Idempotency-Key has 1 to \(RepeatableRequest.longestKey) visible characters", place: "Idempotency-Key")
            }
        }
    }

    func answer() async throws -> Reply {
        guard let key else { return try await take() }
        return try await request.dependencies.requests.run(key, of: client.id) {
            guard let earlier = try await request.dependencies.store.request(key, of: client.id, at: request.now) else {
                return try await take()
            }
            return try await repeated(earlier.request, earlier.message)
        }
    }

    private func take() async throws -> Reply {
        let type = try request.expect(["message/rfc822", "application/json"])
        do {
            let receipt = type == "application/json" ? try await takeDocument() : try await takeMessage()
            request.dependencies.metrics.messageAccepted(by: .http)
            return .json(receipt.document, .accepted).with(.location, request.dependencies.address.path + "/v1/messages/\(receipt.id.text)")
        } catch let problem as Problem {
            // What is wrong with a request is found before accepting, which tells of all else, has seen it.
            var submission = Submission(client: client)
            submission.origin = .request(request.visitor.address)
            request.dependencies.accept.report(AcceptReport(submission, .refused(why: problem.detail, nil)))
            throw problem
        } catch let failure as AcceptFailure {
            if case .store(.repeated) = failure {
                throw Problem(
                    .conflict, "another request with this key was accepted meanwhile", fix: "repeat it: it gets that one's answer")
            }
            let problem = Problem(failure)
            request.dependencies.metrics.messageRefused(code: problem.code)
            // As it is, so that the operator hears of it, too.
            if case .store(let failure) = failure { throw failure }
            throw problem
        }
    }

    private func takeMessage() async throws -> Receipt {
        var stage = AcceptStage(try submission(from: request.query), request.dependencies.accept)
        var digest = opening
        do {
            try await request.body.each { piece in
                let bytes = Array(piece)
                digest.update(data: bytes)
                try await stage.consume(bytes)
            }
        } catch {
            await stage.discard()
            throw error
        }
        return try await stage.finish(request: repeatable(digest))
    }

    /// Its size is the message's twice over at most, since escapes may double text.
    private var longest: Int { request.dependencies.accept.limits.size * 2 + request.dependencies.settings.largestDocument }

    /// Octets of a message that are kept for what may be said behind it.
    private static let mostHeld = 1 << 20

    private func takeDocument() async throws -> Receipt {
        var document = MessageDocument(limit: request.dependencies.settings.largestDocument)
        var digest = opening
        var message: [UInt8] = []
        var begun: (stage: AcceptStage, said: Int)?
        do {
            try await request.body.each(limit: longest) { piece in
                let bytes = Array(piece)
                digest.update(data: bytes)
                try document.consume(bytes[...], into: &message)
                if begun == nil {
                    guard message.count > Self.mostHeld else { return }
                    let fields = try document.soFar()
                    begun = (AcceptStage(try submission(from: fields), request.dependencies.accept), fields.entries.count)
                }
                try await begun?.stage.consume(message)
                message = []
            }
            let fields = try document.finished()
            _ = try fields.required(MessageDocument.member).text()
            if let said = begun?.said, said != fields.entries.count {
                throw Problem(
                    .invalid, "of a message this large, something is said behind it",
                    fix: "let message come last, or send it as message/rfc822",
                    place: fields.entries.last?.key)
            }
            var stage = try begun?.stage ?? AcceptStage(try submission(from: fields), request.dependencies.accept)
            begun = nil
            try await stage.consume(message)
            return try await stage.finish(request: repeatable(digest))
        } catch {
            await begun?.stage.discard()
            throw error
        }
    }

    /// Everything that is asked is part of the digest, so that a key means one message.
    private var opening: SHA256 {
        var hash = SHA256()
        for part in [request.http.uri.query ?? "", request.http.headers[.contentType] ?? ""] {
            hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
        }
        return hash
    }

    private func repeatable(_ digest: SHA256) -> RepeatableRequest? {
        key.map { RepeatableRequest(client: client.id, key: $0, digest: Array(digest.finalize())) }
    }

    /// The first answer again, if the same was asked.
    private func repeated(_ earlier: RepeatableRequest, _ message: SpoolID) async throws -> Reply {
        var digest = opening
        try await request.body.each(limit: longest) { digest.update(data: $0) }
        guard Array(digest.finalize()).isSame(as: earlier.digest) else {
            throw Problem(
                .invalid, "this key was used for another message, \(message)", fix: "give every message a key of its own",
                place: "Idempotency-Key")
        }
        guard let kept = try await request.dependencies.store.show(message) else {
            throw Problem(.conflict, "this key was used for the message \(message), which is not known any more")
        }
        return .json(
            [
                "id": .text(message.text), "message_id": .text(kept.message.messageID), "state": .text(kept.state.rawValue),
                "why": DocumentValue(kept.why.isEmpty ? nil : kept.why),
                "held": DocumentValue(kept.state == .held ? kept.why : nil),
            ],
            .accepted
        ).with(.location, request.dependencies.address.path + "/v1/messages/\(message.text)").with(.idempotentReplayed, "true")
    }
}

/// What is said of a message beside it.
extension SubmissionController {
    private func submission(from query: Query) throws -> Submission {
        var submission = try submission(purpose: try query.choice("purpose", Purpose.self), user: query["user"])
        if let sender = query.pairs.first(where: { $0.name == "sender" })?.value { submission.envelopeSender = try path(sender, "sender") }
        for text in query.all("recipient") { submission.recipients.append(Recipient(address: try address(text, "recipient"))) }
        return submission
    }

    private func submission(from fields: DocumentFields) throws -> Submission {
        var submission = try submission(purpose: try fields["purpose"]?.choice(Purpose.self), user: try fields["user"]?.text())
        if let sender = fields["envelope_sender"] { submission.envelopeSender = try path(try sender.text(), "envelope_sender") }
        for item in try fields.items("recipients") { submission.recipients.append(Recipient(address: try item.address())) }
        return submission
    }

    private func submission(purpose: Purpose?, user: String?) throws(Problem) -> Submission {
        var id: UserID?
        if let user {
            guard let given = UserID(user) else { throw Problem(.invalid, "this cannot be a user's id", place: "user") }
            id = given
        }
        var submission = Submission(client: client, purpose: purpose, user: id)
        submission.origin = .request(request.visitor.address)
        return submission
    }

    private func path(_ text: String, _ place: String) throws(Problem) -> ReversePath {
        text.isEmpty || text == "<>" ? .null : .address(try address(text, place))
    }

    private func address(_ text: String, _ place: String) throws(Problem) -> EmailAddress {
        do throws(AddressError) { return try EmailAddress(text) } catch {
            throw Problem(.invalid, "\"\(text)\" is not an address: \(error)", place: place)
        }
    }
}

extension Receipt {
    fileprivate var document: DocumentValue {
        [
            "id": .text(id.text), "message_id": .text(messageID), "state": .text(held == nil ? "waiting" : "held"),
            "why": DocumentValue(beginning.why),
            "held": DocumentValue(held), "decision": answer.document(),
        ]
    }
}

extension Problem {
    init(_ failure: AcceptFailure) {
        switch failure {
        case .refused(let refusal): self.init(refusal)
        case .overQuota(let excess): self.init(excess)
        case .store(let failure): self.init(failure)
        case .tooLarge, .tooManyRecipients: self.init(.tooLarge, failure.description)
        case .stranger: self.init(.notPermitted, failure.description)
        case .form, .header, .recipient, .instruction, .noRecipients, .circling: self.init(.invalid, failure.description)
        }
    }
}
