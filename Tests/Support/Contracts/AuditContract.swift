package import Relay
internal import Mail
internal import Testing

/// The sums that reports are made of.
package struct AuditContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("sightingsAreSummed", sightingsAreSummed), Fact("lastOutcomeIsTheLatest", lastOutcomeIsTheLatest),
        Fact("usageIsSummedByTheHour", usageIsSummedByTheHour), Fact("sumsStayWhenTheyAreTidied", sumsStayWhenTheyAreTidied),
    ]

    private func see(_ store: any Store, _ address: String, _ role: Sighting.Role, _ seconds: Double, _ outcome: String) async throws {
        let sighting = Sighting(address: try EmailAddress(address), role: role, at: Samples.time(seconds), outcome: outcome)
        try await store.append([], sightings: [sighting])
    }

    @Sendable func sightingsAreSummed() async throws {
        let store = try await make()
        try await see(store, "Bob@example.org", .author, 5, "accepted")
        try await see(store, "ann@example.org", .from, 7, "sent")
        try await see(store, "bob@EXAMPLE.org", .author, 9, "denied")
        try await see(store, "bob@example.org", .from, 9, "sent")
        let totals = try await store.sightings()
        #expect(totals.map(\.address.key) == ["ann@example.org", "bob@example.org", "bob@example.org"])
        #expect(totals.map(\.role) == [.from, .author, .from])
        #expect(
            totals[1]
                == SightingTotal(
                    address: try EmailAddress("bob@example.org"), role: .author, first: Samples.time(5), last: Samples.time(9), count: 2,
                    lastOutcome: "denied"))
    }

    @Sendable func lastOutcomeIsTheLatest() async throws {
        let store = try await make()
        try await see(store, "ann@example.org", .author, 9, "denied")
        try await see(store, "ann@example.org", .author, 3, "accepted")
        let total = try #require(try await store.sightings().first)
        #expect(total.lastOutcome == "denied")
        #expect(total.first == Samples.time(3))
        #expect(total.last == Samples.time(9))
    }

    @Sendable func usageIsSummedByTheHour() async throws {
        let store = try await make()
        for (number, seconds) in [0.0, 10, 3599, 3600, 7200].enumerated() {
            let message = try Samples.message("m\(number)")
            try await SpoolContract.accept(message, into: store)
            let claim = try #require(try await SpoolContract.claim(store, after: 1).first).claim
            try await store.settle(
                Settlement(
                    claim: claim, at: Samples.time(seconds), state: .done, outcomes: [0: .sent(reply: "250")],
                    usages: [Usage(of: "box", messages: 1, recipients: 2)]))
        }
        let cases: [(seconds: Double, messages: Int)] = [(-10, 5), (0, 5), (1800, 5), (3600, 2), (7199, 2), (7200, 1), (10_800, 0)]
        for (seconds, messages) in cases {
            let usage = try await store.usage(of: "box", since: Samples.time(seconds))
            #expect(usage == Usage(of: "box", messages: messages, recipients: 2 * messages), "\(seconds)")
        }
        #expect(try await store.usage(of: "other", since: Samples.start).messages == 0)
        let moved = Account(provider: ProviderID(trusted: "new"), login: "box")
        #expect(try await store.usage(of: moved, since: Samples.start).messages == 0, "the same login, at another provider")
    }

    /// Whatever a store does with its sums when it is swept, what is read of them is the same before and after.
    @Sendable func sumsStayWhenTheyAreTidied() async throws {
        let store = try await make()
        for round in 1...3 {
            for (address, seconds, outcome) in [
                ("ann@example.org", 9.0, "denied"), ("Ann@example.org", 3, "accepted"), ("bob@example.org", 5, "sent"),
            ] {
                try await see(store, address, .author, seconds * Double(round), outcome)
            }
            try await SpoolContract.accept(try Samples.message("m\(round)"), into: store)
            let claim = try #require(try await SpoolContract.claim(store, after: 1).first).claim
            var settlement = Settlement(
                claim: claim, at: Samples.time(10), state: .done, outcomes: [0: .sent(reply: "250")],
                usages: [Usage(of: "box", messages: 1, recipients: 2)])
            settlement.traffic = [Traffic(route: "box", outcome: .sent, recipients: 2)]
            try await store.settle(settlement)
            let before = (
                try await store.sightings(), try await store.usage(of: "box", since: Samples.start),
                try await store.traffic(since: Samples.start)
            )
            #expect(before.0.map(\.count) == [2 * round, round])
            #expect(before.0.first?.lastOutcome == "denied")
            #expect(before.1.recipients == 2 * round)
            #expect(before.2.map(\.traffic.recipients) == [2 * round])
            while try await !store.sweep(at: Samples.time(20)).isLast {}
            #expect(try await store.sightings() == before.0)
            #expect(try await store.usage(of: "box", since: Samples.start) == before.1)
            #expect(try await store.traffic(since: Samples.start) == before.2)
        }
    }
}
