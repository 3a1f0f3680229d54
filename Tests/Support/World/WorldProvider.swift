internal import Mail
internal import Relay
internal import Synchronization

/// A pretend provider: it gives tokens, rotates refresh tokens, takes mail and refuses it, and knows for itself whom a login may send as. Whatever comes to it is
/// held against what may come. It may move to other hosts; what was had at one place is for that place alone.
///
/// A class because the nodes of a world share it; its state is behind the mutex.
final class WorldProvider: Sendable {
    /// What a mail server does with the next messages.
    enum Answer: String, Sendable, Hashable, CaseIterable {
        case temporary, throttled, late, unreachable
        case refusesRecipients = "refuses-recipients"
        case refusesSignIn = "refuses-sign-in"
        case hangsUpBefore = "hangs-up-before"
        case hangsUpAfter = "hangs-up-after"
        case silentAfter = "silent-after"
        case shortReplies = "short-replies"
    }

    /// What a token endpoint does with the next questions.
    enum TokenAnswer: String, Sendable, Hashable, CaseIterable {
        case unavailable, silent, slow
        case lostAfterRotation = "lost-after-rotation"
        case shortLived = "short-lived"
        case consentGone = "consent-gone"
    }

    struct Pair: Hashable {
        let login: String
        let from: EmailAddress
    }

    struct Token {
        let grant: GrantID
        let place: Int
        let ends: Double
    }

    struct Rotation {
        let text: String
        var life: Life?
        var wasHeard = false
    }

    struct State {
        var place = 0
        var answers: [Answer] = []
        var tokenAnswers: [TokenAnswer] = []
        var tokens: [String: Token] = [:]
        var issued = 0
        /// What a spent refresh token was replaced by.
        var successors: [String: Rotation] = [:]
        /// The refresh token of a grant that works now; nil: the person has withdrawn consent.
        var refresh: [GrantID: Rotation] = [:]
        var denied: Set<Pair> = []
        var underWay: [String: Int] = [:]
        var taken: [String: [Double]] = [:]
        var jumps: [Double] = []
    }

    static let connections = 2
    static let messagesPerMinute = 20
    /// Timers of a busy machine go off late, and bring together what was spread.
    static let bunched = 3
    static let recipientsPerMessage = 2

    let world: World
    let ledger: WorldLedger
    /// What was given can be kept at once: nobody has a reason to ask with what is spent.
    private let isStoreWell: Bool
    let state: Mutex<State>

    init(_ world: World, _ ledger: WorldLedger, isStoreWell: Bool) {
        self.isStoreWell = isStoreWell
        self.world = world
        self.ledger = ledger
        state = Mutex(State(refresh: [FakeCompany.consent: Rotation(text: "refresh-0")]))
    }

    var place: Int { state.withLock { $0.place } }
    func rotation(of grant: GrantID) -> Rotation? { state.withLock { $0.refresh[grant] } }

    func answer(_ answer: Answer, times: Int) { state.withLock { $0.answers += Array(repeating: answer, count: times) } }
    func answer(_ answer: TokenAnswer, times: Int) { state.withLock { $0.tokenAnswers += Array(repeating: answer, count: times) } }
    func deny(_ login: String, _ from: EmailAddress) { state.withLock { _ = $0.denied.insert(Pair(login: login, from: from)) } }
    func move() -> Int {
        state.withLock { state in
            state.place += 1
            return state.place
        }
    }
    /// Clocks jumped: what a minute is, nobody who counts by them knows just now.
    func jumped() { state.withLock { $0.jumps.append(world.time) } }

    /// The person consents again.
    func consent(_ grant: GrantID) -> String {
        state.withLock { state in
            state.issued += 1
            let text = "refresh-consent-\(state.issued)"
            state.refresh[grant] = Rotation(text: text)
            return text
        }
    }

    /// From now on all is well.
    func heal() {
        state.withLock { state in
            state.answers = []
            state.tokenAnswers = []
            state.denied = []
        }
    }

    static func host(_ place: Int) -> String { "smtp-\(place).example" }
    static func endpoint(_ place: Int) -> String { "https://id-\(place).example/{tenant}/token" }
    static func secret(_ place: Int) -> String { "secret-of-\(place)" }
}

/// The token endpoint.
extension WorldProvider {
    func request(_ life: Life) -> RequestToken {
        { request throws(TokenFailure) in try await self.token(request, life) }
    }

    private func token(_ request: TokenRequest, _ life: Life) async throws(TokenFailure) -> Relay.TokenAnswer {
        let gone = TokenFailure.missing("this run has ended")
        await world.wait(0.05 + 2 * world.draw() * world.draw(), for: life, exactly: true)
        if life.isOver { throw gone }
        let answer = state.withLock { $0.tokenAnswers.isEmpty ? nil : $0.tokenAnswers.removeFirst() }
        ledger.tell("asked for a token by \(life.incarnation): \(answer.map { "\($0)" } ?? "given")")
        switch answer {
        case .unavailable: throw .temporary("503", retryAfter: world.draw() < 0.5 ? nil : 5)
        case .silent:
            await world.wait(30, for: life)
            throw .temporary("no answer within 30 s", retryAfter: nil)
        case .slow: await world.wait(5 + 15 * world.draw(), for: life, exactly: true)
        case .consentGone: state.withLock { $0.refresh[FakeCompany.consent] = nil }
        case .lostAfterRotation, .shortLived, nil: break
        }
        if life.isOver { throw gone }
        let given = try give(request, life, seconds: answer == .shortLived ? 90 : 150 + 600 * world.draw())
        await world.wait(0.05 * world.draw(), for: life, exactly: true)
        if life.isOver { throw gone }
        if answer == .lostAfterRotation { throw .temporary("the connection broke", retryAfter: nil) }
        state.withLock { state in
            guard let text = given.refreshToken?.revealText() else { return }
            if state.refresh[FakeCompany.consent]?.text == text { state.refresh[FakeCompany.consent]?.wasHeard = true }
            for (spent, successor) in state.successors where successor.text == text { state.successors[spent]?.wasHeard = true }
        }
        return given
    }

    private func give(_ request: TokenRequest, _ life: Life, seconds: Double) throws(TokenFailure) -> Relay.TokenAnswer {
        let place = (0...state.withLock { $0.place }).first { Self.endpoint($0).replacing("{tenant}", with: "t-1") == request.endpoint }
        guard let place else { throw .temporary("no such host", retryAfter: nil) }
        if let secret = request.clientSecret?.revealText(), secret != Self.secret(place) {
            ledger.violate("the secret \(secret) was sent to \(request.endpoint)")
        }
        let time = world.time
        return try state.withLock { state throws(TokenFailure) in
            var grant = FakeCompany.appOnly
            var refresh: String?
            if case .refresh(let secret) = request.kind {
                grant = FakeCompany.consent
                let asked = secret.revealText()
                guard state.refresh[grant]?.text == asked else {
                    if let next = state.successors[asked], isStoreWell, next.wasHeard, next.life?.isOver == false {
                        ledger.violate("\(asked) was asked with, although \(next.text) had been given in its place")
                    }
                    throw .grant(error: "invalid_grant", detail: "this refresh token is not known")
                }
                state.issued += 1
                refresh = "refresh-\(state.issued)"
                let next = Rotation(text: "refresh-\(state.issued)", life: life)
                state.refresh[grant] = next
                state.successors[asked] = next
            }
            state.issued += 1
            let text = "token-\(state.issued)"
            state.tokens[text] = Token(grant: grant, place: place, ends: time + seconds)
            return Relay.TokenAnswer(accessToken: Secret(text), lifetime: seconds, refreshToken: refresh.map { Secret($0) }, scope: nil)
        }
    }
}
