import Foundation
import Relay
import Sandbox
import Testing

@testable import Main

/// Whether a mailbox may use an address, asked of the provider by commands: Gmail's list, and a marked message elsewhere.
@Suite(.serialized) struct StandingJourneyTests {
    private static let boss = "boss@contoso.example"

    @Test(arguments: ["microsoft", "google"]) func askedDeniedPermittedProven(_ provider: String) async throws {
        try await GrantJourney.with(provider == "google" ? .google : .microsoft) { admin in
            try await setUp(admin)
            let denied = await admin.shell.run(["standings", "probe", GrantJourney.ann, Self.boss], at: Date())
            #expect(denied.status == ExitStatus.notPermitted.rawValue, "\(denied.err)")
            #expect(try await admin.run("standings", "list").out.contains("denied"))
            admin.sandbox.changeTenant { $0.grants.append(SendingGrant(.sendAs, login: GrantJourney.ann, address: Self.boss)) }
            try await admin.run("standings", "probe", GrantJourney.ann, Self.boss)
            #expect(try await admin.run("standings", "list").out.contains("proven"))
            let probes = admin.sandbox.record.messages
            if provider == "google" {
                #expect(probes.isEmpty, "Google can be asked")
                #expect(admin.sandbox.record.requests(at: .gmailSenders).count == 2)
            } else {
                #expect(probes.map(\.from) == [[Self.boss]])
                #expect(probes.flatMap(\.recipients).map(\.address) == [GrantJourney.ann], "to the mailbox itself and nobody else")
            }
            try await admin.run("standings", "clear", GrantJourney.ann, Self.boss)
            #expect(try await !admin.run("standings", "list").out.contains("proven"))
            #expect(try await admin.run("standings", "clear", GrantJourney.ann, Self.boss).err.hasPrefix("unchanged"))
        }
    }

    private func setUp(_ admin: GrantJourney) async throws {
        let name = admin.provider.text
        try await admin.run("providers", "set", name, "--gmail-api", admin.sandbox.baseAddress)
        let token = try admin.shell.file("token", try await admin.tokenOfAnother())
        try await admin.addApplication(["--client-id", GrantJourney.clientID, "--no-secret"])
        try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "command", "--", "/bin/cat", token)
        try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann")
    }
}
