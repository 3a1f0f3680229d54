import CurlTransmit
import Foundation

@testable import Main

/// An OpenID provider that is not ours (oidc-provider-mock), with one user.
final class OpenIDProvider {
    static let alice = "alice@example.com"

    let issuer: String
    private let process = Process()
    private let curl: CurlThread

    static var program: String {
        (ProcessInfo.processInfo.environment["MANDATE_PEERS"] ?? "/var/tmp/mandate-peers") + "/bin/oidc-provider-mock"
    }

    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// Returns when it answers. `life`: seconds of its tokens.
    init(life: Int, _ curl: CurlThread) async throws {
        let port = try FreePorts.take(1)[0]
        issuer = "http://127.0.0.1:\(port)"
        self.curl = curl
        process.executableURL = URL(filePath: Self.program)
        process.arguments = [
            "-p", "\(port)", "-e", "\(life)", "--user-claims", #"{"sub":"\#(Self.alice)","email":"\#(Self.alice)"}"#, "--user",
            "mallory@example.com",
        ]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let log = Pipe()
        process.standardError = log
        try process.run()
        for try await line in log.fileHandleForReading.pieces where line.contains("running on") { return }
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

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
