internal import Monitoring
internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Takes in what a client's own sending came to.
struct OutcomeController {
    private let request: APIRequest
    private let snapshot: Snapshot

    init(_ request: APIRequest) {
        self.request = request
        snapshot = request.dependencies.snapshots.current
    }

    private struct Result {
        let address: EmailAddress
        let diagnosis: Diagnosis
        let codes: String
    }

    func answer() async throws -> Reply {
        let fields = try await request.document().fields(["handout", "decision", "recipients"])
        // `decision` was its name once.
        let named = try fields["decision"] ?? fields.required("handout")
        let client = try request.client
        guard let id = HandoutID(try named.line()), let handout = try await request.dependencies.store.handout(id),
            handout.client == client.id
        else {
            throw Problem(.notFound, "no such token was handed out to you", place: named.path)
        }
        let results = try results(fields, of: handout)
        let heaviest = results.map(\.diagnosis).max { $0.verdict.weight < $1.verdict.weight }
        guard let heaviest else { throw fields.problem("recipients are missing") }
        guard try await request.dependencies.store.report(id, outcome(results, heaviest, handout), at: request.now) else {
            throw Problem(.conflict, "this hand-out was reported before")
        }
        await request.dependencies.operations.follower.catchUp()
        // A look of our own is what holds for others.
        request.dependencies.operations.wake()
        for result in results {
            if result.diagnosis.verdict == .sent { request.dependencies.metrics.recipientsSettled(.sent) }
            if result.diagnosis.verdict == .refused { request.dependencies.metrics.recipientsSettled(.refused) }
        }
        return .json(document(results, heaviest, handout))
    }

    private func results(_ fields: DocumentFields, of handout: Handout) throws -> [Result] {
        let subject = FailureSubject(
            kind: snapshot.directory.provider(handout.provider)?.kind ?? .custom, login: handout.login,
            from: handout.from)
        let items = try fields.items("recipients")
        guard items.count <= 1000 else { throw fields.problem("more than 1000 recipients") }
        return try items.map { item in
            let fields = try item.fields(["address", "code", "enhanced", "text", "stage"])
            let reply = ProviderReply(
                code: Int(try fields.required("code").number(in: 100...599)), enhanced: try fields["enhanced"]?.text() ?? "",
                text: try fields["text"]?.text() ?? "")
            let usual: TransmitStage = handout.transport == .smtp ? .content : .request
            return Result(
                address: try fields.required("address").address(),
                diagnosis: FailureTable.diagnose(reply, at: try fields["stage"]?.choice(TransmitStage.self) ?? usual, subject),
                codes: reply.codes)
        }
    }

    private func outcome(_ results: [Result], _ heaviest: Diagnosis, _ handout: Handout) -> HandoutOutcome {
        let sent = results.count { $0.diagnosis.verdict == .sent }
        let codes = results.first { $0.diagnosis.meaning == heaviest.meaning }?.codes ?? ""
        return HandoutOutcome(
            observations: ClientReport.observations(
                of: heaviest, codes: codes, handout, isHealthy: sent > 0, in: snapshot.conditions, at: request.now),
            journal: [
                .reported(handout, results.map { ($0.address, "\($0.diagnosis.verdict.word) \($0.codes)") }, at: request.now)
            ],
            sightings: handout.from.map {
                Sighting(address: $0, role: .from, at: request.now, outcome: sent > 0 ? Verdict.sent.word : heaviest.verdict.word)
            },
            usages: sent > 0 ? [Usage(of: handout.account, messages: 1, recipients: sent)] : [])
    }

    private func document(_ results: [Result], _ heaviest: Diagnosis, _ handout: Handout) -> DocumentValue {
        let answer: DocumentValue = [
            "verdict": .text(heaviest.verdict.word), "cause": .text(heaviest.cause), "fix": .text(heaviest.fix),
            "recipients": .list(
                results.map {
                    [
                        "address": .text($0.address.description), "verdict": .text($0.diagnosis.verdict.word),
                        "cause": .text($0.diagnosis.cause),
                    ]
                }),
        ]
        guard heaviest.verdict == .denied else { return answer }
        let anew = request.dependencies.decider().decide(
            handout.author, Routing(purpose: handout.purpose, envelopeSender: nil, at: request.now, client: handout.client))
        return answer.adding([.init("decision", anew.document())])
    }
}
