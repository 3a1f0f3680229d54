internal import Glibc

/// A source network in CIDR form, as clients are known by: `192.0.2.17`, `192.0.2.0/24`, `2001:db8::/32`.
struct Network: Sendable, Hashable, CustomStringConvertible {
    /// Shortest form, host bits checked to be zero, always with its prefix length.
    let description: String

    init(_ text: String) throws {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let family: Int32 = parts[0].contains(":") ? AF_INET6 : AF_INET
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        guard inet_pton(family, parts[0], &bytes) == 1 else { throw WordError("a network is written 192.0.2.0/24 or 2001:db8::/32") }
        let bits = bytes.count * 8
        var length = bits
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...bits).contains(given), parts[1].allSatisfy(\.isNumber) else {
                throw WordError("the prefix length is between 0 and \(bits)")
            }
            length = given
        }
        guard length > 0 else { throw WordError("/0 is everyone on earth; name the network the client is in") }
        let isClean = bytes.indices.allSatisfy { place in bytes[place] & ~Self.mask(length - place * 8) == 0 }
        guard isClean else { throw WordError("bits behind the prefix are set: write the network's own address") }
        var buffer = [CChar](repeating: 0, count: 64)
        guard inet_ntop(family, bytes, &buffer, socklen_t(buffer.count)) != nil else { throw WordError("it is no address") }
        description = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) + "/\(length)"
    }

    private static func mask(_ bits: Int) -> UInt8 { bits >= 8 ? 0xFF : bits <= 0 ? 0 : ~UInt8(0xFF >> bits) }
}
