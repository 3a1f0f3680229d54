internal import Monitoring
internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Answers one request for decisions.
struct DecisionController {
    private static let most = 1000
    /// Octets of a From: hundreds of authors, and not the hundred thousands that would keep a core for seconds.
    private static let longestFrom = 64 * 1024
    private static let keys = ["purpose", "user", "from", "envelope_sender", "client"]

    private let request: APIRequest
    private let decider: Decider
    private let explains: Bool
    private let wantsToken: Bool
    private let wantsHeader: Bool

    init(_ request: APIRequest) throws(Problem) {
        self.request = request
        decider = request.dependencies.decider()
        explains = request.query["explanation"] != "false"
        let included = request.query["include"]?.split(separator: ",").map(String.init) ?? []
        guard included.allSatisfy({ ["token", "header"].contains($0) }) else {
            throw Problem(.badRequest, "include is token, header, or both with a comma between", place: "include")
        }
        wantsToken = included.contains("token")
        wantsHeader = included.contains("header")
        if let text = request.query["explanation"], text != "true", text != "false" {
            throw Problem(.badRequest, "explanation is true or false", place: "explanation")
        }
    }

    func answer() async throws -> Reply {
        let document = try await request.document()
        guard document.value["questions"] != nil else {
            let item = try decide(question(document))
            guard wantsToken else { return .json(item.document) }
            return .json(try await handOut([item])[0])
        }
        let items = try document.fields(["questions"]).items("questions")
        guard items.count <= Self.most else { throw Problem(.tooLarge, "more than \(Self.most) questions at once", fix: "ask in parts") }
        var decided: [Item] = []
        decided.reserveCapacity(items.count)
        for item in items { decided.append(decide(try question(item))) }
        return .json(["decisions": .list(wantsToken ? try await handOut(decided) : decided.map(\.document))])
    }

    private struct Item {
        let answer: Answer
        /// As whom it was asked; nil: as the store's owner.
        let client: ClientID?
        let document: DocumentValue
    }

    private func decide(_ question: Question) -> Item {
        let start = request.dependencies.now
        let answer = decider.decide(question)
        let outcome: MandateMetrics.DecisionOutcome =
            switch answer {
            case .decided: .decided
            case .later: .later
            case .hold: .held
            case .refused: .refused
            }
        request.dependencies.metrics.decided(outcome, seconds: request.dependencies.now.timeIntervalSince(start))
        var document = answer.document(explains: explains)
        if case .decided(let decision) = answer {
            document = document.adding([.init("resource", .text(decision.transport.resource.rawValue))])
            if wantsHeader { document = document.adding([.init("header", .text(Rewriter.fields(of: decision)))]) }
        }
        // Where nothing leaves, no route helps.
        document = document.adding([.init("delivery", .text(decider.directory.delivery(of: question.client?.id).delivery.description))])
        return Item(answer: answer, client: question.client?.id, document: document)
    }

    private func question(_ reader: DocumentReader) throws -> Question {
        let fields = try reader.fields(Self.keys)
        return Question(
            purpose: try fields["purpose"]?.choice(Purpose.self), user: try user(fields), from: try from(fields),
            envelopeSender: try envelopeSender(fields), client: try client(fields), at: request.now)
    }

    /// A sender asks for itself. An administrator or an auditor asks as any client, or as the store's owner.
    private func client(_ fields: DocumentFields) throws -> Client? {
        let own = try request.client
        guard let named = fields["client"] else { return own.roles.contains(.sender) ? own : nil }
        guard !own.roles.isDisjoint(with: [.administrator, .auditor]) else {
            throw Problem(.notPermitted, "only an administrator or auditor asks as another client", place: named.path)
        }
        let text = try named.line()
        guard
            let client = decider.directory.client(ClientID(trusted: text)) ?? decider.directory.allClients.first(where: { $0.name == text })
        else {
            throw named.problem("there is no client \"\(text)\"")
        }
        return client
    }

    private func user(_ fields: DocumentFields) throws(DocumentError) -> UserID? {
        guard let reader = fields["user"] else { return nil }
        guard let id = UserID(try reader.text()) else { throw reader.problem("this cannot be a user's id") }
        return id
    }

    private func from(_ fields: DocumentFields) throws(DocumentError) -> Question.FromField {
        guard let reader = fields["from"] else { return .absent }
        let text = try reader.text()
        guard text.utf8.count <= Self.longestFrom else { throw reader.problem("it is longer than \(Self.longestFrom) octets") }
        return Question.FromField(text.utf8)
    }

    private func envelopeSender(_ fields: DocumentFields) throws(DocumentError) -> ReversePath? {
        guard let reader = fields["envelope_sender"] else { return nil }
        let text = try reader.text()
        guard !text.isEmpty, text != "<>" else { return .null }
        do throws(AddressError) { return .address(try EmailAddress(text)) } catch { throw reader.problem("this is no address: \(error)") }
    }
}

/// Tokens that go with decisions.
extension DecisionController {
    /// All of them, then their journal lines in one commit, and only then the answer: a hand-out that is not on record must not happen.
    private func handOut(_ items: [Item]) async throws -> [DocumentValue] {
        let client = try request.client
        var documents: [DocumentValue] = []
        var handouts: [Handout] = []
        var journal: [JournalEntry] = []
        for item in items {
            guard case .decided(let decision) = item.answer else {
                documents.append(item.document)
                continue
            }
            do throws(Problem) {
                guard item.client == client.id else {
                    throw Problem(.notPermitted, "a token goes with a client's own question alone", fix: "ask without `client`")
                }
                let (source, token) = try await token(of: decision, for: client)
                let handout = Handout(
                    id: request.identifier("out"), client: client.id, at: request.now, expires: token.expires,
                    login: decision.mailbox.login,
                    provider: source.provider.id, transport: decision.transport, author: decision.author, purpose: decision.purpose,
                    from: decision.fields.from.map(\.address))
                handouts.append(handout)
                journal.append(
                    .tokenHandedOut(
                        decision.mailbox.login, grant: decision.mailbox.grant, resource: decision.transport.resource, to: client.name,
                        expires: token.expires, as: handout.id, at: request.now))
                documents.append(
                    item.document.adding([
                        .init("handout", .text(handout.id.text)), .init("token", Self.document(token, decision, source.provider)),
                    ]))
            } catch {
                documents.append(item.document.adding([.init("token_problem", error.document(requestID: request.requestID))]))
            }
        }
        if !handouts.isEmpty {
            try await request.dependencies.store.record(handouts, journal: journal)
            for _ in handouts { request.dependencies.metrics.tokenHandedOut() }
        }
        return documents
    }

    private func token(of decision: Decision, for client: Client) async throws(Problem) -> (source: GrantSource, token: AccessToken) {
        let source = decision.source
        let (delivery, key) = decider.directory.delivery(of: client.id)
        if delivery != .live, let key {
            throw Problem(
                .notPermitted, "no token: \(key) is \(delivery), so no mail leaves, and with a token it would",
                fix: "once it may: mandate settings set \(key) live")
        }
        guard let right = client.tokenRights.first(where: { $0.row == decision.mailbox.row }) else {
            throw Problem(
                .notPermitted, "client \(client.name) may not have tokens of \(decision.mailbox.login)",
                fix: "an administrator gives the right: mandate clients tokens \(client.name) --mailbox \(decision.mailbox.address)")
        }
        if let problem = Client.problem(with: right, source.grant) { throw Problem(.notPermitted, problem) }
        // Whoever sends it finds out at the provider's cost, which counts refusals.
        if let (pair, doubt) = decision.pairInDoubt {
            let seconds = max(1, (doubt.awaited(at: request.now) ?? doubt.nextProbe).timeIntervalSince(request.now))
            throw Problem(
                .provider,
                "no token just now: whether \(pair.login) may send as \(pair.from) is in doubt (\(doubt.code)); \(doubt.prospect)",
                retryAfter: Int(min(seconds, 86_400).rounded(.up)))
        }
        do throws(TokenFailure) {
            return (
                source,
                try await request.dependencies.broker.token(for: source.key(decision.transport.resource, login: decision.mailbox.login))
            )
        } catch {
            if case .temporary(_, let seconds) = error {
                throw Problem(.provider, "no token just now: \(error)", retryAfter: seconds.map { Int($0.rounded(.up)) } ?? 30)
            }
            throw Problem(.provider, "no token: \(error)", fix: "the console's page Connections says what to do")
        }
    }

    /// All that a program needs to sign in with it.
    private static func document(_ token: AccessToken, _ decision: Decision, _ provider: Provider) -> DocumentValue {
        let secret = token.secret.revealText()
        let login = decision.mailbox.login
        var entries: [DocumentValue.Entry] = [
            .init("access_token", .text(secret)), .init("expires", DocumentValue(token.expires)), .init("login", .text(login)),
        ]
        if decision.transport == .smtp, let endpoint = provider.smtp {
            // Microsoft's and Google's pages on XOAUTH2 have this string; OAUTHBEARER (RFC 7628) needs host and port in it and is a client's own to make.
            let initial = "user=\(login)\u{1}auth=Bearer \(secret)\u{1}\u{1}"
            entries += [
                .init("host", .text(endpoint.host)), .init("port", DocumentValue(endpoint.port)),
                .init("security", .text(endpoint.security.rawValue)), .init("mechanism", "XOAUTH2"),
                .init("sasl", .text(Base64.encode(Array(initial.utf8)))),
            ]
        } else if let api = provider.apis[decision.transport] {
            entries.append(.init("api", .text(api)))
        }
        return .map(entries)
    }
}
