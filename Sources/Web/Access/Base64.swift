internal import struct FoundationEssentials.Data

/// RFC 4648 section 4, strictly.
package enum Base64 {
    package static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }

    package static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
