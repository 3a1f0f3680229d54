/// What a browser brings back from the provider (RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207), with `response_mode=query`.
package struct AuthorizationResponse: Sendable {
    package enum Answer: Sendable {
        case code(Secret)
        case error(String, description: String)
    }

    package let state: String
    package let answer: Answer
    package let issuer: String?

    /// `text`: a query, or the whole address that a person copied from the browser. nil: it is no answer to anything; every parameter
    /// may stand there once (RFC 6749 section 3.1).
    package init?(_ text: String) {
        let query = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).last ?? ""
        var fields: [String: String] = [:]
        for pair in query.prefix(while: { $0 != "#" }).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = FormText.decoded(parts[0]), let value = FormText.decoded(parts.count == 2 ? parts[1] : "") else { return nil }
            guard fields.updateValue(value, forKey: name) == nil || !Self.names.contains(name) else { return nil }
        }
        guard let state = fields["state"], !state.isEmpty, state.utf8.count <= 512 else { return nil }
        self.state = state
        issuer = fields["iss"]
        switch (fields["code"], fields["error"]) {
        case (let code?, nil) where !code.isEmpty && code.utf8.count <= 16_384: answer = .code(Secret(code))
        case (nil, let error?) where !error.isEmpty: answer = .error(error, description: fields["error_description"] ?? "")
        default: return nil
        }
    }

    private static let names: Set = ["code", "state", "iss", "error", "error_description"]
}

/// `application/x-www-form-urlencoded`, as queries are written.
package enum FormText {
    /// nil: an escape is broken, or what it stands for is no text.
    static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Everything but RFC 3986's unreserved characters is escaped, a space too: `+` means one only in forms.
    package static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
