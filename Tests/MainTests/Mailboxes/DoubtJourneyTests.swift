import Foundation
import Logging
import Mail
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// A pair comes into doubt while the service runs: it asks the provider itself, and the answer decides for all.
@Suite(.serialized) struct DoubtJourneyTests {
    private static let tracker = "tracker@fabrikam.example"

    private func with(_ body: (Premises) async throws -> Void) async throws {
        try await Premises.with { premises in
            let service = try await RelayService(
                store: premises.store, vault: premises.vault, node: "test", live: premises.live,
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let running = Task { try await service.run() }
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(premises)) } catch { outcome = .failure(error) }
            running.cancel()
            _ = await running.result
            try outcome.get()
        }
    }

    private func standing(_ premises: Premises, _ from: String, until isWanted: (Standing) -> Bool) async throws {
        let key = StandingKey(
            Account(provider: DemoCommand.providerID, login: Self.tracker), from: try EmailAddress(from), transport: .smtp)
        while true {
            if let found = try await premises.store.conditions(of: nil).standing(key), isWanted(found) { return }
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    private func accept(_ premises: Premises, from: String, _ subject: String) async throws {
        var stage = AcceptStage(
            Submission(recipients: [Recipient(address: try EmailAddress("customer@elsewhere.example"))]),
            AcceptStage.Surroundings(
                store: premises.store,
                decider: { question throws(StoreFailure) in try await StoreDecider(store: premises.store).decider(for: question) },
                now: premises.live.now, generator: { premises.live.generator }, domain: try Domain("test.mandate.example")))
        try await stage.consume(Array("From: \(from)\r\nTo: customer@elsewhere.example\r\nSubject: \(subject)\r\n\r\nBody.\r\n".utf8))
        _ = try await stage.finish()
    }

    private let denial = Reply(554, "5.2.252 SendAsDenied; tracker@fabrikam.example not allowed to send as tracker@fabrikam.example;")

    /// One odd message of the carrier's own: before, all mail was refused from then on.
    @Test(.timeLimit(.minutes(20))) func anOddMessageClosesNoPair() async throws {
        try await with { premises in
            premises.sandbox.add(.at(.content, .reply(denial), login: Self.tracker))
            try await accept(premises, from: Self.tracker, "odd")
            try await standing(premises, Self.tracker) { $0.word == "proven" }
            try await accept(premises, from: Self.tracker, "next")
            let messages = await premises.sandbox.messages(atLeast: 2)
            #expect(messages.map { $0.recipients.map(\.address) } == [[Self.tracker], ["customer@elsewhere.example"]])
        }
    }

    /// The right was taken away at the provider: one message and one probe find out, and mail takes the next route.
    @Test(.timeLimit(.minutes(20))) func aRightThatIsGoneCostsTwoRefusals() async throws {
        try await with { premises in
            premises.sandbox.changeTenant { $0.grants.removeAll { $0.address == "bob@fabrikam.example" } }
            try await accept(premises, from: "bob@fabrikam.example", "one")
            try await standing(premises, "bob@fabrikam.example") { $0.word == "denied" }
            for subject in ["two", "three"] { try await accept(premises, from: "bob@fabrikam.example", subject) }
            let messages = await premises.sandbox.messages(atLeast: 3)
            #expect(messages.allSatisfy { $0.from == [Self.tracker] }, "by Reply-To")
        }
    }

    /// An envelope sender that nobody granted is not used, and never tried.
    @Test(.timeLimit(.minutes(20))) func anEnvelopeSenderThatNobodyGrantedIsNotUsed() async throws {
        try await with { premises in
            _ = try await premises.store.apply(
                DirectoryEdit([.put(.setting(SettingKey(.envelope), "bounce@fabrikam.example"))], by: "test", at: premises.live.now()))
            try await accept(premises, from: Self.tracker, "one")
            let messages = await premises.sandbox.messages(atLeast: 1)
            #expect(messages.first?.sender.address == Self.tracker)
            #expect(try await premises.store.conditions(of: nil).allStandings.allSatisfy { $0.standing.word != "doubted" })
        }
    }
}
