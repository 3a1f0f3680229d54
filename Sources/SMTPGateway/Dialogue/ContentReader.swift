internal import Glibc

/// Reads the content behind DATA: takes the transparency dots out and finds its end, which is CRLF.CRLF and nothing else (RFC 5321 sections 2.3.8, 4.1.1.4, 4.5.2).
///
/// A bare CR or LF makes the content unacceptable and ends nothing: it is read on to its true end, so that what stands behind it is never taken for commands. The
/// state survives any split of the input.
struct ContentReader: Sendable, Hashable {
    /// Why what was read cannot be a message; the first that was found.
    enum Flaw: Sendable, Hashable {
        case bareCarriageReturn(line: Int)
        case bareLineFeed(line: Int)
        case tooLarge(limit: Int)
    }

    private(set) var flaw: Flaw?
    /// Octets read so far, dots included, also after a flaw.
    private(set) var octets = 0
    private let limit: Int
    private var size = 0
    private var line = 1
    private var isAtLineStart = true
    /// What cannot be judged before more has come: `.`, `.CR` or `CR`.
    private var held: [UInt8] = []

    init(limit: Int) { self.limit = limit }

    /// Appends what is content. Returns where the first octet behind the content's end stands, in the indexes of `input`; nil: it goes on.
    mutating func consume(_ input: ArraySlice<UInt8>, into output: inout [UInt8]) -> Int? {
        octets += input.count
        let carried = held.count
        let bytes = carried == 0 ? input : (held + input)[...]
        held = []
        if flaw == nil { output.reserveCapacity(output.count + bytes.count) }
        let end = bytes.withUnsafeBufferPointer { read($0, into: &output) }
        guard let end else { return nil }
        octets -= bytes.count - end
        return input.startIndex + end - carried
    }

    private mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, into output: inout [UInt8]) -> Int? {
        var index = 0
        while index < bytes.count {
            if isAtLineStart, bytes[index] == UInt8(ascii: ".") {
                let rest = bytes.count - index
                if rest == 1 || (rest == 2 && bytes[index + 1] == 0x0D) {
                    held = Array(bytes[index...])
                    return nil
                }
                if bytes[index + 1] == 0x0D, bytes[index + 2] == 0x0A { return index + 3 }
                index += 1
                isAtLineStart = false
                continue
            }
            guard let lineFeed = Self.first(0x0A, in: bytes, index..<bytes.count) else {
                keepRest(of: bytes, from: index, into: &output)
                return nil
            }
            let isLineEnd = lineFeed > index && bytes[lineFeed - 1] == 0x0D
            check(bytes, index..<(isLineEnd ? lineFeed - 1 : lineFeed))
            if !isLineEnd { note(.bareLineFeed(line: line)) }
            emit(bytes, index..<(lineFeed + 1), into: &output)
            line += 1
            isAtLineStart = isLineEnd
            index = lineFeed + 1
        }
        return nil
    }

    private mutating func keepRest(of bytes: UnsafeBufferPointer<UInt8>, from index: Int, into output: inout [UInt8]) {
        let endsInCR = bytes[bytes.count - 1] == 0x0D
        let end = endsInCR ? bytes.count - 1 : bytes.count
        if endsInCR { held = [0x0D] }
        guard index < end else { return }
        check(bytes, index..<end)
        emit(bytes, index..<end, into: &output)
        isAtLineStart = false
    }

    private mutating func check(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        if Self.first(0x0D, in: bytes, range) != nil { note(.bareCarriageReturn(line: line)) }
    }

    private mutating func note(_ found: Flaw) { flaw = flaw ?? found }

    private mutating func emit(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
        size += range.count
        if size > limit { note(.tooLarge(limit: limit)) }
        if flaw == nil { output.append(contentsOf: bytes[range]) }
    }

    private static func first(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        guard !range.isEmpty, let base = bytes.baseAddress, let hit = memchr(base + range.lowerBound, Int32(byte), range.count) else {
            return nil
        }
        return UnsafeRawPointer(hit) - UnsafeRawPointer(base)
    }
}
