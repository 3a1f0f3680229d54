import Foundation
import Relay
import Sandbox
import Testing

@testable import Main

/// A provider nobody has in a catalogue, from its discovery document or a file, against the pretend one.
struct OwnProviderTests {
    private static let tenant = Tenant(
        id: "11111111-2222-3333-4444-555555555555", domains: ["contoso.example"],
        applications: [AppRegistration(clientID: "client-1", name: "one", secrets: [.init("s3cret")])],
        mailboxes: [HostedMailbox("ann@contoso.example")])

    private func with(_ body: (Shell, Sandbox, _ pem: String) async throws -> Void) async throws {
        let shell = try await Shell.withStore()
        let sandbox = try Sandbox(Self.tenant, clock: { shell.now.timeIntervalSince1970 }, generator: Live.system().generator)
        try await sandbox.start()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(shell, sandbox, try shell.file("ca.pem", sandbox.authority.certificatePEM)))
        } catch { result = .failure(error) }
        try await sandbox.stop()
        try result.get()
    }

    @Test func anIssuerSaysWhereEverythingIs() async throws {
        try await with { (shell, sandbox, pem) async throws -> Void in
            let line =
                "providers add house --issuer \(sandbox.issuer) --trust \(pem) --smtp localhost:587 --scope smtp=mail.send"
                + " --userinfo-endpoint https://localhost/me"
            #expect(await shell.run(line).err.contains("added provider house"))
            let provider = try #require(try await shell.directory().provider(ProviderID(trusted: "house")))
            #expect(provider.tokenEndpoint == sandbox.tokenEndpoint)
            #expect(provider.authorization.issuer == sandbox.issuer)
            #expect(provider.authorization.keysEndpoint == sandbox.keysEndpoint(tenant: sandbox.tenant.id))
            #expect(provider.authorization.authorizationEndpoint == sandbox.authorizationEndpoint(tenant: sandbox.tenant.id))
            #expect(provider.authorization.userinfoEndpoint == "https://localhost/me", "what is given counts more")
            #expect(provider.mayReceiveSecrets)
            #expect(await shell.run(line).err.hasPrefix("unchanged"))
        }
    }

    @Test func anotherIssuerIsRefused() async throws {
        try await with { (shell, sandbox, pem) async throws -> Void in
            let rest = "--trust \(pem) --smtp localhost:587 --scope smtp=mail.send"
            let other = await shell.run("providers add house --issuer \(sandbox.issuer)/ \(rest)")
            #expect(other.status == 65 && other.err.contains("somebody else's"), "\(other.err)")
            let none = await shell.run("providers add house --issuer \(sandbox.baseAddress)/nothing/here \(rest)")
            #expect(none.status == 69 && none.err.contains("no discovery document"), "\(none.err)")
            let untrusted = await shell.run("providers add house --issuer \(sandbox.issuer) --smtp localhost:587 --scope smtp=mail.send")
            #expect(untrusted.status == 69)
            #expect(try await shell.edition() == 1)
        }
    }

    /// The point of it all: whoever wrote the file gets nothing before a person has looked.
    @Test func noSecretGoesWhereAFileSays() async throws {
        try await with { (shell, sandbox, pem) async throws -> Void in
            let refresh = try sandbox.consent(login: "ann@contoso.example", clientID: "client-1")
            try await shell.set("providers import \(try shell.file("house.xml", Self.autoconfig(sandbox)))")
            try await shell.set(
                "providers set house.example --trust \(pem) --scope smtp.app-only=https://outlook.office365.com/.default",
                "applications add app --provider house.example --client-id client-1 --secret-from -",
                "grants add ann --application app --kind consent --principal ann@contoso.example --refresh-token-from \(try shell.file("refresh", refresh))",
                "grants add program --application app --kind command -- /bin/echo token",
                "mailboxes add ann@contoso.example --grant ann", "mailboxes add bob@contoso.example --grant program")
            for line in [
                "token ann@contoso.example", "token bob@contoso.example", "grants authorize ann --device", "grants authorize ann --paste",
            ] {
                let answer = await shell.run(line, input: "https://localhost/?code=x&state=y")
                #expect(answer.status == 78 && answer.err.contains("mandate providers trust house.example"), "\(line): \(answer.err)")
                #expect(answer.out.isEmpty)
            }
            let record = sandbox.record
            #expect(record.tokenRequests.isEmpty && record.connections == 0)
            try await shell.set("providers trust house.example")
            let trusted = await shell.run("token ann@contoso.example")
            #expect(trusted.status == 0 && trusted.out.count > 1000, "\(trusted.err)")
            #expect(sandbox.record.tokenRequests.count == 1)
        }
    }

    private static func autoconfig(_ sandbox: Sandbox) -> String {
        """
        <clientConfig version="1.1"><emailProvider id="house.example"><domain>house.example</domain>
        <outgoingServer type="smtp"><hostname>localhost</hostname><port>\(sandbox.submissionPort)</port><socketType>STARTTLS</socketType>
        <authentication>OAuth2</authentication></outgoingServer></emailProvider>
        <oAuth2><scope>https://outlook.office.com/SMTP.Send offline_access</scope>
        <authURL>\(sandbox.authorizationEndpoint(tenant: sandbox.tenant.id))</authURL><tokenURL>\(sandbox.tokenEndpoint)</tokenURL></oAuth2>
        </clientConfig>
        """
    }
}
