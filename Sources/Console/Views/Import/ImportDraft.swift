internal import Monitoring
internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// A file held against the directory of now: what it would change, what is left, and what is wrong with it. A million users take some seconds, on a thread of
/// their own.
struct ImportDraft: Sendable {
    struct Sample: Sendable {
        let id: UserID
        let before: String?
        let after: String
    }

    /// What there is to be applied.
    enum Work: Sendable {
        case nothing
        /// Those that the file adds and changes.
        case users(PackedUsers)
        case things(SentImport)
    }

    let id: String
    let kind: ImportKind
    /// The file's.
    let name: String
    let by: String
    let at: Date
    let added: Int
    let changed: Int
    let unchanged: Int
    let problems: [(line: Int, sentence: String)]
    let wrong: Int
    let skipped: Int
    let samples: [Sample]
    /// Of the file, each with what becomes of it; of users those that are skipped.
    let lines: [ImportReport.Line]
    /// How many there are in all.
    let lineCount: Int
    let advice: [String]
    /// Nothing once it is being applied, since nobody needs it twice.
    var work: Work

    /// Differences that a person looks at; of each kind half, if there are as many.
    private static let mostSamples = 50
    /// Lines on a page.
    private static let mostLines = 500
    /// Octets that are decoded at once: the records of a whole file do not stand beside it.
    private static let piece = 1 << 20

    /// Of users.
    init(
        _ bytes: [UInt8], named name: String, id: String, by person: String, at now: Date, against directory: Directory, xml: any XMLReader
    ) {
        var report = ImportReport(most: Self.mostSamples)
        let file = Self.read(bytes, UserImport(intake: directory.settings.intake, xml: xml)) { line in
            if line.outcome != .wrong { report.add(line) }
        }
        let comparison = Comparison(file.users, most: Self.mostSamples) { directory.user($0) }
        self.id = id
        kind = .users
        self.name = name
        by = person
        at = now
        added = comparison.added
        changed = comparison.changed
        unchanged = file.users.count - added - changed
        problems = file.problems
        wrong = file.problemCount
        skipped = file.skippedCount
        samples = comparison.samples
        lines = report.lines
        lineCount = report.lines.count + report.leftOut
        advice = []
        work = file.problemCount == 0 ? .users(comparison.different.finish()) : .nothing
    }

    /// Of everything else, as it was tried.
    init(_ sent: SentImport, _ outcome: SentImport.Outcome, named name: String, id: String, by person: String, at now: Date) {
        let report = outcome.report
        self.id = id
        kind = sent.kind
        self.name = name
        by = person
        at = now
        (added, changed, unchanged) = (report.count(.new), report.count(.changed), report.count(.same))
        (problems, wrong) = ([], 0)
        skipped = report.count(.skipped)
        samples = []
        lines = Array(report.lines.prefix(Self.mostLines))
        lineCount = report.lines.count
        advice = outcome.plan.advice
        work = .things(sent)
    }

    private static func read(_ bytes: [UInt8], _ users: UserImport, noting note: UserImport.Note) -> UserImport {
        var file = users
        for start in stride(from: 0, to: bytes.count, by: piece) {
            file.read(Array(bytes[start..<min(start + piece, bytes.count)]), noting: note)
        }
        file.finish(noting: note)
        return file
    }

    var read: Int { added + changed + unchanged + wrong + skipped }
    var differences: Int { added + changed }
    var canBeApplied: Bool { wrong == 0 && differences > 0 }

    /// `1,204 added, 88 changed`
    var words: String { "\(Words.number(added)) added, \(Words.number(changed)) changed" }

    /// `1,204 users are added and 88 changed.`
    var sentence: String {
        let nouns = kind == .users ? ("user", "users") : ("thing", "things")
        return "\(Words.number(added)) \(added == 1 ? "\(nouns.0) is" : "\(nouns.1) are") added and \(Words.number(changed)) changed."
    }
}

/// A file's users held against those there are, one after the other: a million are not made twice.
private struct Comparison {
    private(set) var added = 0
    private(set) var changed = 0
    private(set) var different = UserPacker()
    private var ofAdded: [ImportDraft.Sample] = []
    private var ofChanged: [ImportDraft.Sample] = []
    private let most: Int

    init(_ users: PackedUsers, most: Int, known: (UserID) -> User?) {
        self.most = most
        for user in users { add(UserDifference([user], known: known)) }
    }

    private mutating func add(_ difference: UserDifference) {
        for user in difference.added {
            added += 1
            different.add(user)
            if ofAdded.count < most { ofAdded.append(.init(id: user.id, before: nil, after: user.words)) }
        }
        for (before, after) in difference.changed {
            changed += 1
            different.add(after)
            if ofChanged.count < most { ofChanged.append(.init(id: after.id, before: before.words, after: after.words)) }
        }
    }

    /// Of each kind half, if there are as many.
    var samples: [ImportDraft.Sample] {
        let some = ofChanged.prefix(max(most / 2, most - added))
        return Array(ofAdded.prefix(most - some.count) + some)
    }
}

extension User {
    /// `Bob Example <bob@example.org>, b@example.org (off), login bob@tenant.example.org`
    fileprivate var words: String {
        var parts = addresses.map { "\($0.address)\($0.isOn ? "" : " (off)")" }
        if !name.isEmpty, let first = addresses.first { parts[0] = "\(name) <\(first.address)>\(first.isOn ? "" : " (off)")" }
        if !name.isEmpty, addresses.isEmpty { parts.append("\(name), without an address") }
        if let login { parts.append("login \(login)") }
        return parts.isEmpty ? "without a name and an address" : parts.joined(separator: ", ")
    }
}
