/// What a message carries, for whoever looks for an attachment: its leaves (RFC 2046), decoded. It reads what mailboxes hold rather than what standards allow: bare
/// line feeds, boundaries that never close, Base64 with line ends anywhere.
package enum MessageParts {
    /// A leaf.
    package struct Part: Sendable, Hashable {
        /// In lower case, without parameters.
        package let type: String
        /// What its sender calls it; empty: nothing.
        package let name: String
        package let content: [UInt8]
    }

    /// Messages forwarded within messages, and multiparts within those: a person does not nest deeper.
    private static let deepest = 8
    /// A message has some; one with more wants to keep us busy.
    private static let mostParts = 200

    package static func all(of message: [UInt8]) -> [Part] {
        var parts: [Part] = []
        collect(message[...], depth: 0, into: &parts)
        return parts
    }

    private static func collect(_ entity: ArraySlice<UInt8>, depth: Int, into parts: inout [Part]) {
        guard depth < deepest, parts.count < mostParts else { return }
        let (header, body) = split(entity)
        let fields = PartFields(header)
        if fields.type.hasPrefix("multipart/"), let boundary = fields.boundary, !boundary.isEmpty {
            for piece in pieces(of: body, boundary: boundary) { collect(piece, depth: depth + 1, into: &parts) }
        } else if fields.type == "message/rfc822" {
            collect(fields.decode(body)[...], depth: depth + 1, into: &parts)
        } else {
            parts.append(Part(type: fields.type, name: fields.name, content: fields.decode(body)))
        }
    }

    /// At the first empty line.
    private static func split(_ entity: ArraySlice<UInt8>) -> (header: ArraySlice<UInt8>, body: ArraySlice<UInt8>) {
        var start = entity.startIndex
        while start < entity.endIndex {
            let end = entity[start...].firstIndex(of: ASCII.lineFeed) ?? entity.endIndex
            let line = entity[start..<end]
            let next = min(end + 1, entity.endIndex)
            if line.isEmpty || line.elementsEqual([ASCII.carriageReturn]) { return (entity[..<start], entity[next...]) }
            start = next
        }
        return (entity, entity[entity.endIndex...])
    }

    /// What stands between lines that begin with the boundary; what is before the first is for programs that know no MIME.
    private static func pieces(of body: ArraySlice<UInt8>, boundary: String) -> [ArraySlice<UInt8>] {
        let mark = Array("--\(boundary)".utf8)
        var pieces: [ArraySlice<UInt8>] = []
        var begin: Int?
        var start = body.startIndex
        while start < body.endIndex, pieces.count < mostParts {
            let end = body[start...].firstIndex(of: ASCII.lineFeed) ?? body.endIndex
            let next = min(end + 1, body.endIndex)
            if body[start..<end].starts(with: mark) {
                if let begin { pieces.append(body[begin..<start]) }
                begin = body[start..<end].dropFirst(mark.count).starts(with: "--".utf8) ? nil : next
            }
            start = next
        }
        if let begin { pieces.append(body[begin...]) }
        return pieces
    }
}

/// The fields that say how a part is to be read.
private struct PartFields {
    private var values: [String: String] = [:]

    /// Only these, and of each the first.
    private static let known: Set = ["content-type", "content-transfer-encoding", "content-disposition"]

    init(_ header: ArraySlice<UInt8>) {
        var lines: [String] = []
        for line in header.split(separator: ASCII.lineFeed, omittingEmptySubsequences: true) {
            let text = String(decoding: line.last == ASCII.carriageReturn ? line.dropLast() : line, as: UTF8.self)
            if text.first == " " || text.first == "\t", !lines.isEmpty { lines[lines.count - 1] += text } else { lines.append(text) }
        }
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            if Self.known.contains(name), values[name] == nil { values[name] = String(line[line.index(after: colon)...]) }
        }
    }

    /// RFC 2045 section 5.2: without the field it is plain text.
    var type: String {
        let type = (values["content-type"] ?? "").prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        return type.isEmpty ? "text/plain" : type
    }

    var boundary: String? { parameter("boundary", of: "content-type") }

    var name: String { parameter("filename", of: "content-disposition") ?? parameter("name", of: "content-type") ?? "" }

    func decode(_ body: ArraySlice<UInt8>) -> [UInt8] {
        switch (values["content-transfer-encoding"] ?? "").filter({ !$0.isWhitespace }).lowercased() {
        case "base64": Base64.decode(body.filter { $0 > ASCII.space }[...]) ?? []
        case "quoted-printable": QuotedPrintable.decode(body)
        default: Array(body)
        }
    }

    /// `name=value` or `name="value"`; RFC 2231's pieces and character sets are not put together, since names are only shown.
    private func parameter(_ name: String, of field: String) -> String? {
        var rest = (values[field] ?? "")[...]
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[rest.index(after: semicolon)...].drop { $0.isWhitespace }
            guard let equals = rest.firstIndex(of: "="), rest[..<equals].lowercased().filter({ !$0.isWhitespace }) == name else { continue }
            let value = rest[rest.index(after: equals)...].drop { $0.isWhitespace }
            if value.first == "\"" { return String(value.dropFirst().prefix { $0 != "\"" }) }
            return String(value.prefix { $0 != ";" && !$0.isWhitespace })
        }
        return nil
    }
}
