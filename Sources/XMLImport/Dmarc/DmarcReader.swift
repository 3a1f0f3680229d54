internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Reads one aggregate report as it comes, by local names, so that it is all the same whether the names are in RFC 9990's namespace, in that of a draft or in none.
///
/// What it does not know it skips. A report is whole once `</feedback>` was read: some reporters forget to close what they put around it. A record without its source
/// or its count makes the report none, since a total that lacks something looks like any other.
final class DmarcReader {
    private let visitor = Visitor()
    private let stream: XMLStream

    /// Of a report: a hundred megabytes have been seen, and no tag with more than the namespaces.
    static let limits = XMLLimits(bytes: 256 * 1024 * 1024, tag: 8 * 1024, attributes: 32, depth: 32)

    init() { stream = XMLStream(visitor, limits: Self.limits) }

    func feed(_ bytes: UnsafeRawBufferPointer) throws(ImportProblem) {
        try unlessWhole { () throws(ImportProblem) in try stream.feed(bytes) }
    }

    func feed(_ bytes: [UInt8]) throws(ImportProblem) {
        try unlessWhole { () throws(ImportProblem) in try stream.feed(bytes) }
    }

    func finish() throws(ImportProblem) -> DmarcReport {
        try unlessWhole { () throws(ImportProblem) in try stream.finish() }
        if let report = visitor.report { return report }
        guard let root = visitor.root else { throw ImportProblem(.empty) }
        throw ImportProblem(.otherDocument(root: String(root.name.prefix(60)), wanted: "feedback"), line: root.line)
    }

    /// What follows the report is nobody's, and need not even be XML.
    private func unlessWhole(_ read: () throws(ImportProblem) -> Void) throws(ImportProblem) {
        guard visitor.report == nil else { return }
        do throws(ImportProblem) { try read() } catch { if visitor.report == nil { throw error } }
    }
}

/// A class because the parser calls it back.
private final class Visitor: XMLVisitor {
    /// Octets of a text that anybody looks at; what is longer is judged by where it stands.
    private static let mostText = 1024

    /// Once it is whole.
    private(set) var report: DmarcReport?
    private(set) var root: (name: String, line: Int)?
    private var draft = DmarcDraft()
    /// From `feedback` on; empty: outside of it.
    private var open: [String] = []
    private var text: [UInt8] = []

    func begin(_ element: XMLElement) -> ImportProblem.Reason? {
        if root == nil { root = (element.name, element.line) }
        text.removeAll(keepingCapacity: true)
        guard !open.isEmpty || element.name == "feedback" && report == nil else { return nil }
        open.append(element.name)
        if element.name == "record", open.count == 2 { draft.beginRecord() }
        if open.count == 4, element.name == "dkim" || element.name == "spf", open[2] == "auth_results" { draft.beginResult() }
        return nil
    }

    func add(_ text: UnsafeBufferPointer<UInt8>) {
        guard !open.isEmpty else { return }
        self.text.append(contentsOf: text.prefix(Self.mostText + 1 - self.text.count))
    }

    func end(line: Int) -> ImportProblem.Reason? {
        guard let name = open.popLast() else { return nil }
        defer { text.removeAll(keepingCapacity: true) }
        guard let parent = open.last else {
            switch draft.finish() {
            case .success(let whole): report = whole
            case .failure(let problem): return problem.reason
            }
            return nil
        }
        if name == "record", open.count == 1 { return draft.endRecord() }
        if open.count == 3, open[2] == "auth_results" { return draft.endResult(of: name) }
        guard text.count <= Self.mostText else { return .badText(name) }
        return draft.take(name, in: parent, String(decoding: text, as: UTF8.self))
    }
}
