/// The form a client posts to the token endpoint, decoded. What is missing or senseless in it is found later, in Entra's order.
package struct TokenRequest: Sendable, Hashable {
    /// The path segment before `/oauth2/v2.0/token`.
    var tenant: String
    private var fields: [String: String] = [:]
    /// The first parameter that was given twice.
    private(set) var repeated: String?

    init(tenant: String, form: String) {
        self.tenant = tenant
        for pair in form.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(parts[0])
            let value = parts.count == 2 ? Self.decoded(parts[1]) : ""
            if fields.updateValue(value, forKey: name) != nil, repeated == nil { repeated = name }
        }
    }

    /// An empty value counts as absent, as at Entra.
    subscript(name: String) -> String? {
        guard let value = fields[name], !value.isEmpty else { return nil }
        return value
    }

    /// `application/x-www-form-urlencoded`; a broken escape stands for itself.
    static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                if digits.count == 2, let text = String(digits), let value = UInt8(text, radix: 16), text.first != "+", text.first != "-" {
                    bytes.append(value)
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte)
                }
            default:
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
