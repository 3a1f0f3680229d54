internal import Foundation

/// Transparency (RFC 5321 section 4.5.2), piece by piece: finds the dots that begin a line, also where the line began in the piece before.
///
/// A dot behind a bare LF counts as well. The accepted form has no bare LF, but if one slipped through, doubling the dot keeps every server
/// from reading an end of data in it (SMTP smuggling).
struct DotStuffing {
    private var last: UInt8 = 0x0A
    private var lastButOne: UInt8 = 0x0D

    /// Where in `piece` a dot must be added; empty, without any allocation, for nearly every piece there is. Counts the piece as written.
    mutating func dots(in piece: [UInt8]) -> [Int] {
        guard let final = piece.last else { return [] }
        var found: [Int] = []
        if last == 0x0A, piece[0] == UInt8(ascii: ".") { found.append(0) }
        piece.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            var from = 1
            while from < bytes.count, let hit = memchr(base + from, Int32(UInt8(ascii: ".")), bytes.count - from) {
                let index = UnsafeRawPointer(hit) - base
                if bytes[index - 1] == 0x0A { found.append(index) }
                from = index + 1
            }
        }
        lastButOne = piece.count > 1 ? piece[piece.count - 2] : last
        last = final
        return found
    }

    /// What ends the content: CRLF first, if it did not end with one.
    var ending: [UInt8] {
        lastButOne == 0x0D && last == 0x0A ? Array(".\r\n".utf8) : Array("\r\n.\r\n".utf8)
    }
}
