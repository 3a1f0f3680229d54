package import Relay
internal import Mail
internal import Testing

/// The journal keeps what it is told, in order, and finds it again.
package struct JournalContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("entriesComeBackAsTheyWere", entriesComeBackAsTheyWere), Fact("numbersHaveNoGap", numbersHaveNoGap),
        Fact("linksDifferAndDigestsAreSalted", linksDifferAndDigestsAreSalted), Fact("filtersFind", filtersFind),
        Fact("filtersMustAllHold", filtersMustAllHold), Fact("readingGoesOnWhereItStopped", readingGoesOnWhereItStopped),
        Fact("rowsOfAStrand", rowsOfAStrand), Fact("repeatedRefusalsAreCounted", repeatedRefusalsAreCounted),
        Fact("otherRefusalsAreNot", otherRefusalsAreNot), Fact("acceptanceAndItsEntryAreOne", acceptanceAndItsEntryAreOne),
        Fact("sightingsComeAlong", sightingsComeAlong),
    ]

    @Sendable func entriesComeBackAsTheyWere() async throws {
        let store = try await make()
        let entries = [
            JournalEntry(
                at: Samples.time(0.125), kind: .accepted, message: Samples.id("m"),
                facts: [.init("z", "1"), .init("a", "\"quoted\" / \u{1F600} \\ \n"), .init("z", "again"), .init("empty", "")],
                personal: [.init(.author, "Ann@Example.org"), .init(.recipient, "rob@example.com"), .init(.recipient, "rob@example.com")]),
            Samples.entry(.tokenHandedOut), Samples.entry(.changed, [.init(.person, "Änderung")]),
        ]
        try await store.append(entries, sightings: [])
        try await store.append([], sightings: [])
        let rows = try await store.entries(JournalFilter())
        #expect(rows.map(\.entry) == entries)
        #expect(rows.map(\.count) == [1, 1, 1])
    }

    @Sendable func numbersHaveNoGap() async throws {
        let store = try await make()
        try await withThrowingTaskGroup { group in
            for number in 0..<30 {
                group.addTask { try await store.append([Samples.entry(facts: ["n": String(number)])], sightings: []) }
            }
            try await group.waitForAll()
        }
        let heads = try await store.heads()
        #expect(heads.map(\.position.number) == [30])
        let strands = heads.map(\.position.strand)
        #expect(try await store.rows(of: strands[0], from: 1, limit: 100).map(\.position.number) == Array(1...30))
    }

    @Sendable func linksDifferAndDigestsAreSalted() async throws {
        let store = try await make()
        let entry = Samples.entry(.attempted, [.init(.from, "ann@example.org")])
        try await store.append([entry, entry], sightings: [])
        let rows = try await store.entries(JournalFilter())
        #expect(Set(rows.map(\.mac)).count == 2)
        #expect(Set(rows.map(\.personalDigest)).count == 2)
        for row in rows {
            let salt = try #require(row.salt)
            #expect(salt.count >= 16)
            #expect(JournalChain.personalDigest(row.entry.personal, salt: salt) == row.personalDigest)
        }
    }

    private func filled() async throws -> any Store {
        let store = try await make()
        try await store.append(
            [
                Samples.entry(
                    .attempted, at: Samples.time(1), message: "m1",
                    [.init(.author, "Ann@Example.org"), .init(.from, "box@example.org"), .init(.recipient, "rob@bücher.example")]),
                Samples.entry(
                    .attempted, at: Samples.time(2), message: "m2", [.init(.author, "bob@example.org"), .init(.mailbox, "Box-Login")]),
                Samples.entry(.settled, at: Samples.time(3), message: "m1", [.init(.from, "ann@example.org")]),
            ], sightings: [])
        return store
    }

    @Sendable func filtersFind() async throws {
        let store = try await filled()
        let cases: [(filter: JournalFilter, finds: [Int64])] = [
            (JournalFilter(author: "ann@example.org"), [1]), (JournalFilter(from: "ANN@example.org"), [3]),
            (JournalFilter(from: "box@example.org"), [1]), (JournalFilter(recipient: "Rob@xn--bcher-kva.example"), [1]),
            (JournalFilter(mailbox: "box-login"), [2]), (JournalFilter(message: Samples.id("m1")), [1, 3]),
            (JournalFilter(since: Samples.time(2)), [2, 3]), (JournalFilter(until: Samples.time(2)), [1]),
            (JournalFilter(limit: 2), [1, 2]), (JournalFilter(author: "rob@example.com"), []),
        ]
        var settled = JournalFilter()
        settled.kinds = [.settled, .signedIn]
        for (filter, finds) in cases + [(settled, [3])] {
            #expect(try await store.entries(filter).map(\.position.number) == finds, "\(filter)")
        }
    }

    @Sendable func filtersMustAllHold() async throws {
        let store = try await filled()
        let both = JournalFilter(from: "box@example.org", author: "ann@example.org", message: Samples.id("m1"))
        #expect(try await store.entries(both).count == 1)
        #expect(try await store.entries(JournalFilter(author: "ann@example.org", message: Samples.id("m2"))).isEmpty)
    }

    @Sendable func readingGoesOnWhereItStopped() async throws {
        let store = try await filled()
        let first = try await store.entries(JournalFilter(limit: 2))
        let rest = try await store.entries(JournalFilter(after: first.last?.position))
        #expect(rest.map(\.position.number) == [3])
        var backwards = JournalFilter(limit: 2)
        backwards.isNewestFirst = true
        let last = try await store.entries(backwards)
        #expect(last.map(\.position.number) == [3, 2])
        backwards.after = last.last?.position
        #expect(try await store.entries(backwards).map(\.position.number) == [1])
        let nowhere = JournalPosition(strand: first[0].position.strand, number: 99)
        #expect(await failure { () throws(StoreFailure) in try await store.entries(JournalFilter(after: nowhere)) }?.isNotFound == true)
    }

    @Sendable func rowsOfAStrand() async throws {
        let store = try await make()
        #expect(try await store.heads().isEmpty)
        try await store.append([Samples.entry(), Samples.entry(), Samples.entry()], sightings: [])
        let strand = try #require(try await store.heads().first).position.strand
        #expect(try await store.rows(of: strand, from: 2, limit: 1).map(\.position.number) == [2])
        #expect(try await store.rows(of: "other", from: 1, limit: 10).isEmpty)
    }

    private func refusal(_ author: String, code: String, client: String, at seconds: Double) -> JournalEntry {
        Samples.entry(.refused, at: Samples.time(seconds), facts: ["client": client, "code": code], [.init(.author, author)])
    }

    @Sendable func repeatedRefusalsAreCounted() async throws {
        let store = try await make()
        for seconds in [0.0, 10, 3599] {
            try await store.append([refusal("ann@example.org", code: "denied", client: "c", at: seconds)], sightings: [])
        }
        try await store.append([refusal("ANN@example.org", code: "denied", client: "c", at: 20)], sightings: [])
        #expect(try await store.entries(JournalFilter()).map(\.count) == [4])
        try await store.append([refusal("ann@example.org", code: "denied", client: "c", at: 3600)], sightings: [])
        #expect(try await store.entries(JournalFilter()).map(\.count) == [4, 1])
    }

    @Sendable func otherRefusalsAreNot() async throws {
        let store = try await make()
        let entry = refusal("ann@example.org", code: "denied", client: "c", at: 0)
        try await store.append(
            [
                entry, refusal("bob@example.org", code: "denied", client: "c", at: 1),
                refusal("ann@example.org", code: "no-route", client: "c", at: 2),
                refusal("ann@example.org", code: "denied", client: "d", at: 3),
                Samples.entry(.attempted, at: Samples.time(4), facts: ["client": "c", "code": "denied"], entry.personal),
            ], sightings: [])
        #expect(try await store.entries(JournalFilter()).map(\.count) == [1, 1, 1, 1, 1])
    }

    @Sendable func acceptanceAndItsEntryAreOne() async throws {
        let store = try await make()
        let message = try Samples.message("m")
        let entry = Samples.entry(.accepted, message: "m", [.init(.author, "ann@example.org")])
        try await store.accept(message, lastChunk: SpoolContract.body, number: 0, held: nil, lane: nil, journal: [entry], sightings: [])
        _ = await failure { () throws(StoreFailure) in
            try await store.accept(message, lastChunk: SpoolContract.body, number: 0, held: nil, lane: nil, journal: [entry], sightings: [])
        }
        #expect(try await store.entries(JournalFilter()).count == 1)
        try await store.append([entry], sightings: [])
        #expect(try await store.entries(JournalFilter()).map(\.position.number) == [1, 2])
    }

    @Sendable func sightingsComeAlong() async throws {
        let store = try await make()
        let ann = try Samples.message("m").author.first.address
        try await store.append([], sightings: [Sighting(address: ann, role: .author, at: Samples.start, outcome: "denied")])
        #expect(try await store.sightings().map(\.lastOutcome) == ["denied"])
    }
}
