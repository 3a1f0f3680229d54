package import Relay
internal import Testing

/// What a person may see of the queue and do to it.
package struct QueueContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("listIsInOrderOfAcceptance", listIsInOrderOfAcceptance), Fact("listGoesOnWhereItStopped", listGoesOnWhereItStopped),
        Fact("listFiltersByState", listFiltersByState), Fact("strangerIsNotFound", strangerIsNotFound),
        Fact("heldAndReleased", heldAndReleased), Fact("retryIsNow", retryIsNow), Fact("failedComesBack", failedComesBack),
        Fact("removedIsNotSent", removedIsNotSent), Fact("whatIsBeingSentIsLeftAlone", whatIsBeingSentIsLeftAlone),
        Fact("statesAllowWhatMakesSense", statesAllowWhatMakesSense), Fact("wishesAreJournalled", wishesAreJournalled),
    ]

    private func filled(_ ids: String...) async throws -> any Store {
        let store = try await make()
        for id in ids { try await SpoolContract.accept(try Samples.message(id), into: store) }
        return store
    }

    private func change(_ store: any Store, _ action: QueueAction, _ id: String = "m", after seconds: Double = 10)
        async throws(StoreFailure)
    {
        try await store.change(Samples.id(id), action, by: "root", at: Samples.time(seconds))
    }

    private func settle(_ store: any Store, _ state: Settlement.Next, _ outcomes: [Int: RecipientOutcome] = [:]) async throws {
        let claim = try #require(try await SpoolContract.claim(store).first).claim
        try await store.settle(Settlement(claim: claim, at: Samples.time(2), state: state, outcomes: outcomes))
    }

    @Sendable func listIsInOrderOfAcceptance() async throws {
        let store = try await filled("z", "a", "m")
        #expect(try await store.list(QueueFilter()).map(\.message.id.text) == ["z", "a", "m"])
        #expect(try await store.list(QueueFilter()).first?.message == (try Samples.message("z")))
    }

    @Sendable func listGoesOnWhereItStopped() async throws {
        let store = try await filled("z", "a", "m")
        #expect(try await store.list(QueueFilter(limit: 2)).map(\.message.id.text) == ["z", "a"])
        #expect(try await store.list(QueueFilter(after: Samples.id("a"), limit: 2)).map(\.message.id.text) == ["m"])
        #expect(try await store.list(QueueFilter(limit: 0)).isEmpty)
        let unknown = await failure { () throws(StoreFailure) in try await store.list(QueueFilter(after: Samples.id("?"))) }
        #expect(unknown?.isNotFound == true)
    }

    @Sendable func listFiltersByState() async throws {
        let store = try await filled("a", "b")
        try await change(store, .hold, "b")
        #expect(try await store.list(QueueFilter(state: .held)).map(\.message.id.text) == ["b"])
        #expect(try await store.list(QueueFilter(state: .waiting)).map(\.message.id.text) == ["a"])
        #expect(try await store.list(QueueFilter(state: .failed)).isEmpty)
    }

    @Sendable func strangerIsNotFound() async throws {
        let store = try await make()
        #expect(try await store.show(Samples.id("m")) == nil)
        for action in QueueAction.allCases {
            #expect(await failure { () throws(StoreFailure) in try await change(store, action) }?.isNotFound == true)
        }
    }

    @Sendable func heldAndReleased() async throws {
        let store = try await filled("m")
        try await change(store, .hold)
        #expect(try await SpoolContract.claim(store, after: 1e6).isEmpty)
        try await change(store, .release, after: 20)
        let shown = try #require(try await store.show(Samples.id("m")))
        #expect(shown.state == .waiting)
        #expect(shown.nextAttempt == Samples.time(20))
        #expect(try await SpoolContract.claim(store, after: 20).count == 1)
    }

    @Sendable func retryIsNow() async throws {
        let store = try await filled("m")
        try await settle(store, .waiting(until: Samples.time(9999), why: "451"))
        #expect(try await SpoolContract.claim(store, after: 10).isEmpty)
        try await change(store, .retry)
        #expect(try await SpoolContract.claim(store, after: 10).first?.claim.attempt == 2)
    }

    @Sendable func failedComesBack() async throws {
        let store = try await make()
        try await SpoolContract.accept(try Samples.message("m", to: ["a@b.example", "c@d.example"]), into: store)
        try await settle(store, .failed(why: "550"), [0: .sent(reply: "250"), 1: .refused(reply: "550")])
        try await change(store, .retry)
        let entry = try #require(try await SpoolContract.claim(store, after: 10).first)
        #expect(entry.remaining == [1])
        #expect(entry.refusals.count == 0)
    }

    @Sendable func removedIsNotSent() async throws {
        let store = try await filled("m")
        try await change(store, .remove)
        #expect(try await SpoolContract.claim(store, after: 1e5).isEmpty)
        #expect(try await store.chunk(0, of: Samples.id("m")) == nil)
        #expect(try await store.show(Samples.id("m"))?.state == .done)
        #expect(try await store.list(QueueFilter()).isEmpty)
    }

    @Sendable func whatIsBeingSentIsLeftAlone() async throws {
        let store = try await filled("m")
        let claim = try #require(try await SpoolContract.claim(store).first).claim
        for action in QueueAction.allCases {
            #expect(await failure { () throws(StoreFailure) in try await change(store, action) }?.isConflict == true)
        }
        try await store.settle(Settlement(claim: claim, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250")]))
    }

    @Sendable func statesAllowWhatMakesSense() async throws {
        let store = try await filled("m")
        #expect(await failure { () throws(StoreFailure) in try await change(store, .release) }?.isConflict == true)
        try await change(store, .hold)
        for action in [QueueAction.hold, .retry] {
            #expect(await failure { () throws(StoreFailure) in try await change(store, action) }?.isConflict == true)
        }
        try await change(store, .remove)
        for action in QueueAction.allCases {
            #expect(await failure { () throws(StoreFailure) in try await change(store, action) }?.isConflict == true)
        }
    }

    @Sendable func wishesAreJournalled() async throws {
        let store = try await filled("m")
        try await change(store, .hold)
        #expect(await failure { () throws(StoreFailure) in try await change(store, .hold) } != nil)
        try await change(store, .release)
        let rows = try await store.entries(JournalFilter(message: Samples.id("m")))
        #expect(rows.map(\.entry.kind) == [.queue, .queue])
        #expect(rows.map { $0.entry.facts.first { $0.name == "action" }?.value } == ["hold", "release"])
        #expect(rows[0].entry.personal == [.init(.person, "root")])
    }
}
