internal import Foundation

/// Device codes (RFC 8628), as Entra and Google answer them (domain.md 2.1, 3.1).
extension ProviderState {
    mutating func device(_ form: String, now: Double) -> TokenAnswer {
        let fields = Fields(form)
        guard let clientID = fields["client_id"], let application = tenant.application(clientID) else {
            return .failure(401, "invalid_client", "The OAuth client was not found.")
        }
        let scopes = (fields["scope"] ?? "").split(separator: " ").map(String.init)
        if habits.flavour == .google, scopes.contains(where: { $0.contains("mail") && $0 != "email" }) {
            return .failure(400, "invalid_scope", "Invalid device flow scope: \(scopes.joined(separator: " "))")
        }
        authorizations.forget(before: now)
        let code = dice.token(prefix: "D", length: 60)
        let userCode = dice.hex(8).uppercased()
        authorizations.devices[code] = AuthorizationBook.Device(
            userCode: userCode, clientID: application.clientID, scopes: scopes, expires: now + AuthorizationBook.deviceLife,
            interval: Double(habits.deviceInterval))
        var answer: [String: Any] = [
            "device_code": code, "user_code": userCode, "expires_in": Int(AuthorizationBook.deviceLife), "interval": habits.deviceInterval,
        ]
        answer[habits.flavour == .google ? "verification_url" : "verification_uri"] = base + "/device"
        return TokenAnswer(status: 200, body: JSONText.text(answer))
    }

    /// At the page where a person types the code.
    mutating func enter(_ form: String, now: Double) -> WebAnswer {
        let fields = Fields(form)
        let wanted = (fields["user_code"] ?? "").uppercased()
        guard let key = authorizations.devices.first(where: { $0.value.userCode == wanted && $0.value.expires > now })?.key else {
            return .page(status: 400, html: ConsentPage.trouble("this code is unknown or too old"))
        }
        guard fields["action"] == "allow" else {
            authorizations.devices[key]?.answer = .denied
            return .page(status: 200, html: ConsentPage.done("denied"))
        }
        guard let login = fields["login"], let mailbox = tenant.mailbox(login: login) else {
            return .page(status: 400, html: ConsentPage.trouble("there is no user \(fields["login"] ?? "")"))
        }
        authorizations.devices[key]?.answer = .allowed(login: mailbox.login)
        return .page(status: 200, html: ConsentPage.done("allowed; go back to the other screen"))
    }

    /// Where it stands, or the login that has allowed it.
    mutating func devicePoll(_ request: TokenRequest, now: Double) -> Result<
        (login: String, device: AuthorizationBook.Device), DeviceRefusal
    > {
        guard let code = request["device_code"], let device = authorizations.devices[code], device.clientID == request["client_id"],
            !device.isUsed
        else { return .failure(.unknown) }
        guard now < device.expires else { return .failure(.expired) }
        if let last = device.lastAsked, now - last < device.interval {
            authorizations.devices[code]?.interval += 5
            authorizations.devices[code]?.lastAsked = now
            return .failure(.slowDown)
        }
        authorizations.devices[code]?.lastAsked = now
        switch device.answer {
        case .waiting: return .failure(.pending)
        case .denied: return .failure(.declined)
        case .allowed(let login):
            authorizations.devices[code]?.isUsed = true
            return .success((login, device))
        }
    }
}

enum DeviceRefusal: Error, Sendable, Hashable {
    case unknown, expired, slowDown, pending, declined

    func error(_ flavour: Habits.Flavour) -> String {
        switch self {
        case .unknown: flavour == .microsoft ? "bad_verification_code" : "invalid_grant"
        case .expired: "expired_token"
        case .slowDown: "slow_down"
        case .pending: "authorization_pending"
        case .declined: flavour == .microsoft ? "authorization_declined" : "access_denied"
        }
    }
}
