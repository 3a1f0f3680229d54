internal import Mail
package import Relay

/// A file that somebody sent as an aggregate report: the XML itself, a gzip file or a zip archive of it, or the mail message that it came with (RFC 9990: the
/// media type is application/gzip or text/xml; zip is common). What it is, its first octets say, since names and media types are often wrong.
///
/// Whoever reads a stranger's file does so in a process of its own.
package struct ReportFile {
    package typealias Source = () throws(ImportProblem) -> [UInt8]

    private let tell: (DmarcDocument) -> Void

    /// Everything in the file is told of, in its order: what is a report, and what was refused. `next`: the next octets; empty at the end.
    package static func read(_ next: @escaping Source, _ tell: (DmarcDocument) -> Void) {
        withoutActuallyEscaping(tell) { tell in ReportFile(tell: tell).read(next) }
    }

    private func read(_ next: @escaping Source) {
        do throws(ImportProblem) {
            let input = Lookahead(next)
            switch try input.kind() {
            case .xml: tell(DmarcDocument(name: "", outcome(try whole(input.next))))
            case .packed(let form): try unpack(form, Self.bounded(input.next), as: "")
            case .message: try readMessage(Self.bounded(input.next))
            case .nothing: throw ImportProblem(.empty)
            }
        } catch { refuse("", error) }
    }

    private func refuse(_ name: String, _ problem: ImportProblem) { tell(DmarcDocument(name: name, .refused(problem.description))) }

    private func outcome(_ result: Result<DmarcReport, ImportProblem>) -> DmarcDocument.Outcome {
        switch result {
        case .success(let report): .report(report)
        case .failure(let problem): .refused(problem.description)
        }
    }

    private func whole(_ next: Source) throws(ImportProblem) -> Result<DmarcReport, ImportProblem> {
        let reader = DmarcReader()
        return Result { () throws(ImportProblem) in
            while case let bytes = try next(), !bytes.isEmpty { try reader.feed(bytes) }
            return try reader.finish()
        }
    }

    private func unpack(_ form: Unpacker.Form, _ next: @escaping Source, as outer: String) throws(ImportProblem) {
        var name = ""
        var reader = DmarcReader()
        var isEmpty = true
        try Unpacker.open(form, next) { inner in
            isEmpty = false
            reader = DmarcReader()
            name = [outer, Self.short(inner)].filter { !$0.isEmpty }.joined(separator: ": ")
        } piece: { bytes throws(ImportProblem) in
            try reader.feed(bytes)
        } end: { problem in
            if let problem { return refuse(name, problem) }
            tell(DmarcDocument(name: name, outcome(Result { () throws(ImportProblem) in try reader.finish() })))
        }
        if isEmpty { throw ImportProblem(.noReport(in: "archive")) }
    }

    private func readMessage(_ next: Source) throws(ImportProblem) {
        var bytes: [UInt8] = []
        while case let more = try next(), !more.isEmpty { bytes += more }
        var isEmpty = true
        for part in MessageParts.all(of: bytes) {
            let input = Lookahead(part.content)
            let kind: Lookahead.Kind
            do throws(ImportProblem) { kind = try input.kind() } catch { continue }
            let name = Self.short(part.name)
            switch kind {
            case .packed(let form):
                do throws(ImportProblem) { try unpack(form, input.next, as: name) } catch { refuse(name, error) }
            case .xml where part.isXML: tell(DmarcDocument(name: name, outcome(try whole(input.next))))
            case .xml, .message, .nothing: continue
            }
            isEmpty = false
        }
        if isEmpty { throw ImportProblem(.noReport(in: "message")) }
    }

    /// Of somebody's choice, and shown.
    private static func short(_ name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        return String(last.prefix(100).unicodeScalars.prefix(100).map(Character.init))
    }

    private static func bounded(_ next: @escaping Source) -> Source {
        var left = DmarcReport.mostFileOctets
        return { () throws(ImportProblem) in
            let bytes = try next()
            left -= bytes.count
            guard left >= 0 else { throw ImportProblem(.tooBig(limit: DmarcReport.mostFileOctets)) }
            return bytes
        }
    }
}

extension MessageParts.Part {
    fileprivate var isXML: Bool {
        type == "text/xml" || type == "application/xml" || name.lowercased().hasSuffix(".xml") || content.starts(with: "<?xml".utf8)
            || content.starts(with: "<feedback".utf8)
    }
}

/// Looks at a file's first octets and gives them back.
private final class Lookahead {
    enum Kind: Equatable { case xml, packed(Unpacker.Form), message, nothing }

    private let source: ReportFile.Source
    private var seen: [UInt8] = []

    init(_ source: @escaping ReportFile.Source) { self.source = source }

    convenience init(_ bytes: [UInt8]) {
        var rest: [UInt8]? = bytes
        self.init { () throws(ImportProblem) in
            defer { rest = nil }
            return rest ?? []
        }
    }

    func kind() throws(ImportProblem) -> Kind {
        while seen.count < 64, case let more = try source(), !more.isEmpty { seen += more }
        if seen.isEmpty { return .nothing }
        if seen.starts(with: [0x1F, 0x8B]) { return .packed(.gzip) }
        if seen.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return .packed(.zip) }
        let text = seen.drop { [0xEF, 0xBB, 0xBF, 0x20, 0x09, 0x0A, 0x0D].contains($0) }
        // UTF-16, which is refused in words.
        let isWide = seen.starts(with: [0xFF, 0xFE]) || seen.starts(with: [0xFE, 0xFF])
        return text.isEmpty || text.first == UInt8(ascii: "<") || isWide ? .xml : .message
    }

    func next() throws(ImportProblem) -> [UInt8] {
        guard seen.isEmpty else {
            defer { seen = [] }
            return seen
        }
        return try source()
    }
}
