package import Relay
internal import Mail
internal import Testing
internal import struct FoundationEssentials.Date

/// What receivers report.
package struct DmarcContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("reportIsTakenOnce", reportIsTakenOnce), Fact("rowsAreSummed", rowsAreSummed), Fact("largeReportIsWhole", largeReportIsWhole),
        Fact("oldReportsGo", oldReportsGo),
    ]

    private func row(
        _ source: String = "192.0.2.1", signer: String = "", aligned: Bool = false, _ disposition: DmarcReport.Disposition = .none,
        messages: Int = 1
    ) throws -> DmarcReport.Row {
        DmarcReport.Row(
            DmarcReport.Sending(
                domain: "contoso.example", source: try #require(IPAddress(source)), isDKIMAligned: aligned, isSPFAligned: false,
                signer: signer,
                envelope: ""), disposition: disposition, exception: "", messages: messages)
    }

    private func report(_ id: String, at seconds: Double = 0, _ rows: [DmarcReport.Row]) -> DmarcReport {
        DmarcReport(
            DmarcReport.Head(
                organization: "Tailspin", contact: "dmarc@tailspin.example", id: id, domain: "contoso.example",
                begins: Samples.time(seconds),
                ends: Samples.time(seconds + 100), policy: "p=none"), rows: rows)
    }

    private func take(_ report: DmarcReport, _ store: any Store, at seconds: Double = 0) async throws -> Bool {
        try await store.take(report, from: "report.xml", by: "ann", at: Samples.time(seconds))
    }

    @Sendable func reportIsTakenOnce() async throws {
        let store = try await make()
        let report = report("1", [try row(messages: 7)])
        #expect(try await take(report, store, at: 1))
        #expect(try await !take(report, store, at: 2))
        // Small reporters give one number to reports of several days.
        #expect(try await take(self.report("1", at: 100, [try row(messages: 2)]), store, at: 3))
        let taken = try await store.dmarcReports()
        #expect(taken.map(\.messages) == [2, 7])
        #expect(taken.last == TakenDmarcReport(head: report.head, messages: 7, file: "report.xml", takenAt: Samples.time(1)))
        #expect(try await store.entries(JournalFilter()).map(\.entry.kind) == [.reportTaken, .reportTaken])
        #expect(try await store.sendings(since: Samples.start).map(\.counts.messages) == [9])
    }

    @Sendable func rowsAreSummed() async throws {
        let store = try await make()
        _ = try await take(
            report(
                "1",
                [
                    try row(signer: "contoso.example", aligned: true, .pass, messages: 3), try row("2001:db8::1", .reject, messages: 5),
                    try row("2001:db8::1", .quarantine, messages: 1), try row("2001:db8::1", messages: 2),
                ]), store)
        _ = try await take(report("2", at: 100, [try row("2001:db8::1", messages: 10)]), store)
        let sums = try await store.sendings(since: Samples.start)
        #expect(sums.map(\.source.description) == ["192.0.2.1", "2001:db8::1"])
        #expect(sums.first?.counts == SendingCounts(messages: 3, aligned: 3, byDKIM: 3, bySPF: 0, stopped: 0))
        #expect(sums.last?.counts == SendingCounts(messages: 18, aligned: 0, byDKIM: 0, bySPF: 0, stopped: 6))
        #expect(sums.last?.first == Samples.time(0) && sums.last?.last == Samples.time(200))
        #expect(try await store.sendings(since: Samples.time(150)).map(\.counts.messages) == [10])
    }

    @Sendable func largeReportIsWhole() async throws {
        let store = try await make()
        let rows = try (0..<1700).map { try row("10.0.\($0 / 250).\($0 % 250)", messages: $0) }
        #expect(try await take(report("large", rows), store))
        #expect(try await store.sendings(since: Samples.start).count == 1700)
        #expect(try await store.dmarcReports().first?.messages == 1699 * 850)
    }

    @Sendable func oldReportsGo() async throws {
        let store = try await make()
        guard !(store is MemoryStore) else { return }  // it sweeps nothing
        _ = try await take(report("old", try (0..<700).map { try row("10.0.\($0 / 250).\($0 % 250)") }), store)
        _ = try await take(report("young", [try row()]), store, at: 300 * 86_400)
        while try await !store.sweep(at: Samples.time(500 * 86_400)).isLast {}
        #expect(try await store.dmarcReports().map(\.head.id) == ["young"])
        #expect(try await store.sendings(since: Samples.start).count == 1)
    }
}
