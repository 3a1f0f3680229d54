internal import Mail
package import Relay
package import struct FoundationEssentials.Date

/// A report as it was taken.
struct MemoryDmarcReport: Sendable {
    let report: DmarcReport
    let file: String
    let at: Date
}

extension MemoryStore: DmarcStore {
    package func take(_ report: DmarcReport, from file: String, by person: String, at now: Date) async throws(StoreFailure) -> Bool {
        try await enter(.dmarc)
        guard dmarc[report.head.key] == nil else { return false }
        dmarc[report.head.key] = MemoryDmarcReport(report: report, file: file, at: now)
        note([report.entry(from: file, by: person, at: now)], [])
        committed()
        return true
    }

    package func dmarcReports() async throws(StoreFailure) -> [TakenDmarcReport] {
        try await enter(.dmarc)
        return dmarc.values.map { TakenDmarcReport(head: $0.report.head, messages: $0.report.messages, file: $0.file, takenAt: $0.at) }
            .sorted { ($1.head.ends, $0.head.key) < ($0.head.ends, $1.head.key) }
    }

    package func sendings(since: Date) async throws(StoreFailure) -> [SendingTotal] {
        try await enter(.dmarc)
        var found: [[String]: SendingTotal] = [:]
        for report in dmarc.values.map(\.report) where report.head.ends >= since {
            for row in report.rows {
                let sending = row.sending
                let key = [sending.domain, sending.source.description, sending.signer, sending.envelope]
                var total =
                    found[key]
                    ?? SendingTotal(
                        domain: sending.domain, source: sending.source, signer: sending.signer, envelope: sending.envelope,
                        counts: SendingCounts(), first: report.head.begins, last: report.head.ends)
                total.counts += SendingCounts(row)
                total.first = min(total.first, report.head.begins)
                total.last = max(total.last, report.head.ends)
                found[key] = total
            }
        }
        return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }
}
