import TestSupport
import Testing

@testable import Relay

/// What a tenant has set up against a consent is told apart by the provider's words, and each has a way on.
struct ConsentObstacleTests {
    private func obstacle(_ error: String, _ detail: String, _ way: ConsentAttempt.Way = .pasted, at kind: ProviderKind = .microsoft)
        -> ConsentObstacle.Kind?
    { ConsentObstacle(.declined(error: error, description: detail), way: way, at: kind)?.kind }

    @Test(arguments: [
        ("access_denied", "AADSTS90094: An administrator of Contoso has set a policy"), ("invalid_grant", "AADSTS65001: has not consented"),
        ("consent_required", ""), ("admin_consent", ""), ("access_denied", "AADSTS90095: Admin consent is required"),
    ]) func onlyAnAdministratorMay(_ error: String, _ detail: String) { #expect(obstacle(error, detail) == .adminConsent) }

    @Test func aPolicyAgainstDeviceCodesIsNoneAgainstBrowsers() {
        let words = "AADSTS53003: Access has been blocked by Conditional Access policies."
        #expect(obstacle("access_denied", words, .device) == .deviceCodeBlocked)
        #expect(obstacle("access_denied", words, .browser) == .signInBlocked)
        #expect(
            ConsentObstacle(.token(.grant(error: "invalid_grant", detail: words)), way: .device, at: .microsoft)?.kind == .deviceCodeBlocked
        )
    }

    @Test func googlesAreItsErrors() {
        #expect(obstacle("admin_policy_enforced", "", at: .google) == .notTrusted)
        #expect(obstacle("org_internal", "", at: .google) == .ownOrganisationOnly)
        #expect(obstacle("consent_required", "AADSTS65001", at: .google) == nil)
    }

    /// A person who says no has not been kept from it.
    @Test(arguments: [("access_denied", "AADSTS65004: User declined to consent"), ("access_denied", ""), ("server_error", "AADSTS90033")])
    func othersAreNone(_ error: String, _ detail: String) { #expect(obstacle(error, detail) == nil) }

    private func purpose(_ provider: Provider) throws -> ConsentPurpose {
        let application = Application(
            id: ApplicationID(trusted: "a"), name: "Tracker", provider: provider.id, tenant: "contoso.example", clientID: "c-1")
        let grant = Grant(
            id: GrantID(trusted: "g"), name: "ann", kind: .consent, application: application.id, principal: "ann@contoso.example")
        let directory = Directory([.provider(provider), .application(application), .grant(grant)])
        return try #require(ConsentPurpose(grant.id, in: directory))
    }

    @Test func theAddressForAdministratorsIsTheTenantsOwn() throws {
        let address = try #require(try purpose(.microsoft).adminConsentAddress(redirectURI: "http://localhost:1/OAuth2/a"))
        #expect(address.hasPrefix("https://login.microsoftonline.com/contoso.example/v2.0/adminconsent?client_id=c-1&scope="))
        #expect(
            address.contains("SMTP.Send") && address.contains("Mail.Send")
                && address.contains("redirect_uri=http%3A%2F%2Flocalhost%3A1%2FOAuth2%2Fa"))
        #expect(try purpose(.google).adminConsentAddress(redirectURI: "x") == nil)
    }

    /// One consent is for both ways to send.
    @Test func oneConsentCoversSMTPAndGraph() throws {
        #expect(try purpose(.microsoft).resources == [.smtp, .graph])
        #expect(try purpose(.google).resources == [.smtp])
    }

    @Test func theLetterSaysWhatIsAskedForAndWhy() throws {
        let letter = try purpose(.microsoft).letter(redirectURI: "http://localhost:1/OAuth2/a")
        for words in [
            "Client id        c-1", "ann@contoso.example", "SMTP.Send", "hands mail in over SMTP", "offline_access", "/v2.0/adminconsent?",
            "How to take it back",
        ] {
            #expect(letter.contains(words), "\(words)")
        }
        let google = try purpose(.google).letter(redirectURI: "http://localhost:1/OAuth2/a")
        #expect(google.contains("Manage app access") && google.contains("https://mail.google.com/"))
    }
}
