package import struct FoundationEssentials.Date

/// How a domain's mail comes out at receivers: what part of it is aligned, and by what, before its policy is made stricter.
package struct DomainAlignment: Sendable, Hashable {
    package let domain: String
    /// As the latest report of it found it; empty: none was about the domain itself.
    package fileprivate(set) var policy = ""
    package fileprivate(set) var counts = SendingCounts()
    /// Of messages that were not aligned, those that come from sources which also send aligned mail: what a stricter policy would hit first.
    package fileprivate(set) var atRisk = 0
    package fileprivate(set) var sources = 0
    package fileprivate(set) var first: Date
    package fileprivate(set) var last: Date

    /// In a hundred, rounded down: nothing but all of it is a hundred.
    package var percent: Int { counts.messages == 0 ? 0 : counts.aligned * 100 / counts.messages }

    /// By domain.
    package static func all(_ sources: SendingSources, _ reports: [TakenDmarcReport]) -> [DomainAlignment] {
        var found: [String: DomainAlignment] = [:]
        for row in sources.rows {
            var domain = found[row.domain] ?? DomainAlignment(domain: row.domain, first: row.first, last: row.last)
            domain.counts += row.counts
            domain.sources += 1
            if row.counts.aligned > 0 { domain.atRisk += row.counts.messages - row.counts.aligned }
            domain.first = min(domain.first, row.first)
            domain.last = max(domain.last, row.last)
            found[row.domain] = domain
        }
        // The latest come first.
        for report in reports.reversed() { found[report.head.domain]?.policy = report.head.policy }
        return found.values.sorted { $0.domain < $1.domain }
    }
}
