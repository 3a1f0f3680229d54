/// The domain of an address: what people read and what the wire carries, with the latter as its identity (RFC 5321 4.1.2, RFC 5891).
///
/// One value for every spelling: upper case, U-labels and A-labels of the same name are equal. Underscores are taken, since such hosts exist.
package struct Domain: Sendable {
    /// Lower-case A-labels, or a literal such as `[192.0.2.1]` or `[IPv6:2001:db8::1]` in its shortest form.
    package let ascii: String
    /// As people read it: U-labels in NFC.
    package let text: String

    package init(_ text: String) throws(AddressError) {
        try self.init(Array(text.utf8), base: 0)
    }

    /// `base` is where these bytes stand in what the user typed, for the offset of an error.
    init(_ bytes: [UInt8], base: Int) throws(AddressError) {
        guard let first = bytes.first else { throw AddressError(.missingDomain, at: base) }
        if first == UInt8(ascii: "[") {
            ascii = try AddressLiteral.canonical(bytes, base: base)
            text = ascii
        } else if bytes.allSatisfy({ $0 < 0x80 }) {
            ascii = try Self.lowercasedHost(bytes, base: base)
            text = Self.hasALabel(ascii) ? InternationalDomain.unicode(ascii) ?? ascii : ascii
        } else {
            // Longer than any name that fits 253 octets of A-labels; libidn2's time grows with the square of a label's length.
            guard bytes.count <= 2048 else { throw AddressError(.domainTooLong(octets: bytes.count), at: base) }
            guard let wanted = String(validating: bytes, as: UTF8.self) else { throw AddressError(.invalidUTF8, at: base) }
            if let (code, offset) = ForbiddenScalar.first(in: wanted) {
                throw AddressError(.controlCharacter(code), at: base + offset)
            }
            let mapped = try InternationalDomain.ascii(wanted, base: base)
            // The mapping of UTS 46 can produce any ASCII character (a fullwidth @, for one), so its result is judged like typed text,
            // but an offset in it means nothing to the person who typed: the domain's start has to do.
            do throws(AddressError) {
                ascii = try Self.lowercasedHost(Array(mapped.utf8), base: 0)
            } catch {
                throw AddressError(error.reason, at: base)
            }
            text = InternationalDomain.unicode(ascii) ?? ascii
        }
    }

    /// Of bytes that were found to be a host in ASCII.
    init(checkedHost bytes: Span<UInt8>) {
        ascii = ASCII.lowercasedString(bytes)
        text = Self.hasALabel(ascii) ? InternationalDomain.unicode(ascii) ?? ascii : ascii
    }

    package var isLiteral: Bool { ascii.utf8.first == UInt8(ascii: "[") }

    /// False for `localhost` and the like, which no provider can carry; true for literals of IPv4, but ask `isLiteral` first.
    package var hasDot: Bool { ascii.utf8.contains(UInt8(ascii: ".")) }

    private static func hasALabel(_ ascii: String) -> Bool {
        // Only few names have a hyphen at all, and only they are worth splitting.
        ascii.utf8.contains(UInt8(ascii: "-")) && ascii.utf8.split(separator: UInt8(ascii: ".")).contains { $0.starts(with: "xn--".utf8) }
    }

    /// Letters, digits, hyphens and underscores in labels of at most 63 octets, 253 in all.
    private static func lowercasedHost(_ bytes: [UInt8], base: Int) throws(AddressError) -> String {
        var labelStart = 0
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: ".") {
                try checkLabel(bytes, labelStart..<index, base: base)
                labelStart = index + 1
            } else if !ASCII.isHostByte(byte) {
                throw byte < 0x20 || byte == 0x7F
                    ? AddressError(.controlCharacter(UInt32(byte)), at: base + index)
                    : AddressError(.unexpected(Unicode.Scalar(byte)), at: base + index)
            }
        }
        guard labelStart < bytes.count || bytes.count == 1 else { throw AddressError(.trailingDot, at: base + bytes.count - 1) }
        try checkLabel(bytes, labelStart..<bytes.count, base: base)
        guard bytes.count <= 253 else { throw AddressError(.domainTooLong(octets: bytes.count), at: base) }
        return ASCII.lowercasedString(bytes)
    }

    private static func checkLabel(_ bytes: [UInt8], _ label: Range<Int>, base: Int) throws(AddressError) {
        guard !label.isEmpty else { throw AddressError(.emptyLabel, at: base + min(label.lowerBound, bytes.count - 1)) }
        guard label.count <= 63 else { throw AddressError(.labelTooLong(octets: label.count), at: base + label.lowerBound) }
        let hyphen = UInt8(ascii: "-")
        guard bytes[label.lowerBound] != hyphen else { throw AddressError(.hyphenAtLabelEdge, at: base + label.lowerBound) }
        guard bytes[label.upperBound - 1] != hyphen else { throw AddressError(.hyphenAtLabelEdge, at: base + label.upperBound - 1) }
    }
}

extension Domain: Hashable, Comparable, CustomStringConvertible {
    package static func == (left: Domain, right: Domain) -> Bool { left.ascii == right.ascii }
    package static func < (left: Domain, right: Domain) -> Bool { left.ascii < right.ascii }
    package func hash(into hasher: inout Hasher) { hasher.combine(ascii) }
    package var description: String { ascii }
}

/// An IP address as a mail domain (RFC 5321 4.1.3), brought to one spelling so that equal addresses are equal text.
private enum AddressLiteral {
    /// Takes and gives the brackets; IPv6 comes back as RFC 5952 writes it.
    static func canonical(_ bytes: [UInt8], base: Int) throws(AddressError) -> String {
        if let index = bytes.firstIndex(where: ASCII.isControl) {
            throw AddressError(.controlCharacter(UInt32(bytes[index])), at: base + index)
        }
        guard bytes.last == UInt8(ascii: "]"), bytes.count > 1 else { throw AddressError(.unclosedLiteral, at: base) }
        let content = bytes[1..<(bytes.count - 1)]
        if let address = IPAddress(ipv4: content) { return "[\(address)]" }
        let tag = ASCII.lowercasedString(content.prefix(5))
        guard tag == "ipv6:", let address = IPAddress(ipv6: content.dropFirst(5)) else { throw AddressError(.invalidLiteral, at: base) }
        return "[IPv6:\(address)]"
    }
}
