import Foundation
import TestSupport
import Testing

@testable import Main

/// The demo that stays up: its doors are open, and what it tells people to type works as it stands.
@Suite(.serialized) struct DemoVisitTests {
    /// A program that prints an invitation and stays; what is to be typed is indented by two.
    private func invited(_ words: [String], until last: String, _ body: (_ text: String, _ lines: [String]) async throws -> Void)
        async throws
    {
        let page = try ProgramPipe()
        let program = try Program(
            [try Premises.program()] + words, Program.Streams(output: page.writing.fileDescriptor, errors: page.writing.fileDescriptor))
        var printed = ""
        var result: Result<Void, any Error>?
        for await piece in try page.pieces() {
            printed += piece
            guard result == nil, printed.contains(last), let begin = printed.range(of: "in another terminal", options: .caseInsensitive)
            else { continue }
            let lines = printed[begin.lowerBound...].split(separator: "\n").filter { $0.hasPrefix("  ") }.map { String($0.dropFirst(2)) }
            do { result = .success(try await body(printed, lines)) } catch { result = .failure(error) }
            program.signal(SIGTERM)
        }
        // The signal may come before anybody waits for it.
        let status = await program.end()
        #expect([0, -SIGTERM].contains(status), "\(status): \(printed)")
        try #require(result, "\(printed.suffix(2000))").get()
    }

    /// As in one terminal: what a line exports holds for the next.
    private func type(_ lines: [String], more: String = "") async throws -> String {
        let output = try ProgramPipe()
        let temporary = try Shell()
        let script = "set -ex\n" + lines.joined(separator: "\n") + "\n" + more
        let shell = try Program(
            ["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin", "MANDATE_STORE": "", "TMPDIR": temporary.folder],
            Program.Streams(output: output.writing.fileDescriptor, errors: output.writing.fileDescriptor))
        let said = try await output.text()
        let status = await shell.end()
        #expect(status == 0, "\(said)")
        return said
    }

    @Test(.timeLimit(.minutes(20))) func whatTheDemoSaysToTryWorks() async throws {
        try await invited(["demo"], until: "Ann has withdrawn her consent") { text, lines in
            #expect(lines.count >= 7, "\(lines)")
            let said = try await type(lines, more: "mandate doctor || true\nmandate serve 2>&1 || true\n")
            #expect(said.contains("Subject: Hello"), "what arrived is shown: \(said)")
            #expect(said.contains("mandate grants authorize grant-ann"), "the doctor names Ann's consent: \(said)")
            #expect(said.contains("node main is being served already"), "its store is taken: \(said)")
            let console = try #require(text.split(separator: "\n").first { $0.hasPrefix("console") })
            let words = console.split { $0.isWhitespace || $0 == "," }.map(String.init)
            let page = try await type(["curl -sS -o /dev/null -w '%{http_code}' \(words[1])login"])
            #expect(page.hasSuffix("200"), "\(page)")
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: ["microsoft", "google"]) func whatTheSandboxSaysToTypeWorks(_ flavour: String) async throws {
        try await invited(["sandbox", "--flavour", flavour], until: "END CERTIFICATE") { _, lines in
            #expect(lines.count >= 7, "\(lines)")
            let said = try await type(lines)
            #expect(said.contains("added provider pretend") && said.contains("added mailbox"), "\(said)")
        }
    }
}
