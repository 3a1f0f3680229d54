import Relay
import Testing

@testable import SMTPTransmit

@Suite(.timeLimit(.minutes(20))) struct TLSTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let certificate: ServerManners.Certificate
        var host = "localhost"
        var isTrusted = true
        let text: String
    }

    static let cases = [
        Case(testDescription: "expired", certificate: .expired, text: "the certificate of localhost expired on 2021-01-01T00:00:00Z"),
        Case(
            testDescription: "another name", certificate: .elsewhere, text: "the server's certificate is not for localhost"),
        Case(
            testDescription: "address", certificate: .elsewhere, host: "127.0.0.1", text: "the server's certificate is not for 127.0.0.1"),
        Case(
            testDescription: "unknown authority", certificate: .localhost, isTrusted: false,
            text:
                "the authority that signed the certificate of localhost is not trusted here; give its certificate to the provider's settings"
        ),
    ]

    @Test(arguments: cases, [MailEndpoint.Security.startTLS, .implicit])
    func badCertificateIsToldInWords(_ test: Case, _ security: MailEndpoint.Security) async throws {
        var manners = ServerManners.good()
        manners.certificate = test.certificate
        manners.isImplicitTLS = security == .implicit
        try await ScriptedServer.with({ [manners] _ in manners }) { server in
            let message = try Sample.message(server.port, security: security, host: test.host, trust: test.isTrusted ? nil : "")
            let failure = await Sample.failure(Sample.client(), message)
            #expect(failure == TransmitFailure(stage: security == .implicit ? .connect : .startTLS, cause: .tls(test.text)))
            #expect(!server.log.commands.contains { $0.hasPrefix("AUTH") })
        }
    }

    @Test func addressInTheCertificateIsAccepted() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let client = Sample.client()
            let answer = try await client.send(Sample.message(server.port, host: "127.0.0.1"))
            #expect(answer.count == 1)
            await client.shutdown()
        }
    }

    @Test func clearTextOnATLSPortIsToldInWords() async throws {
        try await ScriptedServer.with({ _ in .good() }) { server in
            let failure = await Sample.failure(Sample.client(), try Sample.message(server.port, security: .implicit))
            #expect(failure == TransmitFailure(stage: .connect, cause: .tls("localhost does not speak TLS on this port")))
        }
    }

    @Test func unreadableTrustIsToldInWords() async throws {
        let failure = await Sample.failure(Sample.client(), try Sample.message(1, trust: "no certificate"))
        guard case .tls(let text) = failure?.cause else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(text.hasPrefix("the provider's trusted certificates cannot be used"))
    }
}
