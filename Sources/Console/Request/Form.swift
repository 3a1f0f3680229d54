internal import Web
internal import HTTPTypes
internal import Hummingbird
internal import Relay

/// What a browser sends with a form: fields as text, each as often as it stands there, and at most one file.
struct Form: Sendable {
    private let fields: [(name: String, value: String)]
    let file: (name: String, bytes: [UInt8])?

    /// `application/x-www-form-urlencoded`
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let query = Query(text) else { return nil }
        fields = query.pairs
        file = nil
    }

    init(fields: [(name: String, value: String)], file: (name: String, bytes: [UInt8])? = nil) {
        self.fields = fields
        self.file = file
    }

    /// Trimmed; nil where it is empty or missing.
    subscript(name: String) -> String? {
        guard let value = fields.first(where: { $0.name == name })?.value else { return nil }
        let trimmed = String(value.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Just as it was typed.
    func raw(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }

    func all(_ name: String) -> [String] { fields.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

    var names: [String] { fields.map(\.name) }

    /// A box that is ticked.
    func isTicked(_ name: String) -> Bool { fields.contains { $0.name == name } }

    /// Lines or words, as people separate addresses.
    func words(_ name: String) -> [String] { raw(name).split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init) }
}

/// `multipart/form-data` (RFC 7578), for the one form that has a file.
enum MultipartForm {
    /// nil: not what a browser sends.
    static func read(_ bytes: [UInt8], boundary: String) -> Form? {
        let mark = Array("--\(boundary)".utf8)
        var fields: [(name: String, value: String)] = []
        var file: (name: String, bytes: [UInt8])?
        guard var place = find(mark, in: bytes, from: 0) else { return nil }
        while true {
            var start = place + mark.count
            if bytes[start...].starts(with: "--".utf8) { return Form(fields: fields, file: file) }
            guard bytes[start...].starts(with: "\r\n".utf8) else { return nil }
            start += 2
            guard let headEnd = find(Array("\r\n\r\n".utf8), in: bytes, from: start),
                let end = find(Array("\r\n".utf8) + mark, in: bytes, from: headEnd + 2)
            else { return nil }
            let head = String(decoding: bytes[start..<headEnd], as: UTF8.self)
            guard let name = parameter("name", in: head) else { return nil }
            let content = bytes[(headEnd + 4)..<max(headEnd + 4, end)]
            if let fileName = parameter("filename", in: head) {
                file = (fileName, Array(content))
            } else {
                guard let value = String(validating: content, as: UTF8.self) else { return nil }
                fields.append((name, value))
            }
            place = end + 2
        }
    }

    private static func parameter(_ name: String, in head: String) -> String? {
        guard let start = head.firstRange(of: " \(name)=\"")?.upperBound else { return nil }
        return String(head[start...].prefix { $0 != "\"" && $0 != "\r" && $0 != "\n" })
    }

    private static func find(_ mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = mark.first, bytes.count >= mark.count else { return nil }
        var place = start
        while place <= bytes.count - mark.count {
            if bytes[place] == first, bytes[place..<(place + mark.count)].elementsEqual(mark) { return place }
            place += 1
        }
        return nil
    }
}
