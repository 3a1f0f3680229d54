import Foundation
import Relay
import TestSupport
import Testing

@testable import Main

/// What holds for grants in one way alone, and so is no case of `Fixtures/administration`.
struct GrantRuleTests {
    private func company() throws -> DirectoryDocument {
        try DirectoryDocument(DirectoryFile.value(of: FixtureFolder.at("administration").text("company.yaml"), "company.yaml"))
    }

    /// Whoever may say which program is run may do whatever the service may.
    @Test(.timeLimit(.minutes(20))) func aProgramIsNamedOnTheMachineAlone() async throws {
        try await ThreeWays.with { ways in
            try await ways.begin(try company(), people: [.request, .form])
            let said = #"{"name": "box", "application": "tracker", "kind": "command", "command": ["/bin/true"]}"#
            let refused = try await ways.send("POST", "/v1/grants", body: said, ifMatch: nil)
            #expect(refused.status == 403 && refused["code"] as? String == "not-permitted", "\(refused.status) \(refused.text)")
            let form = try await ways.post(
                "/applications/app-tracker/mailboxes", [("mailbox_address", "box@example.org"), ("grant", "new-command")])
            #expect(form.status == 422)
            let made = await ways.run(
                ["grants", "add", "box", "--application", "tracker", "--kind", "command", "--", "/bin/true"], input: "")
            #expect(made.status == 0, "\(made.err)")
            let id = try #require(try await ways.snapshot().directory.allGrants.first { $0.name == "box" }?.id)
            let another = try await ways.send("PATCH", "/v1/grants/\(id)", body: #"{"command": ["/bin/false"]}"#, ifMatch: "*")
            #expect(another.status == 403, "\(another.text)")
            let renamed = try await ways.send("PATCH", "/v1/grants/\(id)", body: #"{"name": "casket"}"#, ifMatch: "*")
            #expect(renamed.status == 200, "\(renamed.text)")
            #expect(try await ways.snapshot().directory.grant(id)?.command == ["/bin/true"])
        }
    }

    /// Whoever may say what the service reads and shows to a provider may have it read anything to anybody.
    @Test(.timeLimit(.minutes(20))) func aTokenOfTheMachinesOwnIsNamedThereAlone() async throws {
        try await ThreeWays.with { ways in
            try await ways.begin(try company(), people: [.request])
            let path = "/v1/applications/app-tracker"
            let body = #"{"federated_credential": {"file": "/etc/shadow"}}"#
            let refused = try await ways.send("PATCH", path, body: body, ifMatch: "*")
            #expect(refused.status == 403 && refused["code"] as? String == "not-permitted", "\(refused.status) \(refused.text)")
            for file in ["etc/token", "../token"] {
                let wrong = await ways.run(["applications", "set", "tracker", "--untried", "--federated-token-file", file], input: "")
                #expect(wrong.status != 0 && wrong.err.contains("whole path"), "\(file): \(wrong.err)")
            }
            for url in [
                "http://token.example/", "ftp://169.254.169.254/", "http://169.254.169.254.evil.example/", "http://u@169.254.169.254/",
            ] {
                let wrong = await ways.run(["applications", "set", "tracker", "--untried", "--federated-token-url", url], input: "")
                #expect(wrong.status != 0, "\(url): \(wrong.out)")
            }
            let made = await ways.run(["applications", "set", "tracker", "--untried", "--managed-identity"], input: "")
            #expect(made.status == 0, "\(made.err)")
            let read = try await ways.send("GET", path, body: nil, ifMatch: nil)
            #expect(read.text.contains("169.254.169.254") && read.text.contains("Metadata: true"), "\(read.text)")
            // What is there stays with what else is changed, and a secret takes its place.
            let renamed = try await ways.send("PATCH", path, body: #"{"name": "other"}"#, ifMatch: "*")
            #expect(renamed.status == 200, "\(renamed.text)")
            #expect(
                try await ways.snapshot().directory.application(ApplicationID(trusted: "app-tracker"))?.federatedCredential
                    == .managedIdentity())
            let secret = await ways.run(["applications", "set", "app-tracker", "--untried", "--secret-from", "-"], input: "s3cret")
            #expect(secret.status == 0, "\(secret.err)")
            #expect(try await ways.snapshot().directory.application(ApplicationID(trusted: "app-tracker"))?.federatedCredential == nil)
        }
    }

    @Test(.timeLimit(.minutes(20))) func aConsentAloneWritesWhoGaveIt() async throws {
        try await ThreeWays.with { ways in
            try await ways.begin(try company(), people: [.request])
            let path = "/v1/grants/g-person"
            let pin = try await ways.snapshot().directory.grant(GrantID(trusted: "g-person"))?.pin
            for body in [#"{"pin": {"realm": "contoso", "subject": "eve-1"}}"#, #"{"pin": {"realm": "other", "subject": "ann-1"}}"#] {
                let answer = try await ways.send("PATCH", path, body: body, ifMatch: "*")
                #expect(answer.status == 403 && answer["code"] as? String == "not-permitted", "\(answer.status) \(answer.text)")
            }
            let made = try await ways.send(
                "POST", "/v1/grants",
                body: #"{"name": "eve", "kind": "consent", "application": "tracker", "pin": {"realm": "contoso", "subject": "eve-1"}}"#,
                ifMatch: nil)
            #expect(made.status == 403, "\(made.text)")
            let cleared = try await ways.send("PATCH", path, body: #"{"pin": null, "enabled": false}"#, ifMatch: "*")
            #expect(cleared.status == 200, "\(cleared.text)")
            #expect(try await ways.snapshot().directory.grant(GrantID(trusted: "g-person"))?.pin == pin)
            let other = try await ways.send(
                "PUT", path, body: #"{"name": "person", "kind": "app-only", "application": "tracker"}"#, ifMatch: "*")
            #expect(other.status == 409 && other["code"] as? String == "wrong-state", "\(other.text)")
        }
    }
}
