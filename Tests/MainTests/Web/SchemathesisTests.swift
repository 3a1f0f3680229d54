import Foundation
import Relay
import TestSupport
import Testing

@testable import Main

/// Programs that want a machine of two cores for themselves, one at a time: a browser, a reverse proxy, a fuzzer. `MANDATE_WEB_PEERS=1` runs them.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["MANDATE_WEB_PEERS"] != nil)) enum WebPeers {}

extension WebPeers {
    /// A fuzzer of APIs that is not ours (schemathesis) reads the API's own document and asks thousands of questions that it allows, and does not allow.
    struct SchemathesisTests {
        private static var path: String {
            (ProcessInfo.processInfo.environment["MANDATE_PEERS"] ?? "/var/tmp/mandate-peers") + "/bin/schemathesis"
        }

        static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

        /// No answer is a fault of ours, none is one that the document does not promise, whoever asks; and nothing is answered without a key.
        @Test(.enabled(if: isInstalled), .timeLimit(.minutes(20)), arguments: [Role.administrator, .auditor, .sender])
        func noAnswerIsAFaultNorUnpromised(_ role: Role) async throws {
            try await WebHouse.with { house in
                let output = try ProgramPipe()
                let checks = [
                    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
                    "response_schema_conformance",
                    "ignored_auth",
                ]
                let program = try Program(
                    [
                        Self.path, "run", "http://127.0.0.1:\(house.port)/openapi.json", "-H",
                        "Authorization: Bearer \(WebHouse.keys[role]?.text ?? "")",
                        // Checks and probes of mailboxes go to a server and back, and so do what those lead to.
                        "--exclude-path-regex", "/check$|/probe$", "--max-examples", "3", "--seed", "1", "--checks",
                        checks.joined(separator: ","),
                        "--phases", "coverage,fuzzing", "--request-timeout", "30", "--no-color",
                    ], in: house.premises.folder, environment: ["HOME": house.premises.folder],
                    Program.Streams(output: output.writing.fileDescriptor, errors: output.writing.fileDescriptor))
                let said = try await output.text()
                let ended = await program.end()
                let failures = said.firstRange(of: " FAILURES ").map { said[$0.lowerBound...] } ?? said[...]
                #expect(ended == 0, "as \(role.rawValue): \(failures.prefix(12_000))")
                #expect(said.contains("Tested: 10") || said.contains("Tested: 11"), "it asked of all routes: \(said.suffix(900))")
                #expect(!house.log.all.contains("internal fault"), "\(house.log.all.suffix(2000))")
            }
        }
    }
}
