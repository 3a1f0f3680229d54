/// The form that nearly every address field has: one address, bare or in angle brackets behind a name, all in ASCII, without a comment, an escape, a fold or an
/// encoded word. It is found in place, and nothing is made of it before somebody asks.
///
/// Where there is one, `AddressScanner` reads the same from the same bytes. Nil says nothing but that the scanner has to look.
struct PlainMailbox {
    /// Quotes excluded. Empty: there is no name.
    let name: Range<Int>
    let localPart: Range<Int>
    let domain: Range<Int>

    init?(_ bytes: Span<UInt8>) {
        let start = Self.endOfSpace(bytes, from: 0)
        guard let opening = Self.nameAndBracket(bytes, from: start) else { return nil }
        let at = Self.endOfDotAtom(bytes, from: opening.end)
        guard let at, at < bytes.count, bytes[at] == UInt8(ascii: "@"), let end = Self.endOfHost(bytes, from: at + 1) else { return nil }
        var rest = end
        if opening.isBracket {
            guard end < bytes.count, bytes[end] == UInt8(ascii: ">") else { return nil }
            rest += 1
        }
        guard Self.endOfSpace(bytes, from: rest) == bytes.count else { return nil }
        // RFC 5321 section 4.5.3.1, as `EmailAddress` has it.
        guard at - opening.end <= 64, end - opening.end <= 254 else { return nil }
        name = opening.name
        localPart = opening.end..<at
        domain = (at + 1)..<end
    }

    /// Whether it is this address, whatever the name.
    func isAddress(_ address: EmailAddress, in bytes: Span<UInt8>) -> Bool {
        // An `@` stands in the key only between the two, or in a local part with quotes, which is none of these.
        let key = address.key.utf8.span
        let place = localPart.lowerBound..<domain.upperBound
        guard key.count == place.count else { return false }
        for index in 0..<place.count where key[index] != ASCII.lowercased(bytes[place.lowerBound + index]) { return false }
        return true
    }

    /// Whether the name is this one, which is empty where there is none.
    func isNamed(_ wanted: String, in bytes: Span<UInt8>) -> Bool {
        guard wanted.utf8.allSatisfy({ $0 < 0x80 }) else { return string(name, in: bytes) == wanted }
        let wanted = wanted.utf8.span
        guard wanted.count == name.count else { return false }
        for index in 0..<name.count where wanted[index] != bytes[name.lowerBound + index] { return false }
        return true
    }

    func namedAddress(in bytes: Span<UInt8>) -> NamedAddress {
        let domain = Domain(checkedHost: bytes.extracting(domain))
        let address = EmailAddress(checkedLocalPart: string(localPart, in: bytes), domain: domain)
        return NamedAddress(name: name.isEmpty ? nil : string(name, in: bytes), address: address)
    }

    private func string(_ range: Range<Int>, in bytes: Span<UInt8>) -> String {
        bytes.extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

extension PlainMailbox {
    /// What stands before the local part: nothing, or perhaps a name, and a bracket.
    private static func nameAndBracket(_ bytes: Span<UInt8>, from start: Int) -> (name: Range<Int>, isBracket: Bool, end: Int)? {
        guard start < bytes.count else { return nil }
        let bracket = UInt8(ascii: "<")
        if bytes[start] == bracket { return (start..<start, true, start + 1) }
        if bytes[start] == UInt8(ascii: "\"") {
            guard let quote = endOfQuoted(bytes, from: start + 1) else { return nil }
            let end = endOfSpace(bytes, from: quote + 1)
            return end < bytes.count && bytes[end] == bracket ? ((start + 1)..<quote, true, end + 1) : nil
        }
        let words = endOfWords(bytes, from: start)
        guard words > start, words < bytes.count else { return nil }
        if bytes[words] == UInt8(ascii: "@") { return (start..<start, false, start) }
        let end = endOfSpace(bytes, from: words)
        return end < bytes.count && bytes[end] == bracket ? (start..<words, true, end + 1) : nil
    }

    private static func endOfSpace(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < bytes.count, ASCII.isWhiteSpace(bytes[end]) { end += 1 }
        return end
    }

    /// Where the closing quote stands.
    private static func endOfQuoted(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var end = start
        while end < bytes.count, bytes[end] >= ASCII.space, bytes[end] < 0x7F, bytes[end] != UInt8(ascii: "\\") {
            if bytes[end] == UInt8(ascii: "\"") { return end }
            end += 1
        }
        return nil
    }

    /// Atoms and dots with single spaces between them, so that they read as they stand. Where an encoded word may be, it ends as if there were nothing.
    private static func endOfWords(_ bytes: Span<UInt8>, from start: Int) -> Int {
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            if byte == ASCII.space {
                guard end + 1 < bytes.count, isPlainAtom(bytes[end + 1]) || bytes[end + 1] == UInt8(ascii: ".") else { return end }
            } else if !isPlainAtom(byte), byte != UInt8(ascii: ".") {
                return end
            } else if byte == UInt8(ascii: "?"), end > start, bytes[end - 1] == UInt8(ascii: "=") {
                return start
            }
            end += 1
        }
        return end
    }

    private static func endOfDotAtom(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var end = start
        var isAfterDot = true
        while end < bytes.count {
            let isDot = bytes[end] == UInt8(ascii: ".")
            guard isDot || isPlainAtom(bytes[end]) else { break }
            if isDot, isAfterDot { return nil }
            isAfterDot = isDot
            end += 1
        }
        return isAfterDot ? nil : end
    }

    /// Labels as `Domain` takes them.
    private static func endOfHost(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var label = start
        var end = start
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: ".") {
                guard isLabel(bytes, label..<end) else { return nil }
                label = end + 1
            } else if !ASCII.isHostByte(byte) {
                break
            }
            end += 1
        }
        return isLabel(bytes, label..<end) && end - start <= 253 ? end : nil
    }

    private static func isLabel(_ bytes: Span<UInt8>, _ label: Range<Int>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.count) && bytes[label.lowerBound] != hyphen && bytes[label.upperBound - 1] != hyphen
    }

    private static func isPlainAtom(_ byte: UInt8) -> Bool { byte < 0x80 && ASCII.isAtom(byte) }
}
