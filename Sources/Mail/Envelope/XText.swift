/// The encoding of ENVID and ORCPT (RFC 3461 section 4): printable ASCII, with `+`, `=` and everything else as `+` and two hexadecimal digits.
package enum XText {
    /// Text that is xtext already stays as it is; anything else is encoded whole, so that nothing but xtext can reach a command.
    package static func made(of text: String) -> String {
        isValid(text.utf8) ? text : encoded(text.utf8)
    }

    /// `addr-type ";" xtext`. Where the type is no atom, the whole is taken for an address of type rfc822.
    package static func originalRecipient(_ text: String) -> String {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.allSatisfy(isTypeCharacter) else { return "rfc822;" + made(of: text) }
        return "\(parts[0]);\(made(of: String(parts[1])))"
    }

    /// What ORCPT may say (RFC 3461 section 4.2): a type, and the address as xtext, or for `utf-8` in UTF-8 of its own kind (RFC 6533 section 3).
    package static func isOriginalRecipient(_ text: String) -> Bool {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, parts[0].utf8.allSatisfy(isTypeCharacter) else { return false }
        let address = String(parts[1])
        return ASCII.lowercased(String(parts[0])) == "utf-8" ? address.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F } : isValid(address.utf8)
    }

    /// Hexadecimal digits in capitals, as the RFC writes them.
    package static func isValid(_ text: String.UTF8View) -> Bool {
        var hexDue = 0
        for byte in text {
            if hexDue > 0 {
                guard (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) else { return false }
                hexDue -= 1
            } else if byte == UInt8(ascii: "+") {
                hexDue = 2
            } else {
                guard isPlain(byte) else { return false }
            }
        }
        return hexDue == 0
    }

    private static func encoded(_ text: String.UTF8View) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text {
            if isPlain(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "+"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What it stands for; text that is not xtext stands for itself.
    package static func decoded(_ text: String) -> String {
        guard isValid(text.utf8) else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "+"), let high = rest.popFirst().flatMap(ASCII.hexValue),
                let low = rest.popFirst().flatMap(ASCII.hexValue)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(high << 4 | low)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "+") && byte != UInt8(ascii: "=")
    }

    private static func isTypeCharacter(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "-")
    }
}
