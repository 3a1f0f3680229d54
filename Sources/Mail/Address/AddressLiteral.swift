/// An IP address as a mail domain (RFC 5321 4.1.3), brought to one spelling so that equal addresses are equal text.
enum AddressLiteral {
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
