internal import Foundation

/// The Gmail API's `messages.send` and its list of senders (domain.md 3.5 to 3.7).
extension ProviderState {
    /// Octets of the JSON form; more goes by the upload endpoint.
    private static let jsonLimit = 7 << 20
    private static let uploadLimit = 36_700_160

    mutating func gmailSend(_ visit: Visit, now: Double) -> TokenAnswer {
        let login: String
        switch gmailUser(visit, sends: true, now: now) {
        case .failure(let refusal): return refusal.answer
        case .success(let found): login = found
        }
        guard visit.content.count <= Self.jsonLimit else { return .gmail(413, "uploadTooLarge", "Request Too Large") }
        guard let fields = try? JSONSerialization.jsonObject(with: Data(visit.content)) as? [String: Any],
            let raw = fields["raw"] as? String,
            let content = Base64URL.data(raw.prefix { $0 != "=" }), !content.isEmpty
        else { return .gmail(400, "invalidArgument", "Invalid value for ByteString: raw") }
        return take(Array(content), login: login, now: now)
    }

    /// A resumable upload in one piece: announced with POST, sent with PUT to the address that the answer named.
    mutating func gmailUpload(_ visit: Visit, now: Double) -> TokenAnswer {
        let login: String
        switch gmailUser(visit, sends: true, now: now) {
        case .failure(let refusal): return refusal.answer
        case .success(let found): login = found
        }
        let query = Fields(visit.query)
        guard query["uploadType"] == "resumable" else { return .gmail(400, "badRequest", "Unknown upload type") }
        guard let id = query["upload_id"] else {
            let id = dice.hex(24)
            uploads[id] = login
            return TokenAnswer(
                status: 200, fields: [.init("Location", "\(base)\(visit.path)?uploadType=resumable&upload_id=\(id)")], body: "")
        }
        guard uploads.removeValue(forKey: id) == login else { return .gmail(404, "notFound", "Upload not found") }
        guard visit.content.count <= Self.uploadLimit else { return .gmail(413, "uploadTooLarge", "Request Too Large") }
        return take(visit.content, login: login, now: now)
    }

    /// `users.settings.sendAs.list`: what Graph has nothing of.
    func gmailSenders(_ visit: Visit, now: Double) -> TokenAnswer {
        let login: String
        switch gmailUser(visit, sends: false, now: now) {
        case .failure(let refusal): return refusal.answer
        case .success(let found): login = found
        }
        let own = tenant.mailbox(login: login)
        let granted = tenant.grants.filter { $0.login.lowercased() == login.lowercased() }.map(\.address)
        let senders = [(own?.address ?? login, true)] + ((own?.aliases ?? []) + granted).map { ($0, false) }
        let list: [[String: Any]] = senders.map { address, isPrimary in
            ["sendAsEmail": address, "isPrimary": isPrimary, "isDefault": isPrimary, "verificationStatus": "accepted"]
        }
        return TokenAnswer(status: 200, body: JSONText.text(["sendAs": list]))
    }

    private mutating func take(_ content: [UInt8], login: String, now: Double) -> TokenAnswer {
        let mail = APIMail(content)
        guard !mail.recipients.isEmpty else { return .gmail(400, "invalidArgument", "Recipient address required") }
        guard mail.recipients.count <= habits.recipientsPerMessage else { return .gmail(400, "invalidArgument", "Too many recipients") }
        guard mail.header.from.count <= 1 else {
            return .gmail(400, "invalidArgument", "Messages with multiple addresses in From: header are not accepted.")
        }
        let message = acceptByAPI(mail.delivered, login: login, recipients: mail.recipients, over: .gmail, now: now)
        let id = String(message.number, radix: 16)
        return TokenAnswer(status: 200, body: JSONText.text(["id": id, "threadId": id, "labelIds": ["SENT"]]))
    }

    private struct Refusal: Error {
        let answer: TokenAnswer
    }

    private func gmailUser(_ visit: Visit, sends: Bool, now: Double) -> Result<String, Refusal> {
        guard let token = tokens.accessToken(visit.bearer ?? ""), !token.isRevoked, token.expires > now,
            case .user(let owner) = token.principal
        else { return .failure(Refusal(answer: .gmail(401, "authError", "Request had invalid authentication credentials."))) }
        let scopes = sends ? ["https://mail.google.com/", "https://www.googleapis.com/auth/gmail.send"] : ["https://mail.google.com/"]
        guard token.scopes.contains(where: scopes.contains) else {
            return .failure(Refusal(answer: .gmail(403, "insufficientPermissions", "Request had insufficient authentication scopes.")))
        }
        guard visit.user == "me" || visit.user.lowercased() == owner.lowercased() else {
            return .failure(Refusal(answer: .gmail(403, "forbidden", "Delegation denied for \(visit.user)")))
        }
        return .success(owner)
    }
}

extension TokenAnswer {
    /// An error in Google's form.
    static func gmail(_ status: Int, _ reason: String, _ message: String) -> TokenAnswer {
        TokenAnswer(
            status: status,
            body: JSONText.text([
                "error": ["code": status, "message": message, "errors": [["reason": reason, "message": message, "domain": "global"]]]
            ]))
    }
}
