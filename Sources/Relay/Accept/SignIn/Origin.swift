package import Mail
internal import struct FoundationEssentials.Date

/// The way a message came to us, as its Received field tells it (RFC 5321 section 4.4).
package enum Origin: Sendable, Hashable {
    /// Over a connection, by a client that called itself `name`.
    case connection(name: String, address: IPAddress, Manner)
    /// In a request over HTTP.
    case request(IPAddress)
    /// From an account of this machine.
    case account(uid: UInt32)
    /// As a file.
    case file

    /// What RFC 3848 and RFC 6531 section 4.3 have words for.
    package struct Manner: Sendable, Hashable {
        package var isExtended: Bool
        package var isEncrypted: Bool
        package var isSignedIn: Bool
        package var isUTF8: Bool

        package init(isExtended: Bool = true, isEncrypted: Bool = false, isSignedIn: Bool = false, isUTF8: Bool = false) {
            self.isExtended = isExtended
            self.isEncrypted = isEncrypted
            self.isSignedIn = isSignedIn
            self.isUTF8 = isUTF8
        }

        package var word: String {
            guard isExtended else { return "SMTP" }
            return (isUTF8 ? "UTF8SMTP" : "ESMTP") + (isEncrypted ? "S" : "") + (isSignedIn ? "A" : "")
        }
    }

    /// The recipients are not named: who stands in Bcc would be disclosed.
    func received(by domain: Domain, as id: SpoolID, at now: Date) -> [UInt8] {
        let date = MailDate.format(secondsSince1970: Int64(now.timeIntervalSince1970))
        let way: String =
            switch self {
            case .connection(let name, let address, let manner):
                "from \(Self.harmless(name)) ([\(address.isIPv6 ? "IPv6:" : "")\(address)])\r\n\tby \(domain.ascii) with \(manner.word) id \(id)"
            case .request(let address):
                "from [\(address.isIPv6 ? "IPv6:" : "")\(address)]\r\n\tby \(domain.ascii) (Mandate, over HTTP) id \(id)"
            case .account(let uid): "by \(domain.ascii) (Mandate, from uid \(uid)) id \(id)"
            case .file: "by \(domain.ascii) (Mandate, from a file) id \(id)"
            }
        return Array("Received: \(way);\r\n\t\(date)\r\n".utf8)
    }

    /// A client may call itself anything; what is neither a domain nor an address literal is not repeated.
    private static func harmless(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || "-._:[]".utf8.contains(byte)
        }
        return isPlain && (1...255).contains(name.utf8.count) ? name : "unknown"
    }
}
