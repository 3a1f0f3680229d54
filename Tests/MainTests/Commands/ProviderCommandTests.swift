import Foundation
import Relay
import Testing
@testable import Main

/// Providers are data: what commands say of one is what the directory then has, and nothing else changes.
struct ProviderCommandTests {
    private static let house =
        "providers add house --token-endpoint https://login.example.org/{tenant}/token --smtp mail.example.org:465 --scope smtp=mail.send"

    private func provider(_ shell: Shell, _ id: String) async throws -> Provider {
        try #require(try await shell.directory().provider(ProviderID(trusted: id)))
    }

    @Test func everythingCanBeSaidWhenAdding() async throws {
        let shell = try await Shell.withStore()
        let line =
            Self.house
            + " --authorization-endpoint https://login.example.org/a --device-endpoint https://login.example.org/d"
            + " --revocation-endpoint https://login.example.org/r --userinfo-endpoint https://login.example.org/u"
            + " --keys-endpoint https://login.example.org/k --identity-scopes openid --parameter prompt=consent --imap mail.example.org:993"
            + " --pop mail.example.org:1995/tls --scope smtp.app-only=all --scope graph=g --scope imap=i --scope gmail.app-only=m"
            + " --limit connections=2 --limit message-size=1000 --habit takes-null-sender=yes --habit propagation-minutes=5"
            + " --habit unused-consent-days=90 --habit sends-alias-as-primary=graph,gmail --habit promises-issuer=yes"
        try await shell.set(line)
        let found = try await provider(shell, "house")
        let server = AuthorizationServer(
            authorizationEndpoint: "https://login.example.org/a", deviceEndpoint: "https://login.example.org/d",
            revocationEndpoint: "https://login.example.org/r", userinfoEndpoint: "https://login.example.org/u",
            keysEndpoint: "https://login.example.org/k", promisesIssuer: true, identityScopes: "openid", parameters: ["prompt": "consent"])
        var habits = ProviderHabits.unknown
        habits.takesNullSender = true
        habits.propagation = 300
        habits.unusedConsentLife = 90 * 86_400
        habits.sendsAliasAsPrimary = [.graph, .gmail]
        #expect(
            found
                == Provider(
                    id: ProviderID(trusted: "house"), kind: .custom, name: "house",
                    tokenEndpoint: "https://login.example.org/{tenant}/token",
                    authorization: server, smtp: MailEndpoint(host: "mail.example.org", port: 465, security: .implicit),
                    imap: MailEndpoint(host: "mail.example.org", port: 993, security: .implicit),
                    pop: MailEndpoint(host: "mail.example.org", port: 1995, security: .implicit),
                    scopes: [
                        .smtp: Scopes(delegated: "mail.send", appOnly: "all"), .graph: Scopes(delegated: "g", appOnly: ""),
                        .imap: Scopes(delegated: "i", appOnly: ""), .gmail: Scopes(delegated: "", appOnly: "m"),
                    ], limits: ProviderLimits(connections: 2, messageSize: 1000), habits: habits))
        #expect(await shell.run(line).err.hasPrefix("unchanged"))
        let answer = await shell.run(Self.house)
        #expect(answer.status == 65 && answer.err.contains("providers set"))
    }

    @Test func aKindBringsItsHabitsAndLimits() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(Self.house + " --kind google --limit connections=9 --habit propagation-minutes=1")
        let found = try await provider(shell, "house")
        #expect(found.habits.replacesUnlistedFrom && found.habits.propagation == 60)
        #expect(found.limits.connections == 9 && found.limits.recipientsPerMessage == Provider.google.limits.recipientsPerMessage)
    }

    @Test func oneFieldIsChangedAndTheRestStays() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "providers set microsoft --limit messages-per-minute=15 --security tls --device-endpoint none --parameter prompt=")
        var expected = Provider.microsoft
        expected.limits.messagesPerMinute = 15
        expected.smtp?.security = .implicit
        expected.authorization.deviceEndpoint = nil
        expected.authorization.parameters = [:]
        #expect(try await provider(shell, "microsoft") == expected)
        #expect(await shell.run("providers set microsoft --limit messages-per-minute=15").err.hasPrefix("unchanged"))
        let changed = await shell.run("providers list --format csv").out
        #expect(changed.contains("microsoft,microsoft,Microsoft 365,changed,true"))
        try await shell.set("providers reset microsoft")
        #expect(try await provider(shell, "microsoft") == .microsoft)
        #expect(await shell.run("providers reset microsoft").err.hasPrefix("unchanged"))
        #expect(await shell.run("audit verify").status == 0)
    }

    @Test func whatNeedNotBeThereIsCleared() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "providers set microsoft --limit connections= --limit message-size=none --habit unused-consent-days=none --scope graph= --scope graph.app-only=none"
                + " --habit sends-alias-as-primary=none --identity-scopes none --imap none --smtp none --keys-endpoint none --issuer none")
        let found = try await provider(shell, "microsoft")
        #expect(found.limits.connections == nil && found.limits.messageSize == nil && found.habits.unusedConsentLife == nil)
        #expect(found.scopes[.graph] == nil && found.scopes[.smtp] != nil && found.habits.sendsAliasAsPrimary.isEmpty)
        #expect(found.authorization.identityScopes.isEmpty && found.imap == nil && found.smtp == nil && found.pop != nil)
        #expect(found.authorization.keysEndpoint == nil && found.authorization.issuer == nil)
        #expect(await shell.run("providers set microsoft --scope graph=none").err.hasPrefix("unchanged"))
    }

    @Test func anOwnAuthorityIsSetAndCleared() async throws {
        let shell = try await Shell.withStore()
        let pem = try shell.file("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        try await shell.set(Self.house, "providers set house --trust \(pem)")
        #expect(try await provider(shell, "house").trustedCertificates?.contains("AAAA") == true)
        #expect(await shell.run("providers show house").out.contains(/trusts own authority +yes/))
        try await shell.set("providers set house --trust none")
        #expect(try await provider(shell, "house").trustedCertificates == nil)
    }

    @Test func showHasEverything() async throws {
        let shell = try await Shell.withStore()
        for original in Provider.builtIn {
            let answer = await shell.run("providers show \(original.id) --format json")
            let sheet = try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [String: Any])
            for place in original.places { #expect(sheet[place.name.replacing("-", with: "_")] as? String == place.address) }
            for name in HabitName.allCases { #expect(sheet[name.rawValue.replacing("-", with: "_")] != nil) }
            for name in LimitName.allCases { #expect(sheet["limit_" + name.rawValue.replacing("-", with: "_")] != nil) }
            #expect(sheet["origin"] as? String == "built-in" && sheet["trusted"] as? Bool == true)
        }
    }

    @Test func whatIsUsedStaysUnlessItCascades() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            Self.house, "applications add app --provider house --tenant t.example --client-id 1 --secret-from -",
            "grants add staff --application app --kind app-only", "mailboxes add m@example.org --grant staff")
        let refused = await shell.run("providers remove house")
        #expect(refused.status == 65 && refused.err.contains("--cascade"))
        try await shell.set("providers remove house --cascade")
        let directory = try await shell.directory()
        #expect(directory.provider(ProviderID(trusted: "house")) == nil)
        #expect(directory.allMailboxes.first { _ in true } == nil)
        #expect(await shell.run("audit verify").status == 0)
    }

    @Test func aBuiltInOneStaysThoughNothingUsesIt() async throws {
        let shell = try await Shell.withStore()
        try await shell.set("providers set google --limit connections=1")
        let refused = await shell.run("providers remove google")
        #expect(
            refused.status == 65 && refused.err.contains("is built in") && refused.err.contains("providers reset google"), "\(refused.err)")
        try await shell.set("providers reset google")
        #expect(try await provider(shell, "google") == .google)
    }
}
