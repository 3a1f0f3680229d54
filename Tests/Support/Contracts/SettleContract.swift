package import Relay
internal import Mail
internal import Testing

/// An attempt ends whole or not at all, and what a crash left behind is found again.
package struct SettleContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("retryWaitsForItsTime", retryWaitsForItsTime), Fact("settledRecipientsDoNotComeBack", settledRecipientsDoNotComeBack),
        Fact("doneKeepsNoContent", doneKeepsNoContent), Fact("doneNeedsEveryOutcome", doneNeedsEveryOutcome),
        Fact("outcomeIsTheLastWord", outcomeIsTheLastWord), Fact("settlingTakesEverythingAlong", settlingTakesEverythingAlong),
        Fact("lostClaimTakesNothingAlong", lostClaimTakesNothingAlong), Fact("failedStays", failedStays),
        Fact("recoverReleasesOlderIncarnations", recoverReleasesOlderIncarnations),
        Fact("sweepTakesWhatWasNeverAccepted", sweepTakesWhatWasNeverAccepted),
        Fact("sweepForgetsDoneAfterAWeek", sweepForgetsDoneAfterAWeek), Fact("sweepTakesAllInSteps", sweepTakesAllInSteps),
        Fact("noticeComesWithItsFailure", noticeComesWithItsFailure),
        Fact("lostClaimBringsNoNotice", lostClaimBringsNoNotice), Fact("postponedIsNoAttempt", postponedIsNoAttempt),
        Fact("keptAndClaimedAtOnce", keptAndClaimedAtOnce),
        Fact("whatIsKeptAndClaimedIsRecovered", whatIsKeptAndClaimedIsRecovered),
    ]

    private func claimed(
        _ store: any Store, to recipients: [String] = ["a@example.com"], by claimant: Claimant = Samples.node
    ) async throws -> Claim {
        try await SpoolContract.accept(try Samples.message("m", to: recipients), into: store)
        return try #require(try await SpoolContract.claim(store, by: claimant).first).claim
    }

    @Sendable func retryWaitsForItsTime() async throws {
        let store = try await make()
        let claim = try await claimed(store)
        try await store.settle(Settlement(claim: claim, at: Samples.time(2), state: .waiting(until: Samples.time(300), why: "451 later")))
        #expect(try await SpoolContract.claim(store, after: 299).isEmpty)
        let shown = try #require(try await store.show(claim.message))
        #expect(shown.state == .waiting)
        #expect(shown.why == "451 later")
        #expect(shown.nextAttempt == Samples.time(300))
        #expect(shown.attempts == 1)
        let again = try #require(try await SpoolContract.claim(store, after: 300).first)
        #expect(again.claim.attempt == 2)
        #expect(!again.isUnknown)
    }

    @Sendable func settledRecipientsDoNotComeBack() async throws {
        let store = try await make()
        let claim = try await claimed(store, to: ["a@example.com", "b@example.com", "c@example.com"])
        try await store.settle(
            Settlement(
                claim: claim, at: Samples.time(2), state: .waiting(until: Samples.time(3), why: "one later"),
                outcomes: [0: .sent(reply: "250 ok"), 2: .refused(reply: "550 no")]))
        let again = try #require(try await SpoolContract.claim(store, after: 3).first)
        #expect(again.remaining == [1])
        #expect(again.refusals.count == 1)
        #expect(again.message.envelope.recipients.count == 3)
        let shown = try #require(try await store.show(claim.message))
        #expect(shown.recipients.map(\.outcome) == [.sent(reply: "250 ok"), nil, .refused(reply: "550 no")])
    }

    @Sendable func doneKeepsNoContent() async throws {
        let store = try await make()
        let claim = try await claimed(store)
        try await store.settle(Settlement(claim: claim, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250")]))
        #expect(try await store.chunk(0, of: claim.message) == nil)
        #expect(try await store.show(claim.message)?.state == .done)
        #expect(try await store.list(QueueFilter()).isEmpty)
        #expect(try await SpoolContract.claim(store, after: 1e6).isEmpty)
    }

    @Sendable func doneNeedsEveryOutcome() async throws {
        let store = try await make()
        let claim = try await claimed(store, to: ["a@example.com", "b@example.com"])
        let early = Settlement(claim: claim, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250")])
        #expect(await failure { () throws(StoreFailure) in try await store.settle(early) }?.isConflict == true)
        let shown = try #require(try await store.show(claim.message))
        #expect(shown.state == .claimed)
        #expect(shown.recipients.map(\.outcome) == [nil, nil])
        #expect(try await store.chunk(0, of: claim.message) == SpoolContract.body)
    }

    @Sendable func outcomeIsTheLastWord() async throws {
        let store = try await make()
        let claim = try await claimed(store, to: ["a@example.com", "b@example.com"])
        let strange = Settlement(claim: claim, at: Samples.time(2), state: .held(why: ""), outcomes: [7: .sent(reply: "250")])
        #expect(await failure { () throws(StoreFailure) in try await store.settle(strange) }?.isConflict == true)
        let state = Settlement.Next.waiting(until: Samples.time(3), why: "")
        try await store.settle(Settlement(claim: claim, at: Samples.time(2), state: state, outcomes: [0: .sent(reply: "250")]))
        let again = try #require(try await SpoolContract.claim(store, after: 3).first).claim
        let other = Settlement(claim: again, at: Samples.time(4), state: state, outcomes: [0: .refused(reply: "550")])
        #expect(await failure { () throws(StoreFailure) in try await store.settle(other) }?.isConflict == true)
    }

    @Sendable func settlingTakesEverythingAlong() async throws {
        let store = try await make()
        let claim = try await claimed(store)
        let address = try EmailAddress("box@example.org")
        let key = StandingKey("box", from: address, transport: .smtp)
        let entry = Samples.entry(.settled, at: Samples.time(2), message: "m", [.init(.from, "box@example.org")])
        try await store.settle(
            Settlement(
                claim: claim, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250")], journal: [entry],
                sightings: [Sighting(address: address, role: .from, at: Samples.time(2), outcome: "sent")],
                usages: [Usage(of: "box", messages: 1, recipients: 1)],
                observations: [.standing(key, .proven(at: Samples.time(2), how: "sent"))]))
        #expect(try await store.entries(JournalFilter()).map(\.entry) == [entry])
        #expect(try await store.sightings().map(\.count) == [1])
        #expect(try await store.usage(of: "box", since: Samples.start) == Usage(of: "box", messages: 1, recipients: 1))
        #expect(try await store.conditions(of: nil).standing(key) == .proven(at: Samples.time(2), how: "sent"))
    }

    @Sendable func lostClaimTakesNothingAlong() async throws {
        let store = try await make()
        let claim = try await claimed(store)
        let wrong = Claim(message: claim.message, attempt: 2, claimant: claim.claimant, until: claim.until)
        let settlement = Settlement(
            claim: wrong, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250")], journal: [Samples.entry()],
            usages: [Usage(of: "box", messages: 1, recipients: 1)])
        #expect(await failure { () throws(StoreFailure) in try await store.settle(settlement) } == .claimLost)
        let gone = Claim(message: Samples.id("gone"), attempt: 1, claimant: claim.claimant, until: claim.until)
        let other = Settlement(claim: gone, at: Samples.time(2), state: .held(why: ""))
        #expect(await failure { () throws(StoreFailure) in try await store.settle(other) } == .claimLost)
        #expect(try await store.entries(JournalFilter()).isEmpty)
        #expect(try await store.usage(of: "box", since: Samples.start).messages == 0)
        #expect(try await store.show(claim.message)?.state == .claimed)
    }

    @Sendable func failedStays() async throws {
        let store = try await make()
        let claim = try await claimed(store)
        try await store.settle(
            Settlement(claim: claim, at: Samples.time(2), state: .failed(why: "550"), outcomes: [0: .refused(reply: "550 no")]))
        #expect(try await SpoolContract.claim(store, after: 1e7).isEmpty)
        #expect(try await store.recover(for: Samples.reborn, at: Samples.time(1e7)).isEmpty)
        let shown = try #require(try await store.show(claim.message))
        #expect(shown.state == .failed)
        #expect(shown.why == "550")
        #expect(try await store.chunk(0, of: claim.message) == SpoolContract.body)
    }

    @Sendable func recoverReleasesOlderIncarnations() async throws {
        let store = try await make()
        for id in ["a", "b", "c"] { try await SpoolContract.accept(try Samples.message(id), into: store) }
        let mine = try await SpoolContract.claim(store, 2)
        #expect(mine.count == 2)
        let theirs = try #require(try await SpoolContract.claim(store, by: Samples.neighbour).first)
        #expect(try await store.recover(for: Samples.node, at: Samples.time(5)).isEmpty)
        #expect(try await store.recover(for: Samples.reborn, at: Samples.time(5)).map(\.text) == ["a", "b"])
        #expect(try await store.show(Samples.id("a"))?.isUnknown == true)
        #expect(try await store.entries(JournalFilter()).map(\.entry.kind) == [.unknown, .unknown])
        let again = try await SpoolContract.claim(store, by: Samples.reborn, after: 5)
        #expect(again.map(\.isUnknown) == [true, true])
        #expect(again.map(\.claim.attempt) == [2, 2])
        try await store.settle(Settlement(claim: theirs.claim, at: Samples.time(6), state: .held(why: "still theirs")))
        let late = Settlement(claim: mine[0].claim, at: Samples.time(6), state: .held(why: "late"))
        #expect(await failure { () throws(StoreFailure) in try await store.settle(late) } == .claimLost)
    }

    private func sweep(_ store: any Store, after seconds: Double) async throws -> Int {
        let sweeper = Sweeper(store, now: { Samples.time(seconds) }, wait: { _ in }, report: { _ in })
        return try await sweeper.sweep().steps
    }

    @Sendable func sweepTakesWhatWasNeverAccepted() async throws {
        let store = try await make()
        try await store.write(chunk: [1], number: 0, of: Samples.id("old"), at: Samples.start)
        try await store.write(chunk: [2], number: 0, of: Samples.id("young"), at: Samples.time(3 * 3600))
        try await SpoolContract.accept(try Samples.message("kept"), into: store)
        _ = try await sweep(store, after: 25 * 3600)
        #expect(try await store.chunk(0, of: Samples.id("old")) == nil)
        #expect(try await store.chunk(0, of: Samples.id("young")) == [2])
        #expect(try await store.chunk(0, of: Samples.id("kept")) == SpoolContract.body)
    }

    @Sendable func sweepForgetsDoneAfterAWeek() async throws {
        let store = try await make()
        let claim = try await claimed(store)
        try await store.settle(Settlement(claim: claim, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250")]))
        _ = try await sweep(store, after: 6 * 86_400)
        #expect(try await store.show(claim.message) != nil)
        _ = try await sweep(store, after: 8 * 86_400)
        #expect(try await store.show(claim.message) == nil)
    }

    /// A busy week leaves more than one step can take; a step leaves the rest for the next, and the sweep nothing.
    @Sendable func sweepTakesAllInSteps() async throws {
        let store = try await make()
        let ids = (0..<1200).map { Samples.id("done\($0)") }
        try await withThrowingTaskGroup { group in
            for id in ids { group.addTask { try await SpoolContract.accept(try Samples.message(id.text), into: store) } }
            try await group.waitForAll()
        }
        let claims = try await SpoolContract.claim(store, ids.count).map(\.claim)
        try await withThrowingTaskGroup { group in
            for claim in claims {
                group.addTask {
                    try await store.settle(Settlement(claim: claim, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250")]))
                }
            }
            try await group.waitForAll()
        }
        #expect(try await !store.sweep(at: Samples.time(8 * 86_400)).isLast)
        #expect(try await sweep(store, after: 8 * 86_400) > 1)
        for id in ids { #expect(try await store.show(id) == nil) }
    }

    private func failing(_ claim: Claim, bodySize: Int = 3) throws -> Settlement {
        let notice = Settlement.Notice(
            message: try Samples.message("notice", bodySize: bodySize), body: [UInt8](repeating: 7, count: bodySize), lane: "desk")
        return Settlement(
            claim: claim, at: Samples.time(2), state: .failed(why: "550"), outcomes: [0: .refused(reply: "550 no")], notice: notice)
    }

    /// This one is bigger than a piece of a body.
    @Sendable func noticeComesWithItsFailure() async throws {
        let size = AcceptedMessage.chunkSize + 5
        let store = try await make()
        try await store.settle(try failing(try await claimed(store), bodySize: size))
        #expect(try await store.list(QueueFilter()).map(\.message.id.text) == ["m", "notice"])
        let entry = try #require(try await SpoolContract.claim(store, after: 3).first)
        #expect(entry.message.id.text == "notice" && entry.lane == "desk")
        var octets = 0
        var number = 0
        while let piece = try await store.chunk(number, of: entry.message.id) {
            octets += piece.count
            number += 1
        }
        #expect(octets == size)
    }

    @Sendable func lostClaimBringsNoNotice() async throws {
        let store = try await make()
        let claim = try await claimed(store)
        let other = Claim(message: claim.message, attempt: 9, claimant: claim.claimant, until: claim.until)
        await #expect(throws: StoreFailure.claimLost) { try await store.settle(try failing(other)) }
        #expect(try await store.list(QueueFilter()).map(\.message.id.text) == ["m"])
    }

    /// A login's limits put it off: that is not held against the message.
    @Sendable func postponedIsNoAttempt() async throws {
        let store = try await make()
        var settlement = Settlement(
            claim: try await claimed(store), at: Samples.time(2), state: .waiting(until: Samples.time(5), why: "30 a minute"), lane: "box")
        settlement.isPostponed = true
        try await store.settle(settlement)
        #expect(try await store.show(settlement.claim.message)?.attempts == 0)
        let again = try #require(try await SpoolContract.claim(store, after: 5).first)
        #expect(again.claim.attempt == 1 && again.lane == "box" && !again.isUnknown)
        // What a crash left unknown stays so until it has been tried.
        _ = try await store.recover(for: Samples.reborn, at: Samples.time(6))
        let unknown = try #require(try await SpoolContract.claim(store, by: Samples.reborn, after: 7).first)
        #expect(unknown.isUnknown)
        var postponed = Settlement(claim: unknown.claim, at: Samples.time(8), state: .waiting(until: Samples.time(9), why: "30 a minute"))
        postponed.isPostponed = true
        try await store.settle(postponed)
        #expect(try await SpoolContract.claim(store, by: Samples.reborn, after: 9).first?.isUnknown == true)
    }

    private func leave(_ id: String, _ store: any Store, until: Double = 300) async throws -> (claim: Claim, moment: StoreMoment) {
        let moment = try await store.accept(
            try Samples.message(id), lastChunk: SpoolContract.body, number: 0, .claimed(Samples.node, until: Samples.time(until)),
            lane: "box", request: nil, journal: [], sightings: [])
        return (Claim(message: Samples.id(id), attempt: 1, claimant: Samples.node, until: Samples.time(until)), moment)
    }

    /// Nobody else gets it while its claim lasts; it settles like any other, and its commit says what the store knew.
    @Sendable func keptAndClaimedAtOnce() async throws {
        let store = try await make()
        let first = try await leave("m", store)
        let edition = try await store.apply(Samples.edit(.provider(Samples.provider)))
        #expect(try await leave("n", store).moment.edition == edition && first.moment.edition < edition)
        #expect(try await SpoolContract.claim(store, by: Samples.reborn, after: 300).isEmpty)
        #expect(try await store.show(first.claim.message)?.state == .claimed)
        try await store.settle(
            Settlement(claim: first.claim, at: Samples.time(2), state: .done, outcomes: [0: .sent(reply: "250 ok")]))
        #expect(try await store.show(first.claim.message)?.state == .done)
        #expect(try await store.show(first.claim.message)?.attempts == 1)
        let ranOut = try #require(try await SpoolContract.claim(store, by: Samples.reborn, after: 301).first)
        #expect(ranOut.message.id == Samples.id("n") && ranOut.isUnknown && ranOut.claim.attempt == 2)
    }

    /// By a new run as unknown; by its own, which has never heard of it, as untried.
    @Sendable func whatIsKeptAndClaimedIsRecovered() async throws {
        let store = try await make()
        _ = try await leave("lost", store)
        _ = try await leave("kept", store)
        #expect(try await store.release(Samples.node, except: [Samples.id("kept")], at: Samples.time(5)) == [Samples.id("lost")])
        #expect(try await store.show(Samples.id("lost"))?.attempts == 0)
        #expect(try await store.recover(for: Samples.reborn, at: Samples.time(9)) == [Samples.id("kept")])
        #expect(try await store.show(Samples.id("kept"))?.isUnknown == true)
    }
}
