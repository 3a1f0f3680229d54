import Dispatch
import Foundation
import Glibc

/// Speaks HTTP/1.1 over a socket of its own, octet by octet as it is told: a request each, or what no honest client would send.
package struct WebClient: Sendable {
    package struct Answer: Sendable {
        package let status: Int
        package let fields: [(name: String, value: String)]
        package let body: [UInt8]

        package func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
        package func all(_ name: String) -> [String] { fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value) }
        package var text: String { String(decoding: body, as: UTF8.self) }
        /// The body as JSON's own types; nil says enough in a test.
        package var json: Any? { try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed) }
        package subscript(key: String) -> Any? { (json as? [String: Any])?[key] }
    }

    package typealias Trouble = LoopbackSocket.Trouble

    package let port: Int
    /// Sent with each request.
    package var fields: [(String, String)] = []
    /// Seconds without an octet.
    package var patience = 300.0

    package init(port: Int, key: String? = nil) {
        self.port = port
        if let key { fields = [("Authorization", "Bearer \(key)")] }
    }

    package func send(
        _ method: String, _ path: String, _ more: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for (name, value) in fields + more { head += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" { head += "Content-Length: \(body.count)\r\n" }
        return try Self.read(try await exchange([Array((head + "\r\n").utf8) + body], endsWithAnswer: true), isHead: method == "HEAD")
    }

    /// With a body of JSON.
    package func send(_ method: String, _ path: String, json: String, _ more: [(String, String)] = []) async throws -> Answer {
        try await send(method, path, [("Content-Type", "application/json")] + more, body: Array(json.utf8))
    }

    package func get(_ path: String, _ more: [(String, String)] = []) async throws -> Answer { try await send("GET", path, more) }

    /// These octets, `pause` seconds between one piece and the next, and all that comes back until the other side closes, or until one answer of known
    /// length is there: not every server closes when it is asked to.
    package func exchange(_ pieces: [[UInt8]], pause: Double = 0, endsWithAnswer: Bool = false) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try talk(pieces, pause, endsWithAnswer) }) }
        }
    }

    private func talk(_ pieces: [[UInt8]], _ pause: Double, _ endsWithAnswer: Bool) throws -> [UInt8] {
        let socket = try LoopbackSocket(port: port, patience: patience)
        for (number, piece) in pieces.enumerated() {
            if number > 0, pause > 0 { usleep(UInt32(pause * 1_000_000)) }
            // A server that has heard enough closes, and its answer may be there all the same.
            do throws(Trouble) { try socket.send(piece) } catch { break }
        }
        var answer: [UInt8] = []
        // What has come is all there is, where nothing more comes in time.
        while let piece = try? socket.receive(), !piece.isEmpty {
            answer += piece
            if endsWithAnswer, Self.isWhole(answer) { break }
        }
        return answer
    }

    /// An answer of known length has come to its end.
    static func isWhole(_ bytes: [UInt8]) -> Bool {
        guard let answer = try? read(bytes), let length = answer.field("Content-Length").flatMap({ Int($0) }) else { return false }
        return answer.body.count >= length
    }

    /// The first answer in these octets.
    package static func read(_ bytes: [UInt8], isHead: Bool = false) throws -> Answer {
        guard let end = Data(bytes).firstRange(of: Data("\r\n\r\n".utf8)) else {
            throw Trouble("no answer: \(String(decoding: bytes.prefix(300), as: UTF8.self))")
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw Trouble("no status: \(lines[0])") }
        let fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(parts[0]), value: parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
        }
        var body = Array(bytes[end.upperBound...])
        if fields.contains(where: { $0.name.lowercased() == "transfer-encoding" && $0.value.lowercased() == "chunked" }) {
            body = try unchunked(body)
        }
        return Answer(status: status, fields: fields, body: isHead ? [] : body)
    }

    private static func unchunked(_ bytes: [UInt8]) throws -> [UInt8] {
        var rest = bytes[...]
        var body: [UInt8] = []
        while let end = rest.firstIndex(of: UInt8(ascii: "\r")) {
            guard let size = Int(String(decoding: rest[rest.startIndex..<end], as: UTF8.self), radix: 16) else {
                throw Trouble("a bad chunk")
            }
            if size == 0 { return body }
            let start = end + 2
            guard start + size + 2 <= rest.endIndex else { throw Trouble("a chunk that breaks off") }
            body += rest[start..<(start + size)]
            rest = rest[(start + size + 2)...]
        }
        throw Trouble("no last chunk")
    }
}
