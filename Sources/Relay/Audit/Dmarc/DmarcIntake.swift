package import struct FoundationEssentials.Date

/// Has files of strangers read; the program plays it with a process that may not do anything else.
package protocol ReportReader: Sendable {
    func documents(inFile path: String) async throws(ReportReaderFailure) -> [DmarcDocument]
    func documents(in octets: [UInt8]) async throws(ReportReaderFailure) -> [DmarcDocument]
}

/// A file could not be had, or nobody could be made to read it: that says nothing of what is in it.
package enum ReportReaderFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Of the file itself.
    case noFile(String)
    case unavailable(String)

    package var description: String {
        switch self {
        case .noFile(let words), .unavailable(let words): words
        }
    }
}

/// Takes in what was read from a file, report by report: one that is malformed keeps no other from being taken, and one that is sent again counts once.
package struct DmarcIntake: Sendable {
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        case taken, known, refused
    }

    /// What became of one document.
    package struct Line: Sendable, Hashable {
        /// The file, and what it is called in it.
        package let file: String
        package let outcome: Outcome
        /// nil: it is none.
        package let head: DmarcReport.Head?
        package let messages: Int
        /// Of what was not taken.
        package let why: String

        package init(file: String, outcome: Outcome, head: DmarcReport.Head?, messages: Int, why: String) {
            self.file = file
            self.outcome = outcome
            self.head = head
            self.messages = messages
            self.why = why
        }
    }

    private let store: any DmarcStore
    private let person: String
    private let now: @Sendable () -> Date

    package init(_ store: any DmarcStore, person: String, now: @escaping @Sendable () -> Date) {
        self.store = store
        self.person = person
        self.now = now
    }

    package func take(_ documents: [DmarcDocument], from file: String) async throws(StoreFailure) -> [Line] {
        var lines: [Line] = []
        for document in documents {
            let name = document.name.isEmpty ? file : file.isEmpty ? document.name : "\(file): \(document.name)"
            switch document.outcome {
            case .refused(let why): lines.append(Line(file: name, outcome: .refused, head: nil, messages: 0, why: why))
            case .report(let report):
                let isNew = try await store.take(report, from: name, by: person, at: now())
                lines.append(
                    Line(
                        file: name, outcome: isNew ? .taken : .known, head: report.head, messages: report.messages,
                        why: isNew ? "" : "it was taken before, and is counted once"))
            }
        }
        return lines
    }
}

extension [DmarcIntake.Line] {
    package func count(_ outcome: DmarcIntake.Outcome) -> Int { count { $0.outcome == outcome } }

    package var words: String {
        let taken = filter { $0.outcome == .taken }
        return "\(taken.count) taken (\(taken.reduce(0) { $0 + $1.messages }) messages), \(count(.known)) known, \(count(.refused)) refused"
    }
}
