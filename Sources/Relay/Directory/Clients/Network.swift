package import Mail

/// A source network in CIDR form, as clients are known by: `192.0.2.17`, `192.0.2.0/24`, `2001:db8::/32`. Compared by its octets; written in its shortest form,
/// always with a prefix length.
package struct Network: Sendable, Hashable, CustomStringConvertible {
    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        case unreadable
        case prefixLength(most: Int)
        /// Everyone on earth is no client.
        case everyone
        case hostBits
        /// `::ffff:192.0.2.0/120` is 192.0.2.0/24, and callers are known by that.
        case mapped

        package var description: String {
            switch self {
            case .unreadable: "a network is written 192.0.2.0/24 or 2001:db8::/32"
            case .prefixLength(let most): "the prefix length is between 0 and \(most)"
            case .everyone: "/0 is everyone on earth; name the network the client is in"
            case .mapped: "an IPv4 network is written 192.0.2.0/24, not within ::ffff:"
            case .hostBits: "bits behind the prefix are set: write the network's own address"
            }
        }
    }

    private let address: IPAddress
    /// In bits.
    package let prefixLength: Int

    package init(_ text: String) throws(Failure) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else { throw .unreadable }
        guard address.unmapped == address else { throw .mapped }
        let bits = address.octets.count * 8
        var length = bits
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let given = Int(parts[1]), given <= bits else {
                throw .prefixLength(most: bits)
            }
            length = given
        }
        guard length > 0 else { throw .everyone }
        let isClean = address.octets.indices.allSatisfy { address.octets[$0] & ~Self.mask(length - $0 * 8) == 0 }
        guard isClean else { throw .hostBits }
        self.address = address
        prefixLength = length
    }

    package func contains(_ other: IPAddress) -> Bool {
        guard other.octets.count == address.octets.count else { return false }
        return address.octets.indices.allSatisfy { (address.octets[$0] ^ other.octets[$0]) & Self.mask(prefixLength - $0 * 8) == 0 }
    }

    package var description: String { "\(address)/\(prefixLength)" }

    private static func mask(_ bits: Int) -> UInt8 { bits >= 8 ? 0xFF : bits <= 0 ? 0 : ~UInt8(0xFF >> bits) }
}
