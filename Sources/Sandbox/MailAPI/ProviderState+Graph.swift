internal import Foundation

/// Graph's `sendMail` with a MIME message (domain.md 2.9): 202 says that it was taken, and nothing of whether it will be delivered.
extension ProviderState {
    /// Octets of a request.
    private static let graphLimit = 4 << 20

    /// How long a client is asked to stay away that has too many requests. Graph names some seconds, which vary.
    private static let pause = 10

    /// Before a request is looked at: whether there is room for it, and under what it counts until it is answered; nil: it counts nowhere.
    mutating func enter(_ visit: Visit, now: Double) -> Result<String?, Crowded> {
        guard visit.door == .graphSend, let token = tokens.accessToken(visit.bearer ?? ""), let login = mailLogin(visit) else {
            return .success(nil)
        }
        let application = if case .application(let id) = token.principal { id } else { "a person's" }
        let lane = "\(application.lowercased()) \(login.lowercased())"
        let isIn = traffic.beginRequest(
            lane, atOnce: habits.graphRequestsAtOnce, perTenMinutes: habits.graphRequestsPerTenMinutes, now: now)
        guard !isIn else { return .success(lane) }
        let answer = TokenAnswer.graph(
            429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", retryAfter: Self.pause)
        record.see(SeenRequest(visit, status: answer.status, isFaulted: false, at: now))
        return .failure(Crowded(answer: answer))
    }

    struct Crowded: Error { let answer: TokenAnswer }

    mutating func graphSend(_ visit: Visit, now: Double) -> TokenAnswer {
        let login: String
        switch graphMailbox(visit, now: now) {
        case .failure(let refusal): return refusal.answer
        case .success(let found): login = found
        }
        guard visit.content.count <= Self.graphLimit else {
            return .graph(413, "RequestEntityTooLarge", "The maximum request length was exceeded.")
        }
        guard let content = Data(base64Encoded: Data(visit.content)).map({ Array($0) }), !content.isEmpty else {
            return .graph(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.")
        }
        if traffic.isBlocked(login, now: now) {
            return .graph(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", retryAfter: 30)
        }
        let mail = APIMail(content)
        guard !mail.recipients.isEmpty else { return .graph(400, "ErrorInvalidRecipients", "At least one recipient isn't valid.") }
        if let denied = mail.header.from.first(where: { !mayGraphUse($0, login: login) }) {
            traffic.noteDenied(login, limit: habits.denialsBeforeThrottle, blocksFor: habits.throttleSeconds, now: now)
            record.refusals.append(
                SubmissionRefusal(login: login, sender: denied, reply: Reply(403, "ErrorSendAsDenied"), connection: 0, time: now))
            return .graph(
                403, "ErrorSendAsDenied",
                "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending "
                    + "account., Cannot submit message.")
        }
        _ = acceptByAPI(mail.delivered, login: login, recipients: mail.recipients, over: .graph, now: now)
        return TokenAnswer(status: 202, fields: [.init("request-id", dice.guid())], body: "")
    }

    /// Graph fills Sender in by itself, so on-behalf needs none. A display name with an "@" in it trips it (peers.md 3.2).
    private func mayGraphUse(_ address: String, login: String) -> Bool {
        tenant.mayUse(address, login: login, sender: tenant.mailbox(login: login)?.address)
    }

    private struct Refusal: Error {
        let answer: TokenAnswer
    }

    private func graphMailbox(_ visit: Visit, now: Double) -> Result<String, Refusal> {
        func refused(_ status: Int, _ code: String, _ message: String) -> Result<String, Refusal> {
            .failure(Refusal(answer: .graph(status, code, message)))
        }
        guard let token = tokens.accessToken(visit.bearer ?? ""), !token.isRevoked else {
            return refused(401, "InvalidAuthenticationToken", "Access token is empty or malformed.")
        }
        guard token.expires > now else {
            return refused(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
        }
        guard token.resource == .graph else {
            return refused(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
        }
        switch token.principal {
        case .user(let owner):
            guard
                token.scopes.contains(where: { $0.lowercased().hasSuffix("/mail.send") || $0.lowercased().hasSuffix("/mail.send.shared") })
            else { return refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.") }
            guard !visit.user.isEmpty else { return .success(owner) }
            guard let mailbox = tenant.mailbox(login: visit.user) else { return missing(visit.user) }
            guard mailbox.isOpened(by: owner) else {
                return refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
            }
            return .success(mailbox.login)
        case .application(let clientID):
            guard !visit.user.isEmpty else {
                return refused(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
            }
            guard let mailbox = tenant.mailbox(login: visit.user) else { return missing(visit.user) }
            guard token.roles.contains("Mail.Send"), tenant.application(clientID)?.appOnly.contains(mailbox.login) == true else {
                return refused(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
            }
            return .success(mailbox.login)
        }
    }

    private func missing(_ user: String) -> Result<String, Refusal> {
        .failure(Refusal(answer: .graph(404, "ErrorInvalidUser", "The requested user '\(user)' is invalid.")))
    }
}

extension TokenAnswer {
    /// An error in Graph's form.
    static func graph(_ status: Int, _ code: String, _ message: String, retryAfter: Int? = nil) -> TokenAnswer {
        TokenAnswer(
            status: status, fields: retryAfter.map { [.init("Retry-After", String($0))] } ?? [],
            body: JSONText.text(["error": ["code": code, "message": message]]))
    }
}
