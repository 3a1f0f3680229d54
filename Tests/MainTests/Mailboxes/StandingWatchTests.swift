import CurlTransmit
import Foundation
import Logging
import Mail
import Relay
import Store
import Synchronization
import Testing

@testable import Main

/// Who asks a provider about a pair in doubt, and when nobody does.
@Suite(.serialized) struct StandingWatchTests {
    private static let account = Account(provider: DemoCommand.providerID, login: "tracker@fabrikam.example")

    /// Two processes of one store: what either sends is counted, and may be looked at while it is under way.
    private final class House: Sendable {
        let sent = Mutex([OutgoingMessage]())
        let meanwhile = Mutex<(@Sendable () async -> Void)?>(nil)
        let key: StandingKey
        private let curl: CurlThread

        init() throws {
            key = StandingKey(StandingWatchTests.account, from: try EmailAddress("bob@fabrikam.example"), transport: .smtp)
            curl = try CurlThread()
        }

        func stop() async { await curl.stop() }

        func prober(_ premises: Premises, _ snapshots: Snapshots) throws -> Prober {
            let renewer = premises.live.renewer(premises.store, premises.vault, holder: "test/1", curl) { snapshots.current.directory }
            return Prober(
                broker: TokenBroker(renewer: renewer),
                transmit: { message throws(TransmitFailure) in
                    self.sent.withLock { $0.append(message) }
                    await self.meanwhile.withLock { $0 }?()
                    return [RecipientReply(stage: .content, reply: ProviderReply(code: 250, enhanced: "2.0.0", text: "ok"))]
                }, senders: GmailSenders(curl),
                marks: try premises.live.marks)
        }

        func watch(_ premises: Premises, holder: String) async throws -> StandingWatch {
            let store = premises.store
            let snapshots = Snapshots(Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil)))
            return StandingWatch(
                prober: try prober(premises, snapshots), store: store, vault: premises.vault, snapshots: snapshots,
                catchUp: {
                    do throws(StoreFailure) { _ = try await snapshots.catchUp(with: store) } catch { Issue.record(error) }
                }, holder: holder, live: premises.live, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
    }

    private func with(_ body: (Premises, House) async throws -> Void) async throws {
        try await Premises.with { premises in
            let house = try House()
            let doubt = Doubt(after: nil, isOwn: false, code: "554 5.2.252", at: premises.live.now())
            try await premises.store.observe([.standing(house.key, .doubted(doubt))], journal: [])
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(premises, house)) } catch { outcome = .failure(error) }
            await house.stop()
            try outcome.get()
        }
    }

    @Test(.timeLimit(.minutes(20))) func ofTwoProcessesOneAsks() async throws {
        try await with { premises, house in
            let one = try await house.watch(premises, holder: "one/1")
            let two = try await house.watch(premises, holder: "two/1")
            house.meanwhile.withLock { $0 = { await two.probe(house.key) } }
            #expect(one.due() == [house.key] && two.due() == [house.key])
            await one.probe(house.key)
            #expect(house.sent.withLock { $0.count } == 1, "while one asks, the other leaves it alone")
            house.meanwhile.withLock { $0 = nil }
            await two.probe(house.key)
            #expect(house.sent.withLock { $0.count } == 1, "and knows the answer afterwards")
            #expect(try await premises.store.conditions(of: nil).standing(house.key)?.word == "proven")
        }
    }

    @Test(.timeLimit(.minutes(20)), arguments: ["hold", "redirect test@example.net"])
    func nothingIsSentWhileMailDoesNotLeave(_ value: String) async throws {
        try await with { premises, house in
            let edit = DirectoryEdit([.put(.setting(SettingKey(.delivery), value))], by: "test", at: premises.live.now())
            _ = try await premises.store.apply(edit)
            let watch = try await house.watch(premises, holder: "one/1")
            #expect(watch.due().isEmpty)
            let directory = watch.snapshots.current.directory
            let mailbox = try #require(directory.mailbox(of: house.key))
            guard case .unknown(let why) = await watch.prober.probe(house.key, through: mailbox, in: directory) else {
                return #expect(Bool(false), "it was asked")
            }
            #expect(why.contains("delivery is \(value)") && why.contains("mandate settings set delivery live"))
            #expect(house.sent.withLock { $0.isEmpty })
        }
    }
}
