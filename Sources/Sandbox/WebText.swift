internal import Foundation

enum Base64URL {
    static func text(_ data: some DataProtocol) -> String {
        Data(data).base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    static func data(_ text: some StringProtocol) -> Data? {
        var padded = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while padded.count % 4 != 0 { padded += "=" }
        return Data(base64Encoded: padded)
    }
}

enum JSONText {
    static func data(_ object: [String: Any]) -> Data {
        do { return try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]) } catch {
            preconditionFailure("texts and numbers always encode: \(error)")
        }
    }

    static func text(_ object: [String: Any]) -> String { String(decoding: data(object), as: UTF8.self) }
}
