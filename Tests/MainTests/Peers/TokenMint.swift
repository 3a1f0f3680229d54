import Crypto
import Foundation

/// Makes access tokens as providers with readable ones do (RFC 7519, HS256), of any length: those of large organisations have thousands of octets.
struct TokenMint {
    private let key = SymmetricKey(size: .bits256)
    private let at = Int(Date().timeIntervalSince1970)

    /// At least so many octets, and hardly more.
    func token(for address: String, octets: Int) -> String {
        let header = Self.encode(#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#)
        func claims(_ padding: Int) -> String {
            let groups = String(repeating: "g", count: padding)
            return Self.encode(#"{"sub":"\#(address)","email":"\#(address)","iat":\#(at),"exp":\#(at + 3600),"groups":"\#(groups)"}"#)
        }
        let missing = octets - header.utf8.count - claims(0).utf8.count - 45  // two dots and the signature
        let signed = header + "." + claims(max(0, missing * 3 / 4 + 1))
        return signed + "." + Self.encode(Data(HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: key)))
    }

    /// Where Dovecot looks for it: client, algorithm, key id.
    func writeKey(under folder: String) throws {
        let place = folder + "/default/HS256"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try key.withUnsafeBytes { Data($0) }.base64EncodedString().write(toFile: place + "/k1", atomically: true, encoding: .utf8)
    }

    private static func encode(_ text: String) -> String { encode(Data(text.utf8)) }

    /// RFC 4648 section 5, without padding.
    private static func encode(_ data: Data) -> String {
        data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
