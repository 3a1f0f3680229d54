internal import Relay

/// One reply of the server, all its lines: the text of each without code and separator.
struct ServerReply: Equatable {
    let code: Int
    let lines: [String]

    /// Longer texts help nobody and would fill the journal; no real server comes near.
    private static let textLimit = 4096

    /// With the RFC 3463 code of the first line taken out of all of them (RFC 2034 has servers repeat it in each).
    var reply: ProviderReply {
        let enhanced = Self.enhancedCode(of: lines.first ?? "")
        let texts = lines.map { line in
            enhanced.isEmpty || Self.enhancedCode(of: line) != enhanced ? line : String(line.dropFirst(enhanced.count + 1))
        }
        let text = texts.joined(separator: " ")
        let kept = text.utf8.count <= Self.textLimit ? text : String(text.prefix(Self.textLimit)) + "…"
        return ProviderReply(code: code, enhanced: enhanced, text: kept)
    }

    /// `class "." subject "." detail`, RFC 3463 section 2, at the start of a line; empty where there is none.
    private static func enhancedCode(of line: String) -> String {
        guard let first = line.utf8.first, [0x32, 0x34, 0x35].contains(first) else { return "" }  // 2, 4, 5
        let word = line.prefix { $0 != " " }
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].utf8.count == 1 else { return "" }
        let areNumbers = parts.dropFirst().allSatisfy {
            (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        return areNumbers ? String(word) : ""
    }
}

/// Cuts what the server sends into replies (RFC 5321 section 4.2.1). A line may end with LF alone, as some appliances do; everything else is
/// held to the letter, and bounded: a server cannot make us keep more than 200 lines of 4 KiB.
struct ReplyParser {
    struct Violation: Error, Equatable {
        let text: String
    }

    /// RFC 5321 4.5.3.1.5 has 512 octets; long explanations and challenges exceed that in practice.
    static let lineLimit = 4096
    /// No EHLO answer in the world has a fifth of it.
    static let linesLimit = 200

    private var bytes: [UInt8] = []
    private var start = 0
    private var scanned = 0
    private var code = 0
    private var lines: [String] = []

    /// Something has arrived that no reply was made of yet.
    var hasUnread: Bool { start < bytes.count || !lines.isEmpty }

    mutating func append(_ more: some Collection<UInt8>) {
        if start == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            start = 0
            scanned = 0
        }
        bytes.append(contentsOf: more)
    }

    /// The next whole reply, or nil until more has come.
    mutating func next() throws(Violation) -> ServerReply? {
        while let line = try nextLine() {
            guard lines.isEmpty || line.code == code else {
                throw Violation(text: "a reply that changes its code from \(code) to \(line.code)")
            }
            code = line.code
            lines.append(line.text)
            if line.isLast {
                defer { lines.removeAll() }
                return ServerReply(code: code, lines: lines)
            }
            guard lines.count < Self.linesLimit else { throw Violation(text: "a reply of more than \(Self.linesLimit) lines") }
        }
        return nil
    }

    private mutating func nextLine() throws(Violation) -> (code: Int, isLast: Bool, text: String)? {
        guard let end = bytes[scanned...].firstIndex(of: 0x0A) else {
            scanned = bytes.count
            guard bytes.count - start <= Self.lineLimit else { throw Violation(text: "a reply line of more than \(Self.lineLimit) octets") }
            return nil
        }
        var line = bytes[start..<end]
        start = end + 1
        scanned = start
        guard line.count <= Self.lineLimit else { throw Violation(text: "a reply line of more than \(Self.lineLimit) octets") }
        if line.last == 0x0D { line.removeLast() }
        return try Self.parts(of: line)
    }

    private static func parts(of line: ArraySlice<UInt8>) throws(Violation) -> (code: Int, isLast: Bool, text: String) {
        let digits = line.prefix(3)
        let rest = line.dropFirst(3)
        guard digits.count == 3, (0x32...0x35).contains(digits[digits.startIndex]), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            rest.isEmpty || rest.first == 0x20 || rest.first == 0x2D
        else { throw Violation(text: "a line that is no reply: “\(text(of: line.prefix(60)))”") }
        let code = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return (code, rest.first != 0x2D, text(of: rest.dropFirst()))
    }

    /// Control characters become spaces: a reply ends up in logs and on terminals.
    private static func text(of bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.lazy.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }, as: UTF8.self)
    }
}
