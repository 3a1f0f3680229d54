/// An IP address, read strictly and written in one spelling: four decimal numbers, or IPv6 as RFC 5952 has it.
package struct IPAddress: Sendable, Hashable {
    /// In network order: 4 of them, or 16.
    package let octets: [UInt8]

    package init?(_ text: String) {
        let bytes = Array(text.utf8)[...]
        guard let address = Self(ipv4: bytes) ?? Self(ipv6: bytes) else { return nil }
        self = address
    }

    /// As a socket has it; other lengths are none.
    package init?(octets: [UInt8]) {
        guard octets.count == 4 || octets.count == 16 else { return nil }
        self.octets = octets
    }

    init?(ipv4 bytes: ArraySlice<UInt8>) {
        guard let octets = Self.ipv4(bytes) else { return nil }
        self.octets = octets
    }

    init?(ipv6 bytes: ArraySlice<UInt8>) {
        guard let groups = Self.ipv6(bytes) else { return nil }
        octets = groups.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    /// 0.0.0.0: a peer whose address is not known.
    package static let unspecified = IPAddress(trusted: [0, 0, 0, 0])

    private init(trusted octets: [UInt8]) { self.octets = octets }

    package var isIPv6: Bool { octets.count == 16 }

    /// A socket that serves both families shows an IPv4 peer as `::ffff:192.0.2.17` (RFC 4291 section 2.5.5.2), which is the same machine.
    package var unmapped: IPAddress {
        let prefix: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return isIPv6 && octets.starts(with: prefix) ? IPAddress(octets: Array(octets.suffix(4))) ?? self : self
    }

    /// What one person has at hand: an IPv4 address, or the 2^64 that whoever has an IPv6 address has beside it.
    package var neighbourhood: IPAddress {
        let address = unmapped
        return address.isIPv6 ? IPAddress(trusted: address.octets.prefix(8) + Array(repeating: 0, count: 8)) : address
    }

    /// 127.0.0.0/8 and ::1.
    package var isLoopback: Bool { isIPv6 ? octets.dropLast().allSatisfy { $0 == 0 } && octets.last == 1 : octets.first == 127 }
}

extension IPAddress: CustomStringConvertible {
    package var description: String {
        isIPv6
            ? Self.text((0..<8).map { UInt16(octets[$0 * 2]) << 8 | UInt16(octets[$0 * 2 + 1]) })
            : octets.map { String($0) }.joined(separator: ".")
    }
}

extension IPAddress {
    /// Four decimal numbers; a leading zero is refused, since some readers take it for octal.
    private static func ipv4(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var numbers: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(ASCII.isDigit), part.count == 1 || part.first != UInt8(ascii: "0"),
                let number = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    /// Eight groups, of which one run of zeros may be left out as `::`; the last two may be written as IPv4.
    private static func ipv6(_ bytes: ArraySlice<UInt8>) -> [UInt16]? {
        guard bytes.count <= 45 else { return nil }
        let colon = UInt8(ascii: ":")
        let gap = zip(bytes.indices, bytes.indices.dropFirst()).first { bytes[$0] == colon && bytes[$1] == colon }
        guard let gap else {
            guard let groups = self.groups(bytes, mayEndWithIPv4: true), groups.count == 8 else { return nil }
            return groups
        }
        guard let head = groups(bytes[..<gap.0], mayEndWithIPv4: false),
            let tail = groups(bytes[(gap.1 + 1)...], mayEndWithIPv4: true), head.count + tail.count < 8
        else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func groups(_ bytes: ArraySlice<UInt8>, mayEndWithIPv4: Bool) -> [UInt16]? {
        if bytes.isEmpty { return [] }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if mayEndWithIPv4, index == parts.count - 1, let four = ipv4(part) {
                groups.append(UInt16(four[0]) << 8 | UInt16(four[1]))
                groups.append(UInt16(four[2]) << 8 | UInt16(four[3]))
            } else {
                guard (1...4).contains(part.count), part.allSatisfy({ ASCII.hexValue($0) != nil }),
                    let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    /// RFC 5952 4: lower case, no leading zeros, the first longest run of at least two zero groups as `::`.
    private static func text(_ groups: [UInt16]) -> String {
        var best = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(best.count, 1) { best = start..<index }
            start = index + 1
        }
        let hex = { (part: ArraySlice<UInt16>) in part.map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? hex(groups[...]) : "\(hex(groups[..<best.lowerBound]))::\(hex(groups[best.upperBound...]))"
    }
}
