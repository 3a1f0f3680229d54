import Foundation
import Relay
import Sandbox
import TestSupport
import Testing

@testable import Main

/// Each kind of grant from an empty store to a message at the provider, through the commands alone, with the built-in providers of both flavours.
@Suite(.serialized) struct GrantJourneyTests {
    enum Way: String, CaseIterable {
        case browser, paste, device, secret, certificate, federated, serviceAccount, program
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let provider: String
        let habits: Habits
        let way: Way

        var testDescription: String { "\(provider), \(way)" }
    }

    static let cases =
        [Way.browser, .paste, .device, .secret, .certificate, .federated, .program].map {
            Case(provider: "microsoft", habits: .microsoft, way: $0)
        }
        + [Way.browser, .paste, .serviceAccount, .program].map { Case(provider: "google", habits: .google, way: $0) }

    @Test(arguments: cases) func fromNothingToAMessage(_ journey: Case) async throws {
        try await GrantJourney.with(journey.habits) { admin in
            try await grant(journey.way, admin)
            try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann")
            let check = await admin.shell.run(["mailboxes", "check", GrantJourney.ann], at: Date())
            #expect(check.status == 0 && check.out.contains("signed in as \(GrantJourney.ann)"), "\(check.out)")
            #expect(try await admin.run("grants", "show", "ann").out.contains("healthy"))
            try await admin.run(
                "send", "--purpose", "notification", "--to", "customer@elsewhere.example",
                input: "To: customer@elsewhere.example\n\nHello.\n")
            let service = try Program([
                try Premises.program(), "serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--store", admin.shell.store,
            ])
            for _ in 0..<600 where admin.sandbox.record.messages.isEmpty { await Live.system().wait(0.05) }
            #expect(await service.stop() == 0)
            let arrived = admin.sandbox.record.messages
            #expect(arrived.map(\.login) == [GrantJourney.ann])
            #expect(arrived.map(\.from) == [[GrantJourney.ann]])
        }
    }

    /// Through Graph and the Gmail API instead of SMTP, which many tenants have switched off.
    @Test(arguments: ["graph", "gmail"]) func anAPICarriesItToo(_ transport: String) async throws {
        try await GrantJourney.with(transport == "gmail" ? .google : .microsoft) { admin in
            let base = admin.sandbox.baseAddress
            try await admin.run(
                "providers", "set", admin.provider.text, "--\(transport)-api", transport == "gmail" ? base : base + "/v1.0")
            if transport == "gmail" {
                try await grant(
                    .paste, admin,
                    before: { try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann", "--transport", transport) })
            } else {
                try await grant(.secret, admin)
                try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann", "--transport", transport)
            }
            let check = try await admin.run("mailboxes", "check", GrantJourney.ann, "--outgoing")
            #expect(check.out.contains("✓ sending as"), "\(check.out)")
            try await admin.run(
                "send", "--purpose", "notification", "--to", "customer@elsewhere.example",
                input: "To: customer@elsewhere.example\n\nHello.\n")
            let service = try Program([
                try Premises.program(), "serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--store", admin.shell.store,
            ])
            _ = await admin.sandbox.record { $0.messages.contains { $0.recipients.map(\.address) == ["customer@elsewhere.example"] } }
            #expect(await service.stop() == 0)
            #expect(!admin.sandbox.record.signIns.contains { $0.door == .submission }, "nothing went by SMTP")
        }
    }

    /// A tenant that lets nobody but an administrator consent: what to do is said where it went wrong, there is a letter to send along, and then it goes on.
    @Test func aTenantThatBlocksConsentSaysTheWayOn() async throws {
        try await GrantJourney.with(.microsoft) { admin in
            try await consentGrant(admin)
            let browser = admin.browser()
            let end = try await admin.authorize("--paste") { address in
                let state = try #require(address.firstMatch(of: #/[?&]state=([^&]+)/#)?.1)
                return "http://localhost:\(admin.port)/?error=access_denied&error_description=AADSTS90094%3A+admin+approval&state=\(state)"
            }
            #expect(
                end.status != 0 && end.words.contains("mandate grants letter ann") && end.words.contains("/v2.0/adminconsent?"),
                "\(end.words)")
            let letter = try await admin.run("grants", "letter", "ann").out
            #expect(letter.contains("/v2.0/adminconsent?client_id=\(GrantJourney.clientID)") && letter.contains("SMTP.Send"), "\(letter)")
            let again = try await admin.authorize("--paste") { try await browser.answer($0, as: GrantJourney.ann) }
            #expect(again.status == 0, "\(again.words)")
        }
    }

    /// A role that was not consented to is told by its name, with what the token has and where the role is given; a token of before is not what is asked with once it is.
    @Test(arguments: [("smtp", "SMTP.SendAsApp", "Office 365 Exchange Online"), ("graph", "Mail.Send", "Microsoft Graph")])
    func aMissingRoleIsNamed(_ transport: String, _ role: String, _ resource: String) async throws {
        try await GrantJourney.with(.microsoft) { admin in
            try await admin.run("providers", "set", admin.provider.text, "--graph-api", admin.sandbox.baseAddress + "/v1.0")
            try await grant(.secret, admin)
            try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann", "--transport", transport)
            admin.sandbox.changeTenant { $0.applications[0].roles.remove(role) }
            try await admin.run(
                "send", "--purpose", "notification", "--to", "customer@elsewhere.example",
                input: "To: customer@elsewhere.example\n\nHello.\n")
            func serve(until condition: @escaping @Sendable (Record) -> Bool) async throws {
                let service = try Program([
                    try Premises.program(), "serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--store",
                    admin.shell.store,
                ])
                _ = await admin.sandbox.record(until: condition)
                #expect(await service.stop() == 0)
            }
            // Once with what it had, and once with a fresh one.
            let issued = admin.sandbox.record.tokensIssued
            try await serve { $0.tokensIssued >= issued + 2 }
            var shown = ""
            for _ in 0..<200 where !shown.contains(role) {
                await Live.system().wait(0.05)
                shown = await admin.shell.run(["queue", "list", "--format", "csv"], at: Date()).out
            }
            #expect(shown.contains("and not \(role)") && shown.contains(resource) && shown.contains("Grant admin consent"), "\(shown)")
            if transport == "smtp" {
                let check = await admin.shell.run(["mailboxes", "check", GrantJourney.ann], at: Date())
                #expect(check.status != 0 && check.out.contains("and not \(role)"), "\(check.out)")
            }
            admin.sandbox.changeTenant { $0.applications[0].roles.insert(role) }
            try await admin.run("mailboxes", "resume", GrantJourney.ann)
            try await serve { !$0.messages.isEmpty }
            #expect(admin.sandbox.record.messages.map(\.login) == [GrantJourney.ann])
        }
    }

    /// Nothing is stored, so what is on disk is what counts: of another subject the provider refuses it and says what to enter, one that ended is never shown, and one
    /// that is put in its place works while the service runs.
    @Test func aTokenOfTheMachinesOwnIsRotatedWhileItRuns() async throws {
        try await GrantJourney.with(.microsoft) { admin in
            try await grant(.federated, admin)
            let issuer = try WorkloadIssuer()
            admin.sandbox.changeTenant { $0.applications[0].federatedIdentities = [issuer.identity] }
            let file = URL(fileURLWithPath: admin.shell.folder).appending(path: "token")
            func write(subject: String = WorkloadIssuer.subject, _ life: Double = 3600) throws {
                try Data(try issuer.token(subject: subject, expires: Date(timeIntervalSinceNow: life)).utf8).write(
                    to: file, options: .atomic)
            }
            try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann")
            try write(subject: "somebody else")
            let refused = await admin.shell.run(["mailboxes", "check", GrantJourney.ann], at: Date())
            #expect(
                refused.status != 0 && refused.out.contains("AADSTS700213") && refused.out.contains("subject somebody else"),
                "\(refused.out)")
            try write(-1)
            let issued = admin.sandbox.record.tokenRequests.count
            let ended = await admin.shell.run(["mailboxes", "check", GrantJourney.ann], at: Date())
            #expect(ended.status != 0 && ended.out.contains("it ended at"), "\(ended.out)")
            #expect(admin.sandbox.record.tokenRequests.count == issued, "it is not shown")
            try write()
            let shown = try await admin.run("applications", "set", "tracker", "--federated-token-file", file.path)
            #expect(shown.err.contains("subject \(WorkloadIssuer.subject)") && !shown.err.contains("AADSTS"), "\(shown.err)")
            let good = await admin.shell.run(["mailboxes", "check", GrantJourney.ann], at: Date())
            #expect(good.status == 0, "\(good.out)\(good.err)")
            let application = try await admin.run("applications", "show", "tracker").out
            #expect(application.contains("the token in \(file.path)") && application.contains("Federated credentials"), "\(application)")
            #expect(try await admin.run("export").out.contains("federated_credential"))
        }
    }

    /// What Azure's workload identity puts into the environment is read as its SDKs read it.
    @Test func whatAzureNamesIsTaken() async throws {
        try await GrantJourney.with(.microsoft) { admin in
            let file = try admin.shell.file("token", try WorkloadIssuer().token(expires: Date(timeIntervalSinceNow: 3600)))
            let azure = [
                "AZURE_CLIENT_ID": GrantJourney.clientID, "AZURE_TENANT_ID": admin.sandbox.tenant.id, "AZURE_FEDERATED_TOKEN_FILE": file,
            ]
            let add = ["applications", "add", "tracker", "--provider", admin.provider.text, "--workload-identity"]
            let without = await admin.shell.run(add, at: Date())
            #expect(without.status != 0 && without.err.contains("AZURE_FEDERATED_TOKEN_FILE is not set"), "\(without.err)")
            let cloud = await admin.shell.run(
                add, environment: azure.merging(["AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us/"]) { $1 }, at: Date())
            #expect(cloud.status != 0 && cloud.err.contains("name the provider of that cloud"), "\(cloud.err)")
            let answer = await admin.shell.run(add, environment: azure, at: Date())
            #expect(answer.status == 0, "\(answer.err)")
            let shown = try await admin.run("applications", "show", "tracker").out
            #expect(shown.contains(GrantJourney.clientID) && shown.contains(admin.sandbox.tenant.id) && shown.contains(file))
        }
    }

    /// Google gives no mail permissions to a device, and the command says what to do instead.
    @Test func googleHasNoDeviceWay() async throws {
        try await GrantJourney.with(.google) { admin in
            try await consentGrant(admin)
            let answer = await admin.shell.run("grants authorize ann --device")
            #expect(answer.status == ExitStatus.configuration.rawValue && answer.err.contains("--paste"), "\(answer.err)")
            #expect(admin.sandbox.record.requests.isEmpty, "nothing is asked that will be refused")
        }
    }

    /// Whoever signs in instead is refused with both names, whichever way.
    @Test(arguments: [Way.browser, .paste, .device]) func anotherPersonIsRefused(_ way: Way) async throws {
        try await GrantJourney.with(.microsoft) { admin in
            try await consentGrant(admin)
            let end = try await consent(way, as: GrantJourney.bob, admin)
            #expect(end.status == ExitStatus.notPermitted.rawValue)
            #expect(end.words.contains(GrantJourney.bob) && end.words.contains(GrantJourney.ann), "\(end.words)")
            let journal = await admin.shell.run(["audit", "journal", "--kind", "consent-failed", "--format", "csv"], input: "")
            #expect(journal.out.contains("code=wrong-person") && !journal.out.contains(GrantJourney.bob), "\(journal.out)")
        }
    }

    private func consentGrant(_ admin: GrantJourney) async throws {
        try await admin.addApplication([
            "--client-id", GrantJourney.clientID, "--secret-from", try admin.shell.file("secret", "s3cret"), "--secret-expires",
            "2030-01-01",
            "--tenant", admin.sandbox.tenant.id,
        ])
        try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "consent", "--principal", GrantJourney.ann)
    }

    /// `before`: what is done between the grant and its consent, which is asked for what its mailboxes need.
    private func grant(_ way: Way, _ admin: GrantJourney, before: () async throws -> Void = {}) async throws {
        switch way {
        case .browser, .paste, .device:
            try await consentGrant(admin)
            try await before()
            let end = try await consent(way, as: GrantJourney.ann, admin)
            #expect(end.status == 0 && end.words.contains("\(GrantJourney.ann) consented"), "\(end.words)")
        case .federated:
            let issuer = try WorkloadIssuer()
            admin.sandbox.changeTenant {
                $0.applications[0].secrets = []
                $0.applications[0].federatedIdentities = [issuer.identity]
            }
            let file = try admin.shell.file("token", try issuer.token(expires: Date(timeIntervalSinceNow: 3600)))
            try await admin.addApplication([
                "--client-id", GrantJourney.clientID, "--tenant", admin.sandbox.tenant.id, "--federated-token-file", file,
            ])
            try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "app-only")
        case .secret, .certificate:
            let credentials =
                way == .secret
                ? ["--secret-from", try admin.shell.file("secret", "s3cret"), "--secret-expires", "2030-01-01"]
                : [
                    "--certificate", try admin.shell.file("app.crt", admin.certificate.pem), "--key-from",
                    try admin.shell.file("app.key", admin.certificate.key),
                ]
            try await admin.addApplication(["--client-id", GrantJourney.clientID, "--tenant", admin.sandbox.tenant.id] + credentials)
            try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "app-only")
        case .serviceAccount:
            let key = try JSONSerialization.data(withJSONObject: [
                "type": "service_account", "client_email": "mailer@project.example", "client_id": GrantJourney.clientID,
                "private_key_id": "k1", "private_key": admin.serviceKey, "token_uri": "https://oauth2.googleapis.com/token",
            ])
            try await admin.addApplication([
                "--service-account-key", try admin.shell.file("key.json", String(decoding: key, as: UTF8.self)),
            ])
            try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "service-account")
        case .program:
            try await admin.addApplication(["--client-id", GrantJourney.clientID, "--no-secret"])
            let token = try admin.shell.file("token", try await admin.tokenOfAnother())
            try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "command", "--", "/bin/cat", token)
        }
    }

    private func consent(_ way: Way, as login: String, _ admin: GrantJourney) async throws -> (status: Int32, words: String) {
        let browser = admin.browser()
        switch way {
        case .browser:
            return try await admin.authorize { address in
                let page = try await browser.follow(try await browser.consent(at: address, as: login))
                #expect(page.body.contains(login == GrantJourney.ann ? "Consent given" : "No consent"), "\(page.body)")
                return nil
            }
        case .paste: return try await admin.authorize("--paste") { try await browser.answer($0, as: login) }
        case .device:
            return try await admin.authorize("--device") { code in
                #expect(admin.sandbox.enter(userCode: code, login: login))
                return nil
            }
        case .secret, .certificate, .federated, .serviceAccount, .program: throw CommandFailure.data("nobody consents to \(way)")
        }
    }
}
