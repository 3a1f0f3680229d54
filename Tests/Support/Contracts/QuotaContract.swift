package import Relay
internal import Mail
internal import Testing
internal import struct FoundationEssentials.Date

/// A client with a quota hands in so much and no more, whichever way and however many at once.
package struct QuotaContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("hourHoldsSoMany", hourHoldsSoMany), Fact("recipientsCountTogether", recipientsCountTogether),
        Fact("whatLeavesTheQueueMakesRoom", whatLeavesTheQueueMakesRoom), Fact("whatIsGivenUpMakesRoom", whatIsGivenUpMakesRoom),
        Fact("whatIsRemovedMakesRoom", whatIsRemovedMakesRoom), Fact("octetsCountTogether", octetsCountTogether),
        Fact("whatWasThereBeforeCounts", whatWasThereBeforeCounts), Fact("onlyOneOfTwoAtOnceIsTaken", onlyOneOfTwoAtOnceIsTaken),
        Fact("whatIsRefusedIsNotCounted", whatIsRefusedIsNotCounted),
    ]

    private static let client = ClientID(trusted: "crier")

    private func message(_ id: String, client: ClientID = client, to recipients: Int = 1, at seconds: Double = 0) throws -> AcceptedMessage
    {
        let plain = try Samples.message(id, to: (0..<recipients).map { "r\($0)@example.com" }, at: Samples.time(seconds))
        return AcceptedMessage(
            id: plain.id, acceptedAt: plain.acceptedAt, client: client, purpose: nil, user: nil, author: plain.author,
            envelope: plain.envelope, hasEnvelopeSender: true, isAutomatic: false, header: plain.header, bodySize: plain.bodySize,
            digest: plain.digest, messageID: plain.messageID)
    }

    private func hand(_ message: AcceptedMessage, _ quota: Quota, to store: any Store) async throws {
        try await store.accept(
            message, lastChunk: SpoolContract.body, number: 0, .due, lane: nil, quota: quota, request: nil, journal: [], sightings: [])
    }

    private func isRefused(_ message: AcceptedMessage, _ quota: Quota, by store: any Store) async throws -> QuotaExcess? {
        do {
            try await hand(message, quota, to: store)
            return nil
        } catch StoreFailure.overQuota(let excess) {
            return excess
        }
    }

    @Sendable func hourHoldsSoMany() async throws {
        let store = try await make()
        let quota = Quota([.messagesPerHour: 2])
        try await hand(try message("a"), quota, to: store)
        try await hand(try message("b", at: 600), quota, to: store)
        let excess = try await isRefused(try message("c", at: 1200), quota, by: store)
        #expect(excess == QuotaExcess(.messagesPerHour, limit: 2, wait: 2400), "when the first one's minute is an hour ago")
        #expect(try await isRefused(try message("d", client: ClientID(trusted: "other"), at: 1200), quota, by: store) == nil)
        #expect(try await isRefused(try message("e", at: 3599), quota, by: store) != nil)
        #expect(try await isRefused(try message("f", at: 3600), quota, by: store) == nil)
        #expect(try await store.use(of: Self.client, at: Samples.time(3600)).minutes.map(\.messages) == [1, 1])
    }

    @Sendable func recipientsCountTogether() async throws {
        let store = try await make()
        let quota = Quota([.recipientsPerHour: 5])
        try await hand(try message("a", to: 3), quota, to: store)
        #expect(try await isRefused(try message("b", to: 3, at: 60), quota, by: store)?.wait == 3540)
        #expect(try await isRefused(try message("c", to: 6), quota, by: store) == QuotaExcess(.recipientsPerHour, limit: 5, wait: nil))
        try await hand(try message("d", to: 2, at: 60), quota, to: store)
    }

    private func settle(_ store: any Store, as next: Settlement.Next) async throws {
        let entry = try #require(try await SpoolContract.claim(store, 1).first)
        let outcomes: [Int: RecipientOutcome] = next == .done ? [0: .sent(reply: "250")] : [:]
        try await store.settle(Settlement(claim: entry.claim, at: Samples.time(2), state: next, outcomes: outcomes))
    }

    @Sendable func whatLeavesTheQueueMakesRoom() async throws {
        let store = try await make()
        let quota = Quota([.queuedMessages: 1])
        try await hand(try message("a"), quota, to: store)
        #expect(try await isRefused(try message("b"), quota, by: store) == QuotaExcess(.queuedMessages, limit: 1, wait: 60))
        try await settle(store, as: .waiting(until: Samples.time(3), why: "busy"))
        #expect(try await isRefused(try message("b"), quota, by: store) != nil, "it waits, and is there")
        let entry = try #require(try await SpoolContract.claim(store, after: 4).first)
        try await store.settle(Settlement(claim: entry.claim, at: Samples.time(5), state: .done, outcomes: [0: .sent(reply: "250")]))
        #expect(try await isRefused(try message("b"), quota, by: store) == nil)
    }

    @Sendable func whatIsGivenUpMakesRoom() async throws {
        let store = try await make()
        let quota = Quota([.queuedMessages: 1])
        try await hand(try message("a"), quota, to: store)
        try await settle(store, as: .failed(why: "no such user"))
        try await hand(try message("b"), quota, to: store)
        try await store.change(Samples.id("a"), .retry, by: "root", at: Samples.time(3))
        #expect(try await store.use(of: Self.client, at: Samples.time(3)).queuedMessages == 2, "a person may bring it back")
        try await store.change(Samples.id("a"), .remove, by: "root", at: Samples.time(3))
        #expect(try await store.use(of: Self.client, at: Samples.time(3)).queuedMessages == 1)
    }

    @Sendable func whatIsRemovedMakesRoom() async throws {
        let store = try await make()
        let quota = Quota([.queuedMessages: 2])
        for id in ["a", "b"] { try await hand(try message(id), quota, to: store) }
        try await store.change(Samples.id("a"), .remove, by: "root", at: Samples.time(3))
        try await settle(store, as: .failed(why: "no such user"))
        try await store.change(Samples.id("b"), .remove, by: "root", at: Samples.time(3))
        let use = try await store.use(of: Self.client, at: Samples.time(3))
        #expect(use.queuedMessages == 0 && use.queuedOctets == 0)
    }

    @Sendable func octetsCountTogether() async throws {
        let store = try await make()
        let size = try message("a").size
        let quota = Quota([.queuedOctets: size * 2])
        for id in ["a", "b"] { try await hand(try message(id), quota, to: store) }
        #expect(try await isRefused(try message("c"), quota, by: store)?.quantity == .queuedOctets)
        #expect(try await store.use(of: Self.client, at: Samples.start).queuedOctets == size * 2)
        let small = Quota([.queuedOctets: size - 1])
        #expect(try await isRefused(try message("d"), small, by: store)?.wait == nil, "it would never fit")
    }

    /// The quota is new, the mail is not.
    @Sendable func whatWasThereBeforeCounts() async throws {
        let store = try await make()
        for id in ["a", "b"] { try await hand(try message(id), Quota(), to: store) }
        #expect(try await isRefused(try message("c"), Quota([.queuedMessages: 2]), by: store) != nil)
        #expect(try await isRefused(try message("c"), Quota([.queuedMessages: 3]), by: store) == nil)
    }

    @Sendable func onlyOneOfTwoAtOnceIsTaken() async throws {
        let store = try await make()
        let quota = Quota([.messagesPerHour: 3])
        let messages = try (0..<12).map { try message("\($0)") }
        let taken = await withTaskGroup(of: Bool.self) { group in
            for message in messages {
                group.addTask {
                    do { try await hand(message, quota, to: store) } catch { return false }
                    return true
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(taken == 3)
        #expect(try await store.list(QueueFilter()).count == 3)
    }

    @Sendable func whatIsRefusedIsNotCounted() async throws {
        let store = try await make()
        let quota = Quota([.messagesPerHour: 2])
        try await hand(try message("a"), quota, to: store)
        await #expect(throws: StoreFailure.self) { try await hand(try message("a"), quota, to: store) }
        #expect(try await isRefused(try message("b"), quota, by: store) == nil)
    }
}
