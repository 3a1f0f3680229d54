import Foundation
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(20)))
struct TokenLiveTests {
    private static let form =
        "grant_type=client_credentials&client_id=\(Contoso.serviceClient)&client_secret=open&scope=https://outlook.office365.com/.default"

    private func running(_ body: (Sandbox) async throws -> Void) async throws {
        let sandbox = try Contoso.sandbox()
        try await sandbox.start()
        do {
            try await body(sandbox)
        } catch {
            try await sandbox.stop()
            throw error
        }
        try await sandbox.stop()
    }

    private func post(_ sandbox: Sandbox, _ form: String = form, path: String? = nil) async throws -> String {
        let wire = try await Wire(sandbox, port: sandbox.tokenPort, isSecured: true)
        let path = path ?? "/\(Contoso.tenantID)/oauth2/v2.0/token"
        wire.send(
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: \(form.utf8.count)\r\n\r\n\(form)")
        return await wire.rest()
    }

    @Test func tokensAreIssuedOverHTTPS() async throws {
        try await running { sandbox in
            #expect(sandbox.tokenEndpoint == "https://localhost:\(sandbox.tokenPort)/\(Contoso.tenantID)/oauth2/v2.0/token")
            let answer = try await post(sandbox)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.lowercased().contains("content-type: application/json; charset=utf-8\r\n"))
            let wire = try await Wire.secured(sandbox)
            _ = try await wire.ask("AUTH XOAUTH2")
            #expect(try await wire.ask(Wire.xoauth2("ann@contoso.example", Contoso.accessToken(answer))).hasPrefix("235 "))
        }
    }

    @Test func refusalsAreEntras() async throws {
        try await running { sandbox in
            let answer = try await post(sandbox, Self.form.replacingOccurrences(of: "=open", with: "=shut"))
            #expect(answer.hasPrefix("HTTP/1.1 401 "))
            #expect(answer.contains("AADSTS7000215: Invalid client secret provided."))
            #expect(try await post(sandbox, path: "/oauth/token").hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func scriptedFaultsHappenAtTheTokenEndpoint() async throws {
        try await running { sandbox in
            sandbox.add(.atToken(.tooManyRequests(retryAfter: 7)))
            sandbox.add(.atToken(.unavailable()))
            sandbox.add(.atToken(.garbage))
            sandbox.add(.atToken(.drop))
            sandbox.add(.atToken(.acceptThenDrop))
            sandbox.add(.atToken(.delay(milliseconds: 1)))
            let throttled = try await post(sandbox)
            #expect(throttled.hasPrefix("HTTP/1.1 429 ") && throttled.lowercased().contains("\r\nretry-after: 7\r\n"))
            #expect(try await post(sandbox).hasPrefix("HTTP/1.1 503 "))
            #expect(try await post(sandbox).hasSuffix("\"access"))
            #expect(try await post(sandbox) == "")
            #expect(try await post(sandbox) == "")
            #expect(try await post(sandbox).hasPrefix("HTTP/1.1 200 "))
            #expect(sandbox.record.tokenRequests.count == 6 && sandbox.record.tokensIssued == 2)
        }
    }

    @Test func aStalledRequestDoesNotKeepTheSandboxFromStopping() async throws {
        let sandbox = try Contoso.sandbox()
        try await sandbox.start()
        sandbox.add(.atToken(.stall))
        async let answer = post(sandbox)
        while sandbox.held == 0 { await Task.yield() }
        try await sandbox.stop()
        _ = try await answer
        #expect(sandbox.tokenPort == 0)
    }

    @Test func anIdleConnectionDoesNotKeepTheSandboxFromStopping() async throws {
        let sandbox = try Contoso.sandbox()
        try await sandbox.start()
        let wire = try await Wire(sandbox, port: sandbox.tokenPort, isSecured: true)
        wire.send("POST /x/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        try await wire.wait(for: "AADSTS900144")
        // Whoever has its answer keeps the connection open for the next question.
        try await sandbox.stop()
        _ = await wire.rest()
        #expect(sandbox.tokenPort == 0)
    }

    @Test func theRecordCanBeAwaited() async throws {
        try await running { sandbox in
            async let reached = sandbox.record(until: { $0.tokenRequests.count >= 2 })
            _ = try await post(sandbox)
            _ = try await post(sandbox)
            #expect(await reached.tokensIssued == 2)
        }
    }

    @Test func waitingEndsWithTheTask() async throws {
        let sandbox = try Contoso.sandbox()
        let waiting = Task { await sandbox.messages(atLeast: 1) }
        waiting.cancel()
        #expect(await waiting.value.isEmpty)
    }
}
