internal import FoundationEssentials
package import Relay

/// Device codes (RFC 8628), with what Entra and Google do otherwise (domain.md 2.1, 3.1).
extension TokenClient: DeviceAuthorizer {
    package var requestDevice: RequestDevice { { question throws(TokenFailure) in try await device(question) } }
    package var pollDevice: PollDevice { { question throws(TokenFailure) in try await poll(question) } }

    package func device(_ question: DeviceRequest) async throws(TokenFailure) -> DeviceAnswer {
        let form = try await TokenForm(question, means)
        return try await post(form, to: question.endpoint, trusting: question.trustedCertificates) { reply throws(TokenFailure) in
            try reply.device()
        }
    }

    /// `authorization_pending` and `slow_down` are answers here, not failures.
    package func poll(_ question: TokenRequest) async throws(TokenFailure) -> DevicePoll {
        let form = try await TokenForm(question, means)
        return try await post(form, to: question.endpoint, trusting: question.trustedCertificates) { reply throws(TokenFailure) in
            switch reply.error {
            case "authorization_pending": .pending(slower: false)
            case "slow_down": .pending(slower: true)
            case "access_denied", "authorization_declined": .declined
            case "expired_token", "bad_verification_code": .expired
            default: .granted(try reply.answer())
            }
        }
    }
}

extension TokenReply {
    /// One that a person may be sent to: the web's, and nothing that a terminal or a shell would take for its own.
    private static func isAddress(_ text: String) -> Bool {
        (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    func device() throws(TokenFailure) -> DeviceAnswer {
        let fields = DeviceFields(json: body)
        guard status == 200, let fields, let code = fields.deviceCode, let user = fields.userCode, let address = fields.address else {
            throw failure
        }
        guard Self.isAddress(address), fields.complete.map(Self.isAddress) ?? true else {
            throw .temporary("the device endpoint's answer names no address to go to", retryAfter: nil)
        }
        guard !code.isEmpty, !user.isEmpty, user.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw .temporary("the device endpoint's answer has no code that a person could type", retryAfter: nil)
        }
        return DeviceAnswer(
            deviceCode: Secret(code), userCode: user, verificationURI: address, completeURI: fields.complete,
            lifetime: min(max(fields.life ?? 900, 1), 3600), interval: min(max(fields.interval ?? 5, 1), 60))
    }
}

/// RFC 8628 section 3.2. Google calls the address `verification_url`.
private struct DeviceFields: Decodable {
    let deviceCode: String?
    let userCode: String?
    let uri: String?
    let url: String?
    let complete: String?
    let life: Double?
    let interval: Double?

    var address: String? { uri ?? url }

    private enum CodingKeys: String, CodingKey {
        case deviceCode = "device_code"
        case userCode = "user_code"
        case uri = "verification_uri"
        case url = "verification_url"
        case complete = "verification_uri_complete"
        case life = "expires_in"
        case interval
    }

    init?(json: [UInt8]) {
        do { self = try JSONDecoder().decode(Self.self, from: Data(json)) } catch { return nil }
    }
}
