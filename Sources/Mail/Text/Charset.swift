/// The character sets that encoded words still come in. Others are not guessed at.
enum Charset: Hashable {
    case utf8
    /// Also what claims to be ISO-8859-1: the two differ in control characters only, and those who send them mean windows-1252.
    case windows1252
    case latin9

    /// By the names of the IANA registry that mail uses, in any case.
    init?(_ name: ArraySlice<UInt8>) {
        switch ASCII.lowercasedString(name) {
        case "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968": self = .utf8
        case "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "windows-1252", "cp1252", "cp-1252": self = .windows1252
        case "iso-8859-15", "iso8859-15", "iso_8859-15", "latin-9", "latin9": self = .latin9
        default: return nil
        }
    }

    /// Bytes that are not valid come out as U+FFFD.
    func text(_ bytes: some Collection<UInt8>) -> String {
        switch self {
        case .utf8: return String(decoding: bytes, as: UTF8.self)
        case .windows1252: return Self.text(bytes) { Self.windows1252Table[$0] }
        case .latin9: return Self.text(bytes) { Self.latin9Table[$0] }
        }
    }

    /// A header's 8-bit text has no label: UTF-8 if it is valid (RFC 6532), else windows-1252.
    static func textOf8Bit(_ bytes: some Collection<UInt8>) -> String {
        String(validating: bytes, as: UTF8.self) ?? Self.windows1252.text(bytes)
    }

    private static func text(_ bytes: some Collection<UInt8>, _ exception: (UInt8) -> Unicode.Scalar?) -> String {
        var scalars = String.UnicodeScalarView()
        for byte in bytes { scalars.append(exception(byte) ?? Unicode.Scalar(byte)) }
        return String(scalars)
    }

    /// Where it differs from ISO-8859-1.
    private static let windows1252Table: [UInt8: Unicode.Scalar] = [
        0x80: "€", 0x82: "‚", 0x83: "ƒ", 0x84: "„", 0x85: "…", 0x86: "†", 0x87: "‡", 0x88: "ˆ", 0x89: "‰", 0x8A: "Š", 0x8B: "‹", 0x8C: "Œ",
        0x8E: "Ž", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x95: "•", 0x96: "–", 0x97: "—", 0x98: "˜", 0x99: "™", 0x9A: "š", 0x9B: "›",
        0x9C: "œ", 0x9E: "ž", 0x9F: "Ÿ",
    ]

    private static let latin9Table: [UInt8: Unicode.Scalar] = [
        0xA4: "€", 0xA6: "Š", 0xA8: "š", 0xB4: "Ž", 0xB8: "ž", 0xBC: "Œ", 0xBD: "œ", 0xBE: "Ÿ",
    ]
}
