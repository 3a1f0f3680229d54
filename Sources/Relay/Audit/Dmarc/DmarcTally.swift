internal import Mail

/// Adds up the rows of one report as they are read, so that a report of millions of records takes no more room than it has different ones.
package struct DmarcTally: Sendable {
    /// Sources times domains. The largest reports that are spoken of have some ten thousand; of one with more, most were made up.
    package static let mostRows = 100_000
    /// Messages in one record, and in a report: more than the largest receiver takes in a day, and few enough that sums of thousands of reports do not overflow.
    package static let mostMessages = 1_000_000_000_000

    private struct Key: Hashable {
        let sending: DmarcReport.Sending
        let disposition: DmarcReport.Disposition
        let exception: String
    }

    private var counts: [Key: Int] = [:]
    package private(set) var messages = 0

    package init() {}

    /// False: it is one too many, or the report counts more messages than there can be.
    package mutating func add(_ row: DmarcReport.Row) -> Bool {
        guard row.messages >= 0, row.messages <= Self.mostMessages - messages else { return false }
        let key = Key(sending: row.sending, disposition: row.disposition, exception: row.exception)
        guard counts.count < Self.mostRows || counts[key] != nil else { return false }
        counts[key, default: 0] += row.messages
        messages += row.messages
        return true
    }

    /// In an order of their own, so that one report is always written alike.
    package var rows: [DmarcReport.Row] {
        counts.map { key, messages in
            DmarcReport.Row(key.sending, disposition: key.disposition, exception: key.exception, messages: messages)
        }.sorted { $0.order.lexicographicallyPrecedes($1.order) }
    }
}

extension DmarcReport.Row {
    fileprivate var order: [String] {
        [
            sending.domain, sending.source.description, sending.signer, sending.envelope, sending.isDKIMAligned ? "1" : "0",
            sending.isSPFAligned ? "1" : "0", disposition.rawValue, exception,
        ]
    }
}
