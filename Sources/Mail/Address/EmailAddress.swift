/// An address as RFC 5322 and 6531 mean it (`addr-spec`): parsed once, compared by meaning, written in its shortest valid form.
///
/// Two addresses are equal where `key` is: the case of ASCII letters does not count, nor quoting, nor how an accent is composed.
package struct EmailAddress: Sendable {
    private let parts: Parts

    /// A class, because an address is copied into every candidate, explanation and envelope: one count to keep is cheaper than four strings'. Nothing
    /// in it ever changes.
    private final class Parts: Sendable {
        let localPart: String
        let domain: Domain
        let key: String
        /// The local part is written as it is.
        let isDotAtom: Bool

        init(_ localPart: String, _ domain: Domain) {
            self.localPart = localPart
            self.domain = domain
            key = EmailAddress.key(localPart, domain)
            isDotAtom = EmailAddress.isDotAtom(localPart.utf8.span)
        }
    }

    /// The meaning: neither quoted nor escaped, NFC, case as it was written.
    package var localPart: String { parts.localPart }
    package var domain: Domain { parts.domain }
    /// The identity, made of stable bytes: `localPart` with A to Z lowered, `@`, `domain.ascii`.
    package var key: String { parts.key }

    /// Reads an addr-spec. Comments, folding white space and the obsolete forms of RFC 5322 4.4 are understood and forgotten.
    package init(_ text: String) throws(AddressError) {
        if let at = Self.atSign(ofPlain: text) {
            let domain = try Domain(Array(text.utf8.dropFirst(at + 1)), base: at + 1)
            try self.init(localPart: String(decoding: text.utf8.prefix(at), as: UTF8.self), domain: domain, at: 0)
            return
        }
        var scanner = AddressScanner(Array(text.utf8))
        self = try scanner.wholeAddress()
    }

    /// What stands between the angle brackets of MAIL and RCPT (`Mailbox`, RFC 5321 section 4.1.2): without the comments, spaces and obsolete forms of headers,
    /// which other servers read in other ways, or as another address.
    package init(path text: String) throws(AddressError) {
        self = try EmailAddress(text)
        let bytes = Array(text.utf8)
        var index = 0
        if bytes[0] == UInt8(ascii: "\"") {
            repeat { index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1 } while index < bytes.count && bytes[index] != UInt8(ascii: "\"")
            index += 1
        } else {
            while index < bytes.count, ASCII.isAtom(bytes[index]) || bytes[index] == UInt8(ascii: ".") { index += 1 }
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: "@") {
            index += 1
            let isLiteral = index < bytes.count && bytes[index] == UInt8(ascii: "[")
            while index < bytes.count,
                isLiteral ? bytes[index] > ASCII.space : ASCII.isAtom(bytes[index]) || bytes[index] == UInt8(ascii: ".")
            {
                index += 1
            }
        }
        guard index < bytes.count else { return }
        throw AddressError(.unexpected(Unicode.Scalar(bytes[index])), at: index)
    }

    /// From the meaning of a local part, which needs no quotes here.
    package init(localPart: String, domain: Domain) throws(AddressError) {
        try self.init(localPart: localPart, domain: domain, at: 0)
    }

    /// From where the parts of a valid one were kept, just as they were: nothing of it is looked at again.
    package init(kept localPart: String, domain: Domain) {
        parts = Parts(localPart, domain)
    }

    /// Whether a local part is one as nearly all are, so that it makes a valid address with this domain and is written as it stands.
    package static func isPlain(localPart: UnsafeBufferPointer<UInt8>, domain: Domain) -> Bool {
        localPart.count <= mostLocalOctets && localPart.count + 1 + domain.ascii.utf8.count <= mostOctets
            && localPart.allSatisfy { $0 < 0x80 } && isDotAtom(localPart.span)
    }

    /// Of a local part as it is written, and of an address. RFC 5321 4.5.3.1.3 allows 256 octets for a path, which has < and > around it.
    private static let mostLocalOctets = 64
    private static let mostOctets = 254

    init(localPart: String, domain: Domain, at offset: Int) throws(AddressError) {
        if let (code, at) = ForbiddenScalar.first(in: localPart) { throw AddressError(.controlCharacter(code), at: offset + at) }
        // Composing shortens a text, but not so much that this could become 64 octets; and composing a very long one is not cheap.
        guard localPart.utf8.count <= 1024 else { throw AddressError(.localPartTooLong(octets: localPart.utf8.count), at: offset) }
        let normal = Normalization.nfc(localPart)
        parts = Parts(normal, domain)
        let localOctets = writtenLocalPart.utf8.count
        guard localOctets <= Self.mostLocalOctets else { throw AddressError(.localPartTooLong(octets: localOctets), at: offset) }
        let octets = localOctets + 1 + domain.ascii.utf8.count
        guard octets <= Self.mostOctets else { throw AddressError(.addressTooLong(octets: octets), at: offset) }
    }

    /// Of a dot-atom in ASCII that was found to be short enough.
    init(checkedLocalPart localPart: String, domain: Domain) {
        parts = Parts(localPart, domain)
    }

    /// False: the address can only travel where SMTPUTF8 is offered (RFC 6531). Domains never ask for that.
    package var isASCII: Bool { localPart.utf8.allSatisfy { $0 < 0x80 } }

    /// For people: the local part as it is written to the wire, the domain in its own script.
    package var text: String { "\(writtenLocalPart)@\(domain.text)" }

    private var writtenLocalPart: String {
        guard !parts.isDotAtom else { return localPart }
        var quoted = "\""
        for scalar in localPart.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    /// Where the @ stands in the common form: a dot-atom and a host in ASCII. Nil means only that the scanner has to look.
    private static func atSign(ofPlain text: String) -> Int? {
        var at: Int?
        for (index, byte) in text.utf8.enumerated() {
            if byte == UInt8(ascii: "@"), at == nil {
                guard isDotAtom(text.utf8.span.extracting(first: index)) else { return nil }
                at = index
            } else if at != nil, !ASCII.isHostByte(byte), byte != UInt8(ascii: ".") {
                return nil
            } else if byte >= 0x80 {
                return nil
            }
        }
        return at
    }

    private static func isDotAtom(_ text: Span<UInt8>) -> Bool {
        var isAfterDot = true
        for index in text.indices {
            let isDot = text[index] == UInt8(ascii: ".")
            guard isDot ? !isAfterDot : ASCII.isAtom(text[index]) else { return false }
            isAfterDot = isDot
        }
        return !isAfterDot
    }

    private static func key(_ localPart: String, _ domain: Domain) -> String {
        let (local, host) = (localPart.utf8.span, domain.ascii.utf8.span)
        return String(unsafeUninitializedCapacity: local.count + 1 + host.count) { buffer in
            for index in local.indices { buffer[index] = ASCII.lowercased(local[index]) }
            buffer[local.count] = UInt8(ascii: "@")
            for index in host.indices { buffer[local.count + 1 + index] = host[index] }
            return local.count + 1 + host.count
        }
    }
}

extension EmailAddress: Hashable, Comparable, CustomStringConvertible {
    package static func == (left: EmailAddress, right: EmailAddress) -> Bool {
        left.parts === right.parts || left.key == right.key
    }
    package static func < (left: EmailAddress, right: EmailAddress) -> Bool { left.key < right.key }
    package func hash(into hasher: inout Hasher) { hasher.combine(key) }

    /// As a header or a command carries it: quoted only where it must be, the domain in A-labels.
    package var description: String { "\(writtenLocalPart)@\(domain.ascii)" }

    /// The same, without making a text of it.
    func write(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: writtenLocalPart.utf8)
        bytes.append(UInt8(ascii: "@"))
        bytes.append(contentsOf: domain.ascii.utf8)
    }
}
