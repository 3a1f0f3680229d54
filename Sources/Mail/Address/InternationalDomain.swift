internal import CIDN2

/// Domain names between U-labels and A-labels by libidn2: IDNA 2008 with the non-transitional mapping of UTS 46. The only file that calls it.
enum InternationalDomain {
    private static let flags = Int32(IDN2_NFC_INPUT.rawValue | IDN2_NONTRANSITIONAL.rawValue)

    static func ascii(_ text: String, base: Int) throws(AddressError) -> String {
        var output: UnsafeMutablePointer<CChar>?
        let code = idn2_to_ascii_8z(text, &output, flags)
        defer { idn2_free(output) }
        guard code == Int32(IDN2_OK.rawValue), let output else { throw AddressError(reason(code), at: base) }
        return String(cString: output)
    }

    /// What people read, or nil where an A-label does not decode to a valid name (such hosts exist, and are left as they are written).
    static func unicode(_ ascii: String) -> String? {
        var output: UnsafeMutablePointer<CChar>?
        let code = idn2_to_unicode_8z8z(ascii, &output, flags)
        defer { idn2_free(output) }
        guard code == Int32(IDN2_OK.rawValue), let output else { return nil }
        return Normalization.nfc(String(cString: output))
    }

    private static func reason(_ code: Int32) -> AddressError.Reason {
        switch code {
        case Int32(IDN2_TOO_BIG_LABEL.rawValue): .invalidIDN("a part of it is longer than 63 octets")
        case Int32(IDN2_TOO_BIG_DOMAIN.rawValue): .invalidIDN("it is longer than 255 octets")
        default: .invalidIDN(String(cString: idn2_strerror(code)))
        }
    }
}
