import CurlTransmit
import Relay
import Synchronization
import Testing

import struct FoundationEssentials.Date

/// The question as it leaves, and the way of a failure to its meaning.
@Suite struct TokenClientTests {
    private static let answer = HTTPResponse(status: 200, body: Array(#"{"access_token":"t0","token_type":"Bearer","expires_in":60}"#.utf8))

    private static func question(
        _ kind: TokenRequest.Kind = .clientCredentials, endpoint: String = "https://login.example/token", clientID: String = "id-1",
        secret: Secret? = Secret("s&=+ %"), scope: String = "https://outlook.office365.com/.default"
    ) -> TokenRequest {
        TokenRequest(
            endpoint: endpoint, kind: kind, clientID: clientID, authentication: secret.map { .secret($0) } ?? .none, scope: scope,
            trustedCertificates: "PEM")
    }

    private static func client(_ perform: @escaping TokenClient.Perform) -> TokenClient {
        TokenClient(now: { Date(timeIntervalSince1970: 0) }, random: { Array(repeating: 7, count: $0) }, perform: perform)
    }

    struct Asked: Sendable, CustomTestStringConvertible {
        let name: String
        let question: TokenRequest
        let body: String
        var testDescription: String { name }
    }

    static let questions: [Asked] = [
        Asked(
            name: "client credentials", question: question(),
            body:
                "grant_type=client_credentials&client_id=id-1&client_secret=s%26%3D%2B+%25"
                + "&scope=https%3A%2F%2Foutlook.office365.com%2F.default"
        ),
        Asked(
            name: "refresh", question: question(.refresh(Secret("r/+="))),
            body: "grant_type=refresh_token&refresh_token=r%2F%2B%3D&client_id=id-1&client_secret=s%26%3D%2B+%25"
                + "&scope=https%3A%2F%2Foutlook.office365.com%2F.default"),
        Asked(
            name: "refresh of a public client", question: question(.refresh(Secret("r")), secret: nil, scope: ""),
            body: "grant_type=refresh_token&refresh_token=r&client_id=id-1"),
        Asked(
            name: "refresh with an empty secret", question: question(.refresh(Secret("r")), secret: Secret(""), scope: "a b"),
            body: "grant_type=refresh_token&refresh_token=r&client_id=id-1&scope=a+b"),
    ]

    @Test(arguments: questions) func questionLeavesLikeThis(_ asked: Asked) async throws {
        let seen = Mutex<HTTPRequest?>(nil)
        let client = Self.client { request throws(CurlFailure) in
            seen.withLock { $0 = request }
            return Self.answer
        }
        #expect(try await client.answer(to: asked.question).accessToken.revealText() == "t0")
        let request = try #require(seen.withLock { $0 })
        #expect(String(decoding: request.body, as: UTF8.self) == asked.body)
        #expect(request.method == .post)
        #expect(request.url == "https://login.example/token")
        #expect(request.trustedCertificates == "PEM")
        #expect(request.fields.contains(HTTPField("Content-Type", "application/x-www-form-urlencoded")))
        #expect(request.fields.contains(HTTPField("Accept", "application/json")))
    }

    private static let invitation = HTTPResponse(
        status: 200,
        body: Array(#"{"device_code":"d0","user_code":"ABC","verification_uri":"https://login.example/d","expires_in":900}"#.utf8))

    /// RFC 8628 section 3.1: the client shows who it is as at the token endpoint; one that has a secret and does not give it is refused.
    @Test(arguments: [
        (ClientAuthentication.none, "client_id=id-1&scope=a+b"), (.secret(Secret("s&")), "client_id=id-1&client_secret=s%26&scope=a+b"),
        (.basic(Secret("s&")), "scope=a+b"),
    ]) func deviceRequestSaysWhoAsks(_ authentication: ClientAuthentication, _ body: String) async throws {
        let seen = Mutex<HTTPRequest?>(nil)
        let client = Self.client { request throws(CurlFailure) in
            seen.withLock { $0 = request }
            return Self.invitation
        }
        let answer = try await client.device(
            DeviceRequest(
                endpoint: "https://login.example/device", clientID: "id-1", authentication: authentication,
                audience: "https://login.example/token", scope: "a b"))
        #expect(answer.userCode == "ABC")
        let request = try #require(seen.withLock { $0 })
        #expect(String(decoding: request.body, as: UTF8.self) == body)
        let isBasic = if case .basic = authentication { true } else { false }
        // "id-1:s%26"
        #expect(request.fields.contains(HTTPField("Authorization", "Basic aWQtMTpzJTI2")) == isBasic)
    }

    /// Both halves are form-encoded before they are joined, or a `:` in the id would move the border (RFC 6749 section 2.3.1).
    @Test func secretGoesIntoTheFieldWhereThatIsWanted() async throws {
        let seen = Mutex<HTTPRequest?>(nil)
        let client = Self.client { request throws(CurlFailure) in
            seen.withLock { $0 = request }
            return Self.answer
        }
        _ = try await client.answer(
            to: TokenRequest(
                endpoint: "https://login.example/token", kind: .clientCredentials, clientID: "a:b",
                authentication: .basic(Secret("s&= +")), scope: "x"))
        let request = try #require(seen.withLock { $0 })
        #expect(String(decoding: request.body, as: UTF8.self) == "grant_type=client_credentials&scope=x")
        // "a%3Ab:s%26%3D+%2B"
        #expect(request.fields.contains(HTTPField("Authorization", "Basic YSUzQWI6cyUyNiUzRCslMkI=")))
    }

    @Test(arguments: [
        question(secret: nil), question(secret: Secret("")), question(.refresh(Secret(""))), question(clientID: ""),
    ])
    func nothingToAskWithIsMissing(_ question: TokenRequest) async {
        let client = Self.client { _ throws(CurlFailure) in
            Issue.record("asked all the same")
            return Self.answer
        }
        let failure = await #expect(throws: TokenFailure.self) { try await client.answer(to: question) }
        guard case .missing = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
    }

    static let failures: [CurlFailure] = [
        .couldNotResolve("x"), .couldNotConnect("x"), .tls("x"), .timeout(seconds: 30), .tooLarge(limit: 9), .interrupted("x"), .cancelled,
        .stopped,
        .other(code: 27, "x"),
    ]

    @Test(arguments: failures) func networkHarmsNoGrant(_ failure: CurlFailure) async {
        let client = Self.client { _ throws(CurlFailure) in throw failure }
        await #expect(throws: TokenFailure.temporary(failure.description, retryAfter: nil)) { try await client.answer(to: Self.question()) }
    }

    /// Through the whole way, with an endpoint that echoes what it was asked.
    @Test func echoOfTheSecretsIsHidden() async throws {
        try await withServer({ received in
            let words = "raw s&=+ % and refresh/1, body \(received.body)"
            return [LoopbackServer.answer("400 Bad Request", #"{"error":"invalid_client","error_description":"\#(words)"}"#)]
        }) { server, thread in
            let ask = TokenClient(thread, now: { Date(timeIntervalSince1970: 0) }, random: { Array(repeating: 7, count: $0) }).requestToken
            let failure = await #expect(throws: TokenFailure.self) {
                try await ask(Self.question(.refresh(Secret("refresh/1")), endpoint: server.url()))
            }
            guard case .application("invalid_client", let detail) = failure else {
                return #expect(Bool(false), "\(String(describing: failure))")
            }
            #expect(
                detail == "raw ‹secret› and ‹secret›, body grant_type=refresh_token&refresh_token=‹secret›&client_id=id-1"
                    + "&client_secret=‹secret›&scope=https%3A%2F%2Foutlook.office365.com%2F.default")
        }
    }

    @Test func busyEndpointSaysWhenToComeBack() async throws {
        try await withServer({ _ in [LoopbackServer.answer("503 Busy", "<html>", fields: ["Retry-After: 42"])] }) { server, thread in
            let client = TokenClient(thread, now: { Date(timeIntervalSince1970: 0) }, random: { Array(repeating: 7, count: $0) })
            let failure = await #expect(throws: TokenFailure.self) { try await client.answer(to: Self.question(endpoint: server.url())) }
            #expect(failure == .temporary("the token endpoint answered 503 without an OAuth2 error", retryAfter: 42))
        }
    }

    @Test func endpointInClearIsTheApplicationsFaultAndNothingLeaves() async throws {
        let thread = try CurlThread()
        let client = TokenClient(thread, now: { Date(timeIntervalSince1970: 0) }, random: { Array(repeating: 7, count: $0) })
        let failure = await #expect(throws: TokenFailure.self) {
            try await client.answer(to: Self.question(endpoint: "http://login.example/token"))
        }
        guard case .application = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
        await thread.stop()
    }
}
