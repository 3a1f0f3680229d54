import Foundation
import Relay
import Sandbox
import TestSupport
import Testing

@testable import Main

/// A tenant at its limit of people outside, with a server that says so as the real ones do, and an administrator who wonders.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TenantLimitTests {
    @Test(arguments: [Habits.TenantLimitPlace.recipient, .content]) func whatIsForOthersWaitsAndIsExplained(
        _ place: Habits.TenantLimitPlace
    ) async throws {
        try await GrantJourney.with(.microsoft) { admin in
            admin.sandbox.changeHabits {
                $0.tenantRecipientsPerDay = 2
                $0.tenantLimitAt = place
            }
            try await admin.addApplication([
                "--client-id", GrantJourney.clientID, "--secret-from", try admin.shell.file("secret", "s3cret"), "--secret-expires",
                "2030-01-01", "--tenant", admin.sandbox.tenant.id, "--domain", "contoso.example", "--licences", "1",
            ])
            try await admin.run("grants", "add", "ann", "--application", "tracker", "--kind", "app-only")
            try await admin.run("mailboxes", "add", GrantJourney.ann, "--grant", "ann")
            for number in 0..<4 {
                try await admin.run(
                    "send", "--purpose", "notification", "--to", "x\(number)@else.example", "--to", GrantJourney.bob,
                    input: "To: x\(number)@else.example, \(GrantJourney.bob)\n\nHello.\n")
            }
            let service = try Program([
                try Premises.program(), "serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--store", admin.shell.store,
            ])
            // Three at once may be let in before the pretend provider has counted any of them.
            var (outside, inside, waiting) = (0, 0, 0)
            for _ in 0..<600 where inside < 4 || outside + waiting < 4 {
                await Live.system().wait(0.05)
                let reached = admin.sandbox.record.messages.flatMap(\.recipients).map(\.address)
                inside = reached.count { $0 == GrantJourney.bob }
                outside = reached.count - inside
                let queue = await admin.shell.run(["queue", "list", "--format", "csv"], at: Date()).out
                waiting = queue.components(separatedBy: "may write to nobody outside until").count - 1
            }
            #expect(await service.stop() == 0)
            #expect(inside == 4 && (2...3).contains(outside) && outside + waiting == 4, "\(inside) \(outside) \(waiting)")
            let doctor = await admin.shell.run(["doctor"], at: Date())
            #expect(doctor.out.contains("tenant \(admin.sandbox.tenant.id): it may write to nobody outside until"), "\(doctor.out)")
            #expect(doctor.out.contains("5.7.233") && doctor.out.contains("\(outside) of 10000 recipients outside in 24 hours"))
            let shown = try await admin.run("applications", "show", "tracker").out
            #expect(shown.contains("nobody outside until"), "\(shown)")
        }
    }
}
