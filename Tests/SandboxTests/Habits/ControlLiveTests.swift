import Foundation
import Testing

@testable import Sandbox

/// Habits turned while it runs, by another process.
@Suite(.timeLimit(.minutes(20)))
struct ControlLiveTests {
    private func ask(_ sandbox: Sandbox, _ method: String, _ path: String, _ form: String = "") async throws -> (
        status: String, body: String
    ) {
        let wire = try await Wire(sandbox, port: sandbox.tokenPort, isSecured: true)
        wire.send(
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: \(form.utf8.count)\r\n\r\n\(form)")
        let answer = await wire.rest()
        let body = answer.range(of: "\r\n\r\n").map { String(answer[$0.upperBound...]) } ?? ""
        return (String(answer.dropFirst(9).prefix(3)), body)
    }

    private func running(isControlled: Bool, _ body: (Sandbox) async throws -> Void) async throws {
        var settings = SandboxSettings()
        settings.isControlled = isControlled
        let sandbox = try Contoso.sandbox(settings)
        try await sandbox.start()
        let result: Result<Void, any Error>
        do { result = .success(try await body(sandbox)) } catch { result = .failure(error) }
        try await sandbox.stop()
        try result.get()
    }

    @Test(arguments: ["POST", "PUT"]) func habitsAreLookedAtAndTurned(_ method: String) async throws {
        try await running(isControlled: true) { sandbox in
            let shown = try await ask(sandbox, "GET", "/_sandbox/habits").body
            #expect(shown.contains("\"messages-per-minute\":\"none\""))
            let turned = try await ask(sandbox, method, "/_sandbox/habits", "messages-per-minute=30&keeps-alias=smtp%2Cgraph")
            #expect(turned.status == "200" && turned.body.contains("\"messages-per-minute\":\"30\""), "\(turned.body)")
            let habits = sandbox.provider.with { state, _ in state.habits }
            #expect(habits.messagesPerMinute == 30 && habits.keepsAlias == [.smtp, .graph])
            let wrong = try await ask(sandbox, method, "/_sandbox/habits", "messages-per-minute=40&speed=9")
            #expect(wrong.status == "400" && wrong.body.contains("access-token-lifetime"), "\(wrong.body)")
            #expect(sandbox.provider.with { state, _ in state.habits.messagesPerMinute } == 30, "one mistake, and none of them counts")
        }
    }

    @Test func faultsReachTheReadingDoors() async throws {
        try await running(isControlled: true) { sandbox in
            let added = try await ask(sandbox, "POST", "/_sandbox/faults", "door=imap&effect=unavailable&login=ann@contoso.example")
            #expect(added.status == "200", "\(added.body)")
            let unfit = try await ask(sandbox, "POST", "/_sandbox/faults", "door=pop3&effect=garbage").status
            #expect(unfit == "400")
            let wire = try await Wire(sandbox, port: sandbox.imapPort, isSecured: true)
            _ = try await wire.line()
            wire.send("1 AUTHENTICATE XOAUTH2 \(try Wire.response(sandbox))\r\n")
            #expect(try await wire.line() == "1 NO [UNAVAILABLE] Server Unavailable. 15")
            #expect(sandbox.record.signIns.map(\.outcome) == [.faulted])
            wire.close()
        }
    }

    @Test func whereNobodyControlsItTheDoorIsShut() async throws {
        try await running(isControlled: false) { sandbox in
            let shown = try await ask(sandbox, "GET", "/_sandbox/habits").status
            let turned = try await ask(sandbox, "POST", "/_sandbox/habits", "messages-per-minute=1").status
            #expect([shown, turned] == ["404", "404"])
            #expect(sandbox.provider.with { state, _ in state.habits } == .microsoft)
        }
    }
}
