internal import Mail
package import Relay
package import struct FoundationEssentials.Date

extension DatabaseStore: DmarcStore {
    /// Rows in one commit: a few milliseconds, so other writers hardly notice.
    private static let step = 500

    /// What an interrupted run has left is gone on with: the rows of one report are always the same, in the same order.
    package func take(_ report: DmarcReport, from file: String, by person: String, at now: Date) async throws(StoreFailure) -> Bool {
        let key = report.head.key
        let isMissing = try await write { try $0.begin(report, key, file, at: now) }
        guard isMissing else { return false }
        for start in stride(from: 0, to: report.rows.count, by: Self.step) {
            let rows = Array(report.rows[start..<min(start + Self.step, report.rows.count)])
            try await write { try $0.put(rows, from: start, of: key) }
        }
        let line = try lines([report.entry(from: file, by: person, at: now)])
        let isTaken = try await write { try $0.finish(report, key, line) }
        guard let isTaken else {
            throw StoreFailure.conflict(
                "another report of the same name had been left half-way and was in its place: take the file once more")
        }
        return isTaken
    }

    package func dmarcReports() async throws(StoreFailure) -> [TakenDmarcReport] {
        try await self.report { transaction in
            try transaction.all(
                """
                SELECT organization, contact, reportID, domain, begins, ends, policy, messages, file, takenAt FROM dmarcReport
                WHERE isWhole ORDER BY ends DESC, id
                """
            ) { columns in
                let head = DmarcReport.Head(
                    organization: try columns.text(), contact: try columns.text(), id: try columns.text(), domain: try columns.text(),
                    begins: try columns.date(), ends: try columns.date(), policy: try columns.text())
                return TakenDmarcReport(
                    head: head, messages: Int(try columns.integer()), file: try columns.text(), takenAt: try columns.date())
            }
        }
    }

    package func sendings(since: Date) async throws(StoreFailure) -> [SendingTotal] {
        try await self.report { transaction in
            try transaction.all(Self.sums, [since.milliseconds]) { columns in
                let text = (try columns.text(), try columns.text(), try columns.text(), try columns.text())
                guard let source = IPAddress(text.1) else { throw StoreFailure.damaged("\(text.1) is no IP address") }
                let counts = SendingCounts(
                    messages: Int(try columns.integer()), aligned: Int(try columns.integer()), byDKIM: Int(try columns.integer()),
                    bySPF: Int(try columns.integer()), stopped: Int(try columns.integer()))
                return SendingTotal(
                    domain: text.0, source: source, signer: text.2, envelope: text.3, counts: counts, first: try columns.date(),
                    last: try columns.date())
            }
        }
    }

    private static let sums = """
        SELECT r.domain, r.source, r.signer, r.envelope, \(sum("TRUE")), \(sum("r.isDKIMAligned OR r.isSPFAligned")),
            \(sum("r.isDKIMAligned")), \(sum("r.isSPFAligned")), \(sum("r.disposition IN ('quarantine', 'reject')")), min(d.begins), max(d.ends)
        FROM dmarcReport d JOIN dmarcRow r ON r.report = d.id WHERE d.isWhole AND d.ends >= ?
        GROUP BY r.domain, r.source, r.signer, r.envelope ORDER BY r.domain, r.source, r.signer, r.envelope
        """

    private static func sum(_ condition: String) -> String { "CAST(sum(CASE WHEN \(condition) THEN r.messages ELSE 0 END) AS BIGINT)" }
}

extension Transaction {
    /// False: it was taken before.
    fileprivate func begin(_ report: DmarcReport, _ key: String, _ file: String, at now: Date) throws -> Bool {
        let head = report.head
        let isNew = try change(
            """
            INSERT INTO dmarcReport (id, organization, contact, reportID, domain, begins, ends, policy, messages, file, takenAt, isWhole)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """,
            [
                key, head.organization, head.contact, head.id, head.domain, head.begins.milliseconds, head.ends.milliseconds, head.policy,
                report.messages, file, now.milliseconds, false,
            ])
        return try isNew == 1 || exists("SELECT 1 FROM dmarcReport WHERE id = ? AND NOT isWhole", [key])
    }

    fileprivate func put(_ rows: [DmarcReport.Row], from start: Int, of key: String) throws {
        let values = rows.enumerated().map { offset, row -> Values in
            let sending = row.sending
            return [
                key, start + offset, sending.domain, sending.source.description, sending.isDKIMAligned, sending.isSPFAligned,
                sending.signer, sending.envelope, row.disposition.rawValue, row.exception, row.messages,
            ]
        }
        try put(values, with: Self.dmarcRows)
    }

    private static let dmarcRows = ManyRows(
        "INSERT INTO dmarcRow (report, number, domain, source, isDKIMAligned, isSPFAligned, signer, envelope, disposition, exception, messages)",
        columns: 11, "ON CONFLICT (report, number) DO NOTHING")

    /// From now on it counts; false: it does already. nil: what is there is not this report, but another of the same name that was left half-way, and is gone now.
    fileprivate func finish(_ report: DmarcReport, _ key: String, _ line: [JournalLine]) throws -> Bool? {
        let found = try first(
            "SELECT count(*), CAST(coalesce(sum(messages), 0) AS BIGINT) FROM dmarcRow WHERE report = ?", [key]
        ) { (Int(try $0.integer()), Int(try $0.integer())) }
        guard let found, found == (report.rows.count, report.messages) else {
            try run("DELETE FROM dmarcReport WHERE id = ? AND NOT isWhole", [key])
            return nil
        }
        guard
            try change("UPDATE dmarcReport SET isWhole = ?, messages = ? WHERE id = ? AND NOT isWhole", [true, report.messages, key]) == 1
        else { return false }
        try append(line)
        return true
    }
}
