import CurlTransmit
import Foundation
import Relay
import Sandbox
import TestSupport
import Testing

@testable import Main

/// No secret in anything that a whole life of the program printed and wrote: a service with mail, refusals, outages and a crash, and every command that
/// has to do with tokens. What is meant to hold or to print secrets is left out: the key file, `token`'s standard output.
@Suite struct SecretScanTests {
    @Test func tracesAreFoundInEveryForm() {
        let secret = "1//0gS3cr+t/" + String(repeating: "aZ9_-~", count: 10)
        var traces = SecretTraces()
        traces.add(secret, named: "it")
        let bytes = Array(secret.utf8)
        let forms: [String] = [
            secret, secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "",
            secret.replacingOccurrences(of: "/", with: "\\/"), bytes.map { String(format: "%02x", $0) }.joined(),
            String(secret.prefix(30)) + "…",
            Data(bytes).base64EncodedString(), Data([1] + bytes + [2]).base64EncodedString(), Data([1, 2] + bytes).base64EncodedString(),
        ]
        for form in forms {
            #expect(!traces.find(in: Array("before \(form) after".utf8), place: "here").isEmpty, "\(form)")
        }
        #expect(traces.find(in: Array("nothing of it but 1//0gS3 and aZ9_-~".utf8), place: "here").isEmpty)
    }

    @Test func aWholeLifeLeavesNoTrace() async throws {
        try await Premises.with { premises in
            let life = try Life(premises)
            try await life.work()
            var traces = SecretTraces()
            for (number, secret) in premises.sandbox.secrets.enumerated() { traces.add(secret, named: "token or code \(number)") }
            for (name, secret) in life.secrets { traces.add(secret, named: name) }
            traces.add(try String(contentsOfFile: KeyFile.path(beside: premises.folder), encoding: .utf8).trimmed, named: "the vault's key")
            #expect(traces.count >= 15)
            let found = try traces.find(below: premises.folder, except: ["mandate.key"])
            #expect(found.traces.isEmpty, "\(found.traces.map(\.description).sorted().joined(separator: "\n"))")
            #expect(found.files > life.runs, "all that was printed, the store and what lies beside it")
            let printed = try life.printed()
            #expect(printed.contains("535") && printed.contains("invalid_client") && printed.contains("503"), "the troubles were told of")
        }
    }
}

/// One service and many commands on one store; everything they print goes into files below it.
private final class Life {
    static let wrongSecret = "a-wrong-secret-that-someone-typed-0123456789"
    static let oldRefresh = "a-refresh-token-from-elsewhere-0123456789"

    private let premises: Premises
    private let output: String
    private(set) var runs = 0

    init(_ premises: Premises) throws {
        self.premises = premises
        output = premises.folder + "/output"
        try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    }

    var secrets: [String: String] {
        [
            "a client secret": Company.consentSecret, "another client secret": Company.familySecret, "a wrong secret": Self.wrongSecret,
            "a refused refresh token": Self.oldRefresh,
        ]
    }

    func printed() throws -> String {
        try FileManager.default.contentsOfDirectory(atPath: output).map { try String(contentsOfFile: output + "/" + $0, encoding: .utf8) }
            .joined()
    }

    func work() async throws {
        let service = try serve()
        try await mail()
        try await troubles()
        try await commands()
        try await consent()
        // A crash, with cores allowed and the language's crash reports on: neither may show what is in memory.
        let limits = try String(contentsOfFile: "/proc/\(service.id)/limits", encoding: .utf8)
        #expect(limits.contains(/Max core file size +0 +0/))
        service.signal(SIGSEGV)
        #expect(await service.end() == -SIGSEGV)
        #expect(try !printed().contains("Backtrace"))
    }

    private func mail() async throws {
        for number in 0..<5 { _ = try await premises.accept(number) }
        _ = await premises.sandbox.messages(atLeast: 5)
    }

    /// Each kind of refusal, at the token endpoint and at the mail server, and mail that gets through all the same.
    private func troubles() async throws {
        let sandbox = premises.sandbox
        sandbox.add(.at(.token, .status(503, retryAfter: 1)))
        sandbox.add(.at(.auth, .reply(Reply(535, "5.7.3 Authentication unsuccessful")), .times(1)))
        sandbox.revokeAccessTokens()
        for number in 10..<13 { _ = try await premises.accept(number) }
        _ = await sandbox.messages(atLeast: 8)
        sandbox.add(.at(.token, .garbage))
        sandbox.revokeAccessTokens()
        _ = try await premises.accept(20)
        _ = await sandbox.messages(atLeast: 9)
        // The same for a person at a command, who is told.
        sandbox.revokeAccessTokens()
        sandbox.add(.at(.auth, .reply(Reply(535, "5.7.3 Authentication unsuccessful")), .times(4)))
        try await run("mailboxes", "check", "--all")
        sandbox.removeFaults()
        for effect in [Fault.WebEffect.status(503), .garbage, .drop] {
            sandbox.add(.at(.token, effect))
            try await run("mailboxes", "check", "fay@fabrikam-group.example")
        }
        sandbox.removeFaults()
    }

    private func commands() async throws {
        let wrong = output + "/../wrong.txt"
        try Data(Self.wrongSecret.utf8).write(to: URL(filePath: wrong))
        try await run("applications", "set", "app-group", "--secret-from", wrong)
        try Data(Self.oldRefresh.utf8).write(to: URL(filePath: wrong))
        try await run("grants", "add", "late", "--application", "app-tracker", "--kind", "consent", "--refresh-token-from", wrong)
        try FileManager.default.removeItem(atPath: wrong)
        try await run("mailboxes", "add", "late@fabrikam.example", "--grant", "late")
        try await run("mailboxes", "check", "late@fabrikam.example")
        try await run("vault", "rotate")
        for line in [
            "doctor", "doctor --format json", "applications list --format json", "applications show app-tracker",
            "applications show app-group",
            "grants list", "grants show grant-tracker --format json", "mailboxes list", "mailboxes show box-tracker",
            "providers show sandbox",
            "audit journal --format json", "audit verify", "audit unauthorized", "queue list --format csv", "vault status", "settings list",
            "token nobody@fabrikam.example", "token --help", "mailboxes check --all",
        ] {
            try await run(line.split(separator: " ").map(String.init))
        }
    }

    /// By a pasted address, first as somebody else, then as the right person; then one that is not worth anything is removed.
    private func consent() async throws {
        #expect(try await paste(as: Company.logins[0]) == ExitStatus.notPermitted.rawValue)
        #expect(try await paste(as: Company.logins[1]) == 0)
        try await run("grants", "remove", "late", "--cascade")
    }

    private func paste(as login: String) async throws -> Int32 {
        let (input, page) = (try ProgramPipe(), try ProgramPipe())
        let program = try start([try Premises.program()], ["grants", "authorize", "ann", "--paste"], input: input, page: page)
        var printed = ""
        for await piece in try page.pieces() {
            printed += piece
            guard printed.contains("\n") else { continue }
            let curl = try CurlThread()
            let answer = try await curl.perform(
                HTTPRequest(
                    .post, printed.trimmed, fields: [HTTPField("Content-Type", "application/x-www-form-urlencoded")],
                    body: Array("login=\(login)&action=allow".utf8), trustedCertificates: premises.sandbox.authority.certificatePEM))
            await curl.stop()
            input.writing.write(Data((answer.value(of: "Location") ?? "").utf8))
            try input.writing.close()
        }
        try Data(printed.utf8).write(to: URL(filePath: output + "/page-\(runs).txt"))
        return await program.end()
    }

    private func serve() throws -> Program {
        let script = "ulimit -c unlimited 2>/dev/null; cd \"$1\"; shift; exec \"$@\""
        return try start(
            ["/bin/sh", "-c", script, "sh", premises.folder, try Premises.program()],
            ["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0"])
    }

    private func run(_ arguments: String...) async throws { try await run(arguments) }

    private func run(_ arguments: [String]) async throws { _ = await (try start([try Premises.program()], arguments)).end() }

    private func start(
        _ program: [String], _ arguments: [String], input: ProgramPipe? = nil, page: ProgramPipe? = nil
    ) throws -> Program {
        runs += 1
        let path = output + "/\(runs).txt"
        try Data().write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        let streams = Program.Streams(
            input: input?.reading.fileDescriptor, output: (page?.writing ?? file).fileDescriptor, errors: file.fileDescriptor)
        return try Program(
            program + arguments + ["--store", premises.folder], environment: ["SWIFT_BACKTRACE": "enable=yes,color=no,interactive=no"],
            streams)
    }
}

extension String {
    fileprivate var trimmed: String { trimmingCharacters(in: .whitespacesAndNewlines) }
}
