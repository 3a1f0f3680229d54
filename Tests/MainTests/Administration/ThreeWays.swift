import CurlTransmit
import Foundation
import Logging
import Mail
import Relay
import SQLiteEngine
import Store
import TestSupport
import Testing

@testable import Main
@testable import Web

/// One store, and three people at it who may change everything: one at the command line, one with a program's key, one at the console. All in this process, each
/// by the real entry point of his way.
struct ThreeWays: Sendable {
    enum Way: String, CaseIterable { case command, request, form }

    static let password = "correct horse battery staple"
    static let key = ClientKey("mandate-program")

    let shell: Shell
    let store: DatabaseStore
    private let service: RelayService
    private let program: WebClient
    private let browser: WebClient
    private let formToken: String

    static func with(_ body: (ThreeWays) async throws -> Void) async throws {
        let shell = try await Shell.withStore()
        let live = shell.live()
        let vault = try KeyFile.vault(for: shell.store, live)
        let store = try await SQLiteStore.open(at: shell.store, vault: vault, random: { live.randomBytes($0) })
        var quiet = Logger(label: "three ways")
        quiet.logLevel = .critical
        _ = try await store.apply(DirectoryEdit(try people(), by: "test", at: shell.now))
        let service = try await RelayService(store: store, vault: vault, node: "test", live: live, log: quiet)
        let port = try FreePorts.take()
        let gateway = service.gateway(
            host: "127.0.0.1", port: port, certificate: nil, settings: WebSettings(),
            accept: service.surroundings(domain: try Domain("test.mandate.example"), limits: AcceptStage.Limits()))
        let result = await withThrowingTaskGroup(of: Void.self) { group -> Result<Void, any Error> in
            group.addTask { try await gateway.run() }
            defer { group.cancelAll() }
            do { return .success(try await body(try await ThreeWays(shell, store, service, port: port))) } catch { return .failure(error) }
        }
        await service.curl.stop()
        try await store.close()
        try result.get()
    }

    private init(_ shell: Shell, _ store: DatabaseStore, _ service: RelayService, port: Int) async throws {
        self.shell = shell
        self.store = store
        self.service = service
        program = WebClient(port: port, key: Self.key.text)
        (browser, formToken) = try await Self.logIn(port)
    }

    /// Both who are no commands: administrators, in every directory.
    static func people(_ ways: [Way] = [.request, .form]) throws -> [DirectoryChange] {
        let hash = try #require(PasswordHash(of: Secret(password), salt: Array(0..<16), cost: .init(rounds: 8, blockSize: 8, lanes: 1)))
        let credentials: [Way: Client.Credential] = [.request: .key(sha256: key.digest), .form: .password(hash)]
        return ways.compactMap { way in
            credentials[way].map {
                .put(.client(Client(id: ClientID(trusted: way.rawValue), name: way.rawValue, credential: $0, roles: [.administrator])))
            }
        }
    }

    private static func logIn(_ port: Int) async throws -> (WebClient, String) {
        var client = WebClient(port: port)
        for _ in 0..<100 {
            guard let page = try? await client.get("/login") else {
                await Live.system().wait(0.05)  // it has not begun to listen
                continue
            }
            let words = password.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let cookie = try #require(page.all("Set-Cookie").first).prefix { $0 != ";" }
            let answer = try await client.send(
                "POST", "/login", [("Cookie", String(cookie)), ("Content-Type", "application/x-www-form-urlencoded")],
                body: Array("csrf=\(try #require(token(in: page.text)))&name=form&key_or_password=\(words)&next=/".utf8))
            let session = try #require(answer.all("Set-Cookie").first { $0.contains("mandate-session-") }, "\(answer.text)")
            client.fields = [("Cookie", String(session.prefix { $0 != ";" }))]
            return (client, try #require(token(in: try await client.get("/").text)))
        }
        throw CommandFailure(.temporary, "nothing listens at \(port)")
    }

    private static func token(in page: String) -> String? {
        page.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/).map { String($0.1) }
    }
}

/// The same store for each case, made what its directory says.
extension ThreeWays {
    func begin(_ start: DirectoryDocument, people: [Way]) async throws {
        let now = try await store.directory()
        let wanted = start.entities.map { DirectoryChange.put($0) } + (try Self.people(people))
        let keys = Set(wanted.map(\.key))
        let gone = EntityKind.allCases.flatMap { kind in now.entities(kind).map(\.key).filter { !keys.contains($0) } }
        _ = try await store.apply(DirectoryEdit(wanted + gone.map { .remove($0) }, by: "test", at: shell.now, cascades: true))
        let known = try await store.conditions(of: nil)
        let stops = known.allTroubles.map { Observation.mailbox($0.account, over: $0.transport, nil) }
        try await store.observe(known.allStandings.map { .standing($0.key, nil) } + stops + start.observations, journal: [])
        _ = await service.follower.catchUp()
    }

    func snapshot() async throws -> Snapshot {
        Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil))
    }

    /// A message of its own for each, since what was done with is known for a while.
    func queue(_ wanted: (state: QueuedMessage.StateName, author: String)?) async throws -> SpoolID? {
        for other in try await store.list(QueueFilter()) { try await store.change(other.message.id, .remove, by: "test", at: shell.now) }
        guard let wanted else { return nil }
        let id = SpoolID(trusted: "m-\(UUID().uuidString.lowercased())")
        try await SpoolContract.accept(try Samples.message(id.text, from: wanted.author, at: shell.now), into: store)
        switch wanted.state {
        case .held: try await store.change(id, .hold, by: "test", at: shell.now)
        case .failed:
            let now = shell.now.addingTimeInterval(1)
            let until = now.addingTimeInterval(60)
            let entries = try await store.claim(1, rooms: LaneRooms(), by: Samples.node, at: now, until: until).entries
            let claim = try #require(entries.first).claim
            let outcomes: [Int: RecipientOutcome] = [0: .refused(reply: "550 no")]
            try await store.settle(Settlement(claim: claim, at: now, state: .failed(why: "550 no"), outcomes: outcomes))
        case .waiting, .claimed, .done: break
        }
        return id
    }

    func run(_ words: [String], input: String) async -> Shell.Answer { await shell.run(words, input: input) }

    func send(_ method: String, _ path: String, body: String?, ifMatch: String?) async throws -> WebClient.Answer {
        var fields = ifMatch.map { [("If-Match", $0)] } ?? []
        guard let body else { return try await program.send(method, path, fields) }
        fields.append(("Content-Type", method == "PATCH" ? "application/merge-patch+json" : "application/json"))
        return try await program.send(method, path, fields, body: Array(body.utf8))
    }

    func post(_ path: String, _ fields: [(String, String)]) async throws -> WebClient.Answer {
        let form = ([("csrf", formToken)] + fields).map { "\(PercentCoding.encode($0))=\(PercentCoding.encode($1))" }.joined(separator: "&")
        return try await browser.send("POST", path, [("Content-Type", "application/x-www-form-urlencoded")], body: Array(form.utf8))
    }

    /// The page on which a browser ends up, with the word on how it went.
    func notice(after answer: WebClient.Answer) async throws -> String {
        guard answer.status == 303, let place = answer.all("Location").first else { return answer.text }
        return try await browser.get(place).text
    }
}
