internal import Crypto
package import Mail
package import struct FoundationEssentials.Date

/// What receivers have reported.
package protocol DmarcStore: Sendable {
    /// Takes a report that came in `file`, with a line in the journal; false, and nothing is changed, where it was taken before. Rows of a large one are put in some at
    /// a time, so that others who write need not wait; it counts once it is whole.
    func take(_ report: DmarcReport, from file: String, by person: String, at now: Date) async throws(StoreFailure) -> Bool
    /// Those that were taken, the latest first.
    func dmarcReports() async throws(StoreFailure) -> [TakenDmarcReport]
    /// What all of them say together, of those that end since then.
    func sendings(since: Date) async throws(StoreFailure) -> [SendingTotal]
}

/// A report that was taken.
package struct TakenDmarcReport: Sendable, Hashable {
    package let head: DmarcReport.Head
    package let messages: Int
    /// In which it came.
    package let file: String
    package let takenAt: Date

    package init(head: DmarcReport.Head, messages: Int, file: String, takenAt: Date) {
        self.head = head
        self.messages = messages
        self.file = file
        self.takenAt = takenAt
    }
}

/// All that was reported of one source as one domain, known by the same.
package struct SendingTotal: Sendable, Hashable {
    package let domain: String
    package let source: IPAddress
    package let signer: String
    package let envelope: String
    package var counts: SendingCounts
    /// The begin of the first report, and the end of the last: when within them, nobody says.
    package var first: Date
    package var last: Date

    package init(domain: String, source: IPAddress, signer: String, envelope: String, counts: SendingCounts, first: Date, last: Date) {
        self.domain = domain
        self.source = source
        self.signer = signer
        self.envelope = envelope
        self.counts = counts
        self.first = first
        self.last = last
    }
}

/// Messages by how they were judged.
package struct SendingCounts: Sendable, Hashable {
    package var messages = 0
    package var aligned = 0
    package var byDKIM = 0
    package var bySPF = 0
    /// Put aside or refused by the receiver.
    package var stopped = 0

    package init() {}

    package init(messages: Int, aligned: Int, byDKIM: Int, bySPF: Int, stopped: Int) {
        self.messages = messages
        self.aligned = aligned
        self.byDKIM = byDKIM
        self.bySPF = bySPF
        self.stopped = stopped
    }

    package init(_ row: DmarcReport.Row) {
        messages = row.messages
        aligned = row.sending.isAligned ? row.messages : 0
        byDKIM = row.sending.isDKIMAligned ? row.messages : 0
        bySPF = row.sending.isSPFAligned ? row.messages : 0
        stopped = row.disposition == .quarantine || row.disposition == .reject ? row.messages : 0
    }

    package static func += (left: inout Self, right: Self) {
        left.messages += right.messages
        left.aligned += right.aligned
        left.byDKIM += right.byDKIM
        left.bySPF += right.bySPF
        left.stopped += right.stopped
    }
}

extension DmarcReport.Head {
    /// Equal for a report that is sent again. Who reports, and by which name, is not enough: small reporters count from one for each domain.
    package var key: String {
        var hash = SHA256()
        for part in [organization.lowercased(), id, domain, begins.second, ends.second] { hash.update(data: Array((part + "\n").utf8)) }
        return hash.finalize().prefix(16).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }
}

extension DmarcReport {
    package func entry(from file: String, by person: String, at now: Date) -> JournalEntry {
        JournalEntry(
            at: now, kind: .reportTaken,
            facts: [
                .init("organization", head.organization), .init("report", head.id), .init("domain", head.domain),
                .init("begins", head.begins.second), .init("ends", head.ends.second), .init("messages", String(messages)),
                .init("file", file),
            ], personal: [.init(.person, person)])
    }
}
