import Foundation
import TestSupport

/// A dialogue below `Fixtures/smtp/in`: what a client says (`C:`), what it hears (`S:`), and what has been kept in the end (`=`). A new case is a new file.
///
/// `C:` lines end with CRLF; `C~` lines do not. In both, `\r \n \0 \t \\ \xNN` are octets and `{name 3000}` repeats the text before the blank so often.
/// `S:` lines are exact; a `*` at the end stands for anything. `CLOSED`: the connection is closed now. `WAIT n`: so many seconds pass. Heads: `@ tls`, `@ offers tls`,
/// `@ clear no`, `@ place ADDRESS`, `@ uid N`, `@ size N`, `@ recipients N`, `@ in-step` (with the reason why it cannot be sent in one piece), `@ one-write` (nor octet by octet).
struct Dialogue: Sendable, CustomStringConvertible {
    enum Step: Sendable, Hashable {
        case client([UInt8])
        case server(String)
        case closed
        case wait(Int64)
    }

    let name: String
    var steps: [Step] = []
    var heads: [String: String] = [:]
    /// What must be true in the end.
    var results: [String] = []

    var description: String { name }

    static func all() throws -> [Dialogue] {
        let folder = FixtureFolder.fixtures.appending(path: "smtp/in")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }.sorted()
        guard names.count >= 80 else { throw FixtureFolder.NoCases(description: "only \(names.count) dialogues in \(folder.path)") }
        return try names.map { try Dialogue(name: $0, text: String(contentsOf: folder.appending(path: $0), encoding: .utf8)) }
    }

    init(name: String, text: String) throws {
        self.name = name
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty && !line.hasPrefix("#") {
            let rest = String(line.dropFirst(3))
            if line == "C:" || line.hasPrefix("C: ") {
                steps.append(.client(try Self.octets(rest) + [0x0D, 0x0A]))
            } else if line.hasPrefix("C~ ") {
                steps.append(.client(try Self.octets(rest)))
            } else if line.hasPrefix("S: ") {
                steps.append(.server(rest))
            } else if line == "CLOSED" {
                steps.append(.closed)
            } else if line.hasPrefix("WAIT "), let seconds = Int64(line.dropFirst(5)) {
                steps.append(.wait(seconds))
            } else if line.hasPrefix("= ") {
                results.append(String(line.dropFirst(2)))
            } else if line.hasPrefix("@ ") {
                let words = line.dropFirst(2).split(separator: " ", maxSplits: 1).map(String.init)
                heads[words[0]] = words.count > 1 ? words[1] : ""
            } else {
                throw FixtureFolder.NoCases(description: "\(name), line \(number + 1) is nothing known: \(line)")
            }
        }
    }

    private static func octets(_ text: String) throws -> [UInt8] {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let next = rest.popFirst() {
                switch next {
                case UInt8(ascii: "r"): octets.append(0x0D)
                case UInt8(ascii: "n"): octets.append(0x0A)
                case UInt8(ascii: "t"): octets.append(0x09)
                case UInt8(ascii: "0"): octets.append(0)
                case UInt8(ascii: "x"):
                    octets.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
                    rest = rest.dropFirst(2)
                default: octets.append(next)
                }
            } else if byte == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")) {
                let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
                for _ in 0..<(Int(words.last ?? "") ?? 0) { octets += Array(words[0].utf8) }
                rest = rest[(end + 1)...]
            } else {
                octets.append(byte)
            }
        }
        return octets
    }
}
