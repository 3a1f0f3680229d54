import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// A copy of a store that must not mail anybody: what the setting `delivery` makes of messages that are about to leave.
@Suite(.timeLimit(.minutes(20)))
struct DeliveryTests {
    private func set(_ text: String?, for client: String? = nil, _ service: FakeService) async throws {
        let key = client.map { SettingKey(deliveryOf: ClientID(trusted: $0)) } ?? SettingKey(.delivery)
        let change: DirectoryChange = text.map { .put(.setting(key, $0)) } ?? .remove(EntityKey(.setting, key.description))
        _ = try await service.store.apply(DirectoryEdit([change], by: "root", at: service.clock.now))
    }

    @Test func underHoldNothingLeavesAndTheReasonSaysWhatToDo() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        try await set("hold", service)
        let settlement = try #require(try await service.attempt())
        guard case .held(let why) = settlement.state else { return #expect(Bool(false), "\(settlement.state)") }
        #expect(why.contains("delivery is hold") && why.contains("mandate settings set delivery live"))
        #expect(service.transmit.sent.isEmpty)
        #expect(try settlement.facts("delivery") == ["hold"])
        let editor = QueueEditor(queue: service.store, person: "root", now: { service.clock.now }) { _ throws(StoreFailure) in
            Decider(directory: try await service.store.directory(), conditions: Conditions())
        }
        let refusal = try #require(await #expect(throws: AdministrationRefusal.self) { try await editor.change(["m"], .release) })
        #expect(refusal.description == "m would be held again: delivery is hold; `mandate settings set delivery live`")
        try await set("live", service)
        try await editor.change(["m"], .release)
        #expect(try await service.attempt()?.state == .done)
    }

    @Test func redirectedMailGoesToOneAndNamesTheOthers() async throws {
        let service = try await FakeService()
        try await set("redirect test@example.net", service)
        try await service.accept("m", to: ["rob@example.com", "eve@example.com"], notify: .success)
        let settlement = try #require(try await service.attempt())
        let sent = try #require(service.transmit.sent.first)
        #expect(service.transmit.sent.count == 1)
        #expect(sent.envelope.recipients == [Recipient(address: try EmailAddress("test@example.net"))])
        let text = String(decoding: sent.bytes, as: UTF8.self)
        #expect(text.contains("X-Mandate-Original-Recipients: rob@example.com, eve@example.com\r\n"))
        #expect(text.contains("To: test@example.net\r\n"))
        #expect(settlement.state == .done)
        let reply = "250 2.0.0 ok (redirected to test@example.net)"
        #expect(settlement.outcomes == [0: .sent(reply: reply), 1: .sent(reply: reply)])
        #expect(settlement.notice == nil, "nobody is told that the originals were reached")
        #expect(try settlement.facts("delivery") == ["redirect"])
        for fact in try settlement.attempted().facts { #expect(!fact.value.contains("@"), "\(fact)") }
    }

    /// What the one who gets it is refused, nobody got.
    @Test func aRefusedRedirectionIsEachRecipientsRefusal() async throws {
        let service = try await FakeService()
        try await set("redirect test@example.net", service)
        try await service.accept("m", to: ["rob@example.com", "eve@example.com"])
        service.transmit.answer { _ in .success([RecipientReply.said(.rcpt, 550, "5.1.1", "no such user")]) }
        let settlement = try #require(try await service.attempt())
        #expect(settlement.outcomes.count == 2)
        guard case .failed = settlement.state else { return #expect(Bool(false), "\(settlement.state)") }
    }

    /// A printer whose mail is redirected has a sender in the envelope who knows nothing of the trial.
    @Test(arguments: ["hold", "redirect test@example.net"])
    func noticesObeyWhatIsSetForTheirMessagesClient(_ value: String) async throws {
        let service = try await FakeService()
        let client = Client(id: ClientID(trusted: "c-1"), name: "batch", credential: .uid(1))
        _ = try await service.store.apply(DirectoryEdit([.put(.client(client))], by: "root", at: service.clock.now))
        try await service.accept("m", client: client.id)
        service.transmit.answer { _ in .success([RecipientReply.said(.rcpt, 550, "5.1.1", "no such user")]) }
        #expect(try await service.attempt()?.notice?.message.client == client.id)
        try await set(value, for: client.id.text, service)
        service.transmit.answer { _ in .success([RecipientReply.said(.content, 250, "2.0.0", "ok")]) }
        let settlement = try #require(try await service.attempt())
        #expect(settlement.claim.message.text != "m")
        #expect(try settlement.facts("delivery") == [value == "hold" ? "hold" : "redirect"])
        let reached = service.transmit.sent.dropFirst().flatMap { $0.envelope.recipients.map(\.address.description) }
        #expect(reached == (value == "hold" ? [] : ["test@example.net"]))
    }

    @Test func aClientsOwnValueCountsMoreThanTheOneForAll() throws {
        let client = Client(id: ClientID(trusted: "c-1"), name: "batch", credential: .uid(1))
        let own = SettingKey(deliveryOf: client.id)
        let directory = Directory([.client(client), .setting(SettingKey(.delivery), "hold"), .setting(own, "live")])
        #expect(directory.delivery(of: client.id).delivery == .live)
        #expect(directory.delivery(of: nil).delivery == .hold)
        #expect(directory.delivery(of: ClientID(trusted: "gone")).delivery == .hold)
        #expect(directory.staging == ["all mail is held and does not leave"])
    }

    @Test func whatCannotBeReadLetsNothingOut() {
        #expect(Directory([.setting(SettingKey(.delivery), "redirct x@example.org")]).delivery(of: nil).delivery == .hold)
    }

    @Test(arguments: [
        ("live", true), ("hold", true), ("redirect a@example.org", true), ("redirect", false), ("redirect a", false),
        ("redirect a@example.org b@example.org", false), ("off", false),
    ]) func valuesAreChecked(_ text: String, _ isTaken: Bool) {
        #expect((SettingKey(.delivery).problem(with: text, in: Directory()) == nil) == isTaken)
    }

    @Test func aClientIsNamedByItsNameAndKeptByItsID() throws {
        let client = Client(id: ClientID(trusted: "c-1"), name: "batch", credential: .uid(1))
        let directory = Directory([.client(client)])
        let key = try #require(SettingKey("delivery.batch"))
        #expect(key.named(in: directory).description == "delivery.c-1")
        #expect(key.named(in: directory).problem(with: "hold", in: directory) == nil)
        #expect(try #require(SettingKey("delivery.bach")).problem(with: "hold", in: directory)?.contains("no client bach") == true)
        #expect(SettingKey("mode.batch") == nil)
    }
}
