internal import FoundationEssentials

/// What a token endpoint's JSON may hold (RFC 6749 sections 5.1 and 5.2). A member of the wrong type counts as missing: whoever needs it
/// says so, and who does not need it goes on.
struct TokenFields: Decodable {
    let accessToken: String?
    let tokenType: String?
    let expiresIn: Double?
    let refreshToken: String?
    let scope: String?
    let idToken: String?
    let error: String?
    let errorDescription: String?

    private enum Key: String, CodingKey {
        case accessToken = "access_token"
        case tokenType = "token_type"
        case expiresIn = "expires_in"
        case refreshToken = "refresh_token"
        case scope, error
        case idToken = "id_token"
        case errorDescription = "error_description"
    }

    /// Nil when the body is not a JSON object.
    init?(json: [UInt8]) {
        do { self = try JSONDecoder().decode(Self.self, from: Data(json)) } catch { return nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) -> String? { (try? container.decodeIfPresent(String.self, forKey: key)) ?? nil }
        accessToken = text(.accessToken)
        tokenType = text(.tokenType)
        // Entra's older endpoints and some others write the number as a string.
        let number = (try? container.decodeIfPresent(Double.self, forKey: .expiresIn)) ?? nil
        expiresIn = number ?? text(.expiresIn).flatMap(Self.number)
        refreshToken = text(.refreshToken).flatMap { $0.isEmpty ? nil : $0 }
        scope = text(.scope)
        idToken = text(.idToken).flatMap { $0.isEmpty ? nil : $0 }
        error = text(.error).flatMap { $0.isEmpty ? nil : $0 }
        errorDescription = text(.errorDescription)
    }

    /// Digits and at most a fraction: `Double.init` would take `0x10`, `inf` and `nan` too.
    private static func number(_ text: String) -> Double? {
        guard text.utf8.first.map({ (0x30...0x39).contains($0) }) == true,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") })
        else { return nil }
        return Double(text)
    }
}
