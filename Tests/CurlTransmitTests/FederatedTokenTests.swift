import CurlTransmit
import Foundation
import Relay
import Synchronization
import Testing

/// A token of the machine's own: where it is read, how it is shown, and whose fault it is when it cannot be.
struct FederatedTokenTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static let granted = HTTPResponse(
        status: 200, body: Array(#"{"access_token":"t0","token_type":"Bearer","expires_in":60}"#.utf8))

    private static func token(_ claims: String) -> String {
        "e30." + Data(claims.utf8).base64EncodedString().replacing("=", with: "").replacing("+", with: "-").replacing("/", with: "_")
            + ".c2ln"
    }

    private static let good = token(
        #"{"iss":"https://oidc.example","sub":"mandate","aud":["api://AzureADTokenExchange"],"exp":1800000600}"#)

    private static func question(_ credential: FederatedCredential) -> TokenRequest {
        TokenRequest(
            endpoint: "https://login.example/token", kind: .clientCredentials, clientID: "c-1", authentication: .federated(credential),
            scope: "s")
    }

    private func client(
        _ environment: [String: String] = [:], _ perform: @escaping TokenClient.Perform = { _ throws(CurlFailure) in Self.granted }
    ) -> TokenClient {
        TokenClient(
            now: { Self.now }, random: { Array(repeating: 7, count: $0) }, environment: { environment[$0] }, perform: perform)
    }

    private func failure(_ credential: FederatedCredential, _ client: TokenClient) async -> TokenFailure? {
        do throws(TokenFailure) {
            _ = try await client.answer(to: Self.question(credential))
            return nil
        } catch { return error }
    }

    private func with<Value>(_ body: (URL) async throws -> Value) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // what stays is in a temporary folder
        return try await body(folder)
    }

    /// Read for each question, so that what is put in its place is what is shown.
    @Test func aFileIsShownAsItIsNow() async throws {
        try await with { folder in
            let file = folder.appending(path: "token")
            let bodies = Mutex<[String]>([])
            let client = client { request throws(CurlFailure) in
                bodies.withLock { $0.append(String(decoding: request.body, as: UTF8.self)) }
                return Self.granted
            }
            let next = Self.token(#"{"iss":"https://oidc.example","sub":"mandate","aud":"a","exp":1800000601}"#)
            for token in [Self.good + "\n", next] {
                try Data(token.utf8).write(to: file, options: .atomic)
                #expect(try await client.answer(to: Self.question(.file(file.path))).accessToken.revealText() == "t0")
            }
            #expect(
                bodies.withLock { $0 }
                    == [Self.good, next].map {
                        "grant_type=client_credentials&client_id=c-1"
                            + "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=\($0)&scope=s"
                    })
        }
    }

    /// Nothing is asked of the provider, and the words say whose fault it is without a word of the token.
    @Test(arguments: [
        ("", "it is empty"), ("\n\n", "it is empty"), ("hello", "it is no JWT"), ("a.b", "it is no JWT"), ("e30.e30.", "it is no JWT"),
        ("e30.e30.e30", "it is no JWT"), (token(#"{"iss":"i","sub":"s","exp":1800000000}"#), "it ended at"),
        (token(#"{"iss":"i","sub":"s","exp":1}"#), "it ended at"), (String(repeating: "x", count: 65 * 1024), "longer than 64 KiB"),
    ]) func whatIsNoTokenIsNamed(_ content: String, _ words: String) async throws {
        try await with { folder in
            let file = folder.appending(path: "token")
            try Data(content.utf8).write(to: file)
            let found = await failure(
                .file(file.path), client { _ throws(CurlFailure) in throw .other(code: 0, "the provider was asked") })
            guard case .application("federated_credential", let detail)? = found else { return #expect(Bool(false), "\(found as Any)") }
            #expect(detail.contains(words) && detail.contains(file.path), "\(detail)")
        }
    }

    @Test(arguments: [("nothing", "there is no such file"), ("folder", "it is no plain file"), ("pipe", "it is no plain file")])
    func whatCannotBeReadIsNamed(_ name: String, _ words: String) async throws {
        try await with { folder in
            try FileManager.default.createDirectory(at: folder.appending(path: "folder"), withIntermediateDirectories: false)
            #expect(mkfifo(folder.appending(path: "pipe").path, 0o600) == 0)
            guard case .application(_, let detail)? = await failure(.file(folder.appending(path: name).path), client()) else {
                return #expect(Bool(false))
            }
            #expect(detail.contains(words), "\(detail)")
        }
    }

    @Test func anAddressIsAskedWithItsHeaders() async throws {
        let asked = Mutex<[HTTPRequest]>([])
        let client = client(["HEADER": "h-1"]) { request throws(CurlFailure) in
            asked.withLock { $0.append(request) }
            return request.method == .get ? HTTPResponse(status: 200, body: Array(#"{"value":"\#(Self.good)"}"#.utf8)) : Self.granted
        }
        let place = FederatedTokenAddress(url: "https://token.example/", headers: ["X-Key: env:HEADER", "Metadata:true"], member: "value")
        _ = try await client.answer(to: Self.question(.address(place)))
        let requests = asked.withLock { $0 }
        #expect(requests.map(\.url) == ["https://token.example/", "https://login.example/token"])
        #expect(requests[0].fields.dropFirst().map { "\($0.name)=\($0.value)" } == ["X-Key=h-1", "Metadata=true"])
        #expect(String(decoding: requests[1].body, as: UTF8.self).contains("client_assertion=\(Self.good)&"))
        // What the environment lacks is said, and nobody is asked.
        guard case .application(_, let detail)? = await failure(.address(place), self.client()) else { return #expect(Bool(false)) }
        #expect(detail.contains("HEADER is not in the service's environment"))
    }

    /// What may pass by itself harms nothing; what needs somebody says so.
    @Test(arguments: [(503, true), (429, true), (400, false), (404, false), (302, false)]) func anAddressThatRefuses(
        _ status: Int, _ isTemporary: Bool
    ) async {
        let found = await failure(
            .address(FederatedTokenAddress(url: "https://token.example/")),
            client { _ throws(CurlFailure) in HTTPResponse(status: status, body: Array("no".utf8)) })
        switch found {
        case .temporary(let why, _): #expect(isTemporary && why.contains("\(status)"))
        case .application(_, let why): #expect(!isTemporary && why.contains("\(status)"))
        default: #expect(Bool(false), "\(found as Any)")
        }
    }

    /// A metadata service has no TLS, and is reached in clear by this alone: a token endpoint there is refused.
    @Test func onlyTheMetadataServiceIsAskedInClear() async throws {
        let thread = try CurlThread()
        let client = TokenClient(
            thread, limits: HTTPLimits(connect: 0.2, total: 0.2), now: { Self.now }, random: { Array(repeating: 7, count: $0) })
        // Whatever answers there, or nobody.
        let metadata = try #require(await failure(.managedIdentity(), client))
        #expect(!"\(metadata)".contains("plain http"), "\(metadata)")
        let other = try #require(await failure(.address(FederatedTokenAddress(url: "http://192.0.2.1/")), client))
        #expect("\(other)".contains("plain http to 192.0.2.1"), "\(other)")
        do throws(TokenFailure) {
            _ = try await client.answer(
                to: TokenRequest(
                    endpoint: "http://169.254.169.254/token", kind: .clientCredentials, clientID: "c", authentication: .secret(Secret("s")),
                    scope: "s"))
            #expect(Bool(false))
        } catch { if case .application("token endpoint", _) = error {} else { #expect(Bool(false), "\(error)") } }
        await thread.stop()
    }

    /// Who refuses it is told with what it says of itself, which is what has to be entered there.
    @Test func aRefusalSaysWhatItHas() async throws {
        try await with { folder in
            let file = folder.appending(path: "token")
            try Data(Self.good.utf8).write(to: file)
            let body = #"{"error":"invalid_client","error_description":"AADSTS700213: No matching federated identity record found"}"#
            let found = await failure(
                .file(file.path), client { _ throws(CurlFailure) in HTTPResponse(status: 401, body: Array(body.utf8)) })
            guard case .application("invalid_client", let detail)? = found else { return #expect(Bool(false), "\(found as Any)") }
            #expect(detail.contains("AADSTS700213") && detail.contains("issuer https://oidc.example, subject mandate, audience api://"))
            #expect(!detail.contains(Self.good))
        }
    }
}
