import CurlTransmit
import Foundation
import TestSupport

@testable import Main

/// An OpenID provider that is not ours (oidc-provider-mock), with one user.
struct OpenIDProvider {
    static let alice = "alice@example.com"

    let issuer: String
    private let program: Program
    /// Read on, or it would stop when the pipe is full.
    private let output: AsyncStream<String>
    private let curl: CurlThread

    static var path: String {
        (ProcessInfo.processInfo.environment["MANDATE_PEERS"] ?? "/var/tmp/mandate-peers") + "/bin/oidc-provider-mock"
    }

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Returns when it answers. `life`: seconds of its tokens.
    init(life: Int, _ curl: CurlThread) async throws {
        let port = try FreePorts.take()
        issuer = "http://127.0.0.1:\(port)"
        self.curl = curl
        let log = try ProgramPipe()
        program = try Program(
            [
                Self.path, "-p", "\(port)", "-e", "\(life)", "--user-claims",
                #"{"sub":"\#(Self.alice)","email":"\#(Self.alice)"}"#, "--user", "mallory@example.com",
            ], Program.Streams(errors: log.writing.fileDescriptor))
        output = try log.pieces()
        for await piece in output where piece.contains("running on") { return }
        throw CommandFailure.data("the provider did not start")
    }

    /// What a person does in the browser; returns the address they come back to.
    func consent(at address: String, as subject: String) async throws -> String {
        let answer = try await post(address, "sub=\(subject)")
        return answer.value(of: "Location") ?? ""
    }

    func revokeTokens() async throws -> Int { try await post(issuer + "/users/\(Self.alice)/revoke-tokens", "x=").status }

    private func post(_ address: String, _ form: String) async throws -> HTTPResponse {
        try await curl.perform(
            HTTPRequest(
                .post, address, fields: [HTTPField("Content-Type", "application/x-www-form-urlencoded")], body: Array(form.utf8)))
    }

    /// At once: it would wait for connections that are kept alive.
    func stop() async {
        program.signal(SIGKILL)
        _ = await program.end()
    }
}
