internal import Relay
internal import Web

/// A JSON object that arrives in pieces: the string of its member `message` is handed on as it comes, unescaped; everything else is kept, to be read as a document in
/// the end. So a message of 150 MB never stands whole in memory, as it does not where it is sent as it is.
struct MessageDocument {
    static let member = "message"

    /// Octets beside the message that there may be.
    private let limit: Int
    /// The object as it came, with nothing in the message's quotes.
    private var rest: [UInt8] = []
    private var place = Place.between
    private var depth = 0
    /// The next string at depth 1 is a key.
    private var isKeyNext = false
    private var keyStart = 0
    private var isMessageNext = false
    /// Octets of the body before the piece that is being read.
    private var offset = 0
    /// An escape in the message that is not complete, from its backslash.
    private var escape: [UInt8] = []
    /// The first octets of a character of the message whose others have not come yet.
    private var cut: [UInt8] = []

    private enum Place {
        case between
        case string(isEscaped: Bool)
        case message
    }

    init(limit: Int) { self.limit = limit }

    /// Appends what is of the message.
    mutating func consume(_ piece: ArraySlice<UInt8>, into message: inout [UInt8]) throws {
        var index = piece.startIndex
        while index < piece.endIndex {
            switch place {
            case .message: index = try readMessage(piece, from: index, into: &message)
            case .between, .string:
                take(piece[index])
                index += 1
            }
            guard rest.count <= limit else {
                throw Problem(.tooLarge, "there are more than \(limit) octets beside the message", fix: "send it in parts")
            }
        }
        offset += piece.count
    }

    /// What has been said so far, as if the object ended with the message: to begin before it has come whole.
    func soFar() throws -> DocumentFields { try Self.fields(rest + (isMessageUnderWay ? Array("\"}".utf8) : [])) }

    var isMessageUnderWay: Bool { if case .message = place { true } else { false } }

    /// The whole, once the body has ended.
    func finished() throws -> DocumentFields { try Self.fields(rest) }

    private static func fields(_ bytes: [UInt8]) throws -> DocumentFields {
        let document: DocumentReader
        do throws(JSONError) { document = DocumentReader(try JSONReader.value(bytes)) } catch {
            throw Problem(.badRequest, error.description)
        }
        return try document.fields(["purpose", "user", "envelope_sender", "recipients", member])
    }

    /// Keeps track of where it is, no more: whether it is JSON is judged in the end.
    private mutating func take(_ byte: UInt8) {
        rest.append(byte)
        switch place {
        case .string(isEscaped: true): place = .string(isEscaped: false)
        case .string(isEscaped: false):
            if byte == UInt8(ascii: "\\") { place = .string(isEscaped: true) }
            if byte == UInt8(ascii: "\"") { endString() }
        case .between: takeBetween(byte)
        case .message: break
        }
    }

    private mutating func takeBetween(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""):
            keyStart = rest.count
            place = depth == 1 && !isKeyNext && isMessageNext ? .message : .string(isEscaped: false)
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            depth += 1
            isKeyNext = depth == 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: ","): if depth == 1 { (isKeyNext, isMessageNext) = (true, false) }
        case UInt8(ascii: ":"): if depth == 1 { isKeyNext = false }
        default: break
        }
    }

    private mutating func endString() {
        place = .between
        guard depth == 1, isKeyNext else { return }
        let quoted = [UInt8(ascii: "\"")] + rest[keyStart...]
        isMessageNext = (try? JSONReader.value(quoted)) == .text(Self.member)  // what cannot be read is told in the end
    }
}

/// The message's own octets.
extension MessageDocument {
    private mutating func readMessage(_ piece: ArraySlice<UInt8>, from start: Int, into message: inout [UInt8]) throws -> Int {
        var index = start
        if escape.isEmpty {
            while index < piece.endIndex, piece[index] != UInt8(ascii: "\""), piece[index] != UInt8(ascii: "\\"), piece[index] >= 0x20 {
                index += 1
            }
            try hand(on: piece[start..<index], to: &message, at: index - piece.startIndex)
            guard index < piece.endIndex else { return index }
        }
        let byte = piece[index]
        guard escape.isEmpty, byte != UInt8(ascii: "\\") else {
            escape.append(byte)
            try endEscape(into: &message, at: index + 1 - piece.startIndex)
            return index + 1
        }
        guard byte == UInt8(ascii: "\"") else {
            throw problem("a control character stands in a string; it is written with a backslash", at: index - piece.startIndex)
        }
        guard cut.isEmpty else { throw problem("a string is not UTF-8", at: index - piece.startIndex) }
        rest.append(byte)
        place = .between
        return index + 1
    }

    /// Whole characters alone: JSON is UTF-8.
    private mutating func hand(on octets: ArraySlice<UInt8>, to message: inout [UInt8], at place: Int) throws {
        guard !octets.isEmpty else { return }
        let text = cut + octets
        let end = text.endIndex - Self.incomplete(at: text)
        guard String(validating: text[..<end], as: UTF8.self) != nil else { throw problem("a string is not UTF-8", at: place) }
        message += text[..<end]
        cut = Array(text[end...])
    }

    /// How many octets at the end begin a character that goes on.
    private static func incomplete(at text: [UInt8]) -> Int {
        for count in 1...3 where count <= text.count {
            let byte = text[text.count - count]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > count ? count : 0
        }
        return 0
    }

    private mutating func endEscape(into message: inout [UInt8], at place: Int) throws {
        guard Self.isWhole(escape) else { return }
        guard cut.isEmpty else { throw problem("a string is not UTF-8", at: place) }
        let value: DocumentValue
        do throws(JSONError) { value = try JSONReader.value([UInt8(ascii: "\"")] + escape + [UInt8(ascii: "\"")]) } catch {
            throw problem(error.problem, at: place)
        }
        if case .text(let text) = value { message += Array(text.utf8) }
        escape = []
    }

    /// `\n`, `\u0041`, and both halves of a pair.
    private static func isWhole(_ escape: [UInt8]) -> Bool {
        guard escape.count >= 2 else { return false }
        guard escape[1] == UInt8(ascii: "u") else { return true }
        guard escape.count >= 6 else { return false }
        let unit = UInt16(String(decoding: escape[2..<6], as: UTF8.self), radix: 16) ?? 0
        guard (0xD800..<0xDC00).contains(unit) else { return true }
        return escape.count == 12 || escape.count > 6 && escape[6] != UInt8(ascii: "\\")
            || escape.count > 7 && escape[7] != UInt8(ascii: "u")
    }

    private func problem(_ words: String, at place: Int) -> Problem {
        Problem(.badRequest, JSONError(problem: words, offset: offset + place).description)
    }
}
