internal import Mail
package import Relay
internal import Testing
private import struct FoundationEssentials.Date

/// Tokens that left our custody, and requests that may be repeated.
package struct HandoutContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("handoutIsKept", handoutIsKept), Fact("reportedOnce", reportedOnce),
        Fact("unreportedAreListed", unreportedAreListed), Fact("requestIsRemembered", requestIsRemembered),
        Fact("repeatedRequestKeepsNothing", repeatedRequestKeepsNothing), Fact("keyIsFreeAfterADay", keyIsFreeAfterADay),
        Fact("tokenRightGoesWithItsMailbox", tokenRightGoesWithItsMailbox), Fact("passwordIsKept", passwordIsKept),
        Fact("theDayOfAClientIsKept", theDayOfAClientIsKept),
    ]

    private func handout(_ id: String, at seconds: Double) throws -> Handout {
        Handout(
            id: HandoutID(trusted: id), client: ClientID(trusted: "batch"), at: Samples.time(seconds),
            expires: Samples.time(seconds + 3600),
            login: "box@example.org", provider: ProviderID(trusted: "microsoft"), transport: .graph,
            author: Author(NamedAddress(name: "Ann", address: try EmailAddress("ann@example.org"))), purpose: .adHoc,
            from: [try EmailAddress("ann@example.org"), try EmailAddress("bob@example.org")])
    }

    private func entry(_ id: String) -> JournalEntry {
        JournalEntry(at: Samples.start, kind: .tokenHandedOut, facts: [.init("handout", id)], personal: [])
    }

    @Sendable func handoutIsKept() async throws {
        let store = try await make()
        let handout = try handout("h1", at: 0)
        try await store.record([handout], journal: [entry("h1")])
        #expect(try await store.handout(handout.id) == handout)
        #expect(try await store.handout(HandoutID(trusted: "other")) == nil)
        #expect(try await store.entries(JournalFilter()).map(\.entry.kind) == [.tokenHandedOut])
    }

    @Sendable func theDayOfAClientIsKept() async throws {
        let store = try await make()
        let day: Double = 86_400
        let batch = ClientID(trusted: "batch")
        let midnight = Date(timeIntervalSince1970: (Samples.start.timeIntervalSince1970 / day).rounded(.down) * day)
        try await store.record([try handout("h1", at: 5)], journal: [])
        #expect(try await store.clientDays() == [batch: midnight])
        try await store.record([try handout("h2", at: 2 * day), try handout("h3", at: day)], journal: [])
        #expect(try await store.clientDays() == [batch: midnight.addingTimeInterval(2 * day)], "the latest")
        let message = try Samples.richMessage("m1")
        try await SpoolContract.accept(message, into: store)
        #expect(try await store.clientDays().keys.contains(try #require(message.client)))
    }

    @Sendable func reportedOnce() async throws {
        let store = try await make()
        let handout = try handout("h1", at: 0)
        try await store.record([handout], journal: [])
        let outcome = HandoutOutcome(
            observations: [.mailbox("box@example.org", over: nil, .broken(since: Samples.start, reason: "said so"))],
            journal: [entry("reported")],
            sightings: [Sighting(address: try EmailAddress("ann@example.org"), role: .from, at: Samples.time(5), outcome: "sent")],
            usages: [Usage(of: "box@example.org", messages: 1, recipients: 2)])
        #expect(try await store.report(handout.id, outcome, at: Samples.time(5)))
        #expect(try await !store.report(handout.id, outcome, at: Samples.time(6)))
        #expect(try await store.handout(handout.id)?.reportedAt == Samples.time(5))
        #expect(try await store.entries(JournalFilter()).count == 1)
        #expect(try await store.usage(of: "box@example.org", since: Samples.start).recipients == 2)
        #expect(try await store.sightings().map(\.count) == [1])
        #expect(try await store.conditions(of: nil).mailbox("box@example.org") == .broken(since: Samples.start, reason: "said so"))
    }

    @Sendable func unreportedAreListed() async throws {
        let store = try await make()
        for (id, seconds) in [("late", 30.0), ("early", 10), ("done", 20)] {
            try await store.record([try handout(id, at: seconds)], journal: [])
        }
        _ = try await store.report(HandoutID(trusted: "done"), HandoutOutcome(), at: Samples.time(40))
        #expect(try await store.unreported(before: Samples.time(50), limit: 10).map(\.id.text) == ["early", "late"])
        #expect(try await store.unreported(before: Samples.time(30), limit: 10).map(\.id.text) == ["early"])
        #expect(try await store.unreported(before: Samples.time(50), limit: 1).map(\.id.text) == ["early"])
    }

    private func request(_ byte: UInt8 = 1) -> RepeatableRequest {
        RepeatableRequest(client: ClientID(trusted: "batch"), key: "night-1", digest: Array(repeating: byte, count: 32))
    }

    private func accept(_ id: String, _ request: RepeatableRequest, at seconds: Double = 0, into store: any Store)
        async throws(StoreFailure)
    {
        let message: AcceptedMessage
        do { message = try Samples.message(id, at: Samples.time(seconds)) } catch { throw .damaged("no sample") }
        try await store.accept(
            message, lastChunk: SpoolContract.body, number: 0, .due, lane: nil, request: request, journal: [entry(id)], sightings: [])
    }

    @Sendable func requestIsRemembered() async throws {
        let store = try await make()
        #expect(try await store.request("night-1", of: request().client, at: Samples.start) == nil)
        try await accept("m1", request(), into: store)
        let found = try #require(try await store.request("night-1", of: request().client, at: Samples.time(60)))
        #expect(found.request == request())
        #expect(found.message == Samples.id("m1"))
        #expect(try await store.request("night-1", of: ClientID(trusted: "other"), at: Samples.start) == nil)
    }

    @Sendable func repeatedRequestKeepsNothing() async throws {
        let store = try await make()
        try await accept("m1", request(), into: store)
        for again in [request(), request(2)] {
            let failure = await failure { () throws(StoreFailure) in try await accept("m2", again, at: 60, into: store) }
            #expect(failure == .repeated(Samples.id("m1")))
        }
        #expect(try await store.list(QueueFilter()).map(\.message.id) == [Samples.id("m1")])
        #expect(try await store.entries(JournalFilter()).count == 1)
    }

    @Sendable func keyIsFreeAfterADay() async throws {
        let store = try await make()
        try await accept("m1", request(), into: store)
        try await accept("m2", request(2), at: RepeatableRequest.life, into: store)
        #expect(
            try await store.request("night-1", of: request().client, at: Samples.time(RepeatableRequest.life))?.message == Samples.id("m2"))
    }

    @Sendable func tokenRightGoesWithItsMailbox() async throws {
        let store = try await make()
        let box = try Samples.mailbox()
        let client = Client(
            id: ClientID(trusted: "batch"), name: "batch", credential: .uid(1),
            tokenRights: [Client.TokenRight(.mailbox(box.id), coversWholeGrant: true)])
        let entities: [DirectoryEntity] = [
            .provider(Samples.provider), .application(Samples.application), .grant(Samples.grant), .mailbox(box), .client(client),
        ]
        let edition = try await store.apply(DirectoryEdit(entities.map { .put($0) }, by: "root", at: Samples.start))
        #expect(try await store.entity(EntityKey(.client, "batch")) == .client(client))
        _ = try await store.apply(DirectoryEdit([.remove(EntityKey(.mailbox, box.id.text))], by: "root", at: Samples.start))
        var after = client
        after.tokenRights = []
        #expect(try await store.entity(EntityKey(.client, "batch")) == .client(after))
        let keys = try await store.changes(since: edition).changes.map(\.key)
        #expect(Set(keys) == [EntityKey(.mailbox, box.id.text), EntityKey(.client, "batch")])
    }

    @Sendable func passwordIsKept() async throws {
        let store = try await make()
        let hash = try #require(
            PasswordHash(of: Secret("correct horse battery"), salt: Array(0..<16), cost: .init(rounds: 4, blockSize: 8, lanes: 1)))
        let ann = Client(id: ClientID(trusted: "ann"), name: "ann", credential: .password(hash), roles: [.administrator, .auditor])
        _ = try await store.apply(DirectoryEdit([.put(.client(ann))], by: "root", at: Samples.start))
        #expect(try await store.directory().client(ann.id) == ann)
    }
}
