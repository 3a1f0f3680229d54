/// Which door leads where.
extension ProviderState {
    mutating func answer(_ visit: Visit, now: Double, isFaulted: Bool) -> WebAnswer {
        let answer = answer(visit, now: now)
        record.see(SeenRequest(visit, status: answer.status, isFaulted: isFaulted, at: now))
        return answer
    }

    /// An answer given by a scripted fault counts as a request too.
    mutating func noteFaulted(_ visit: Visit, status: Int, now: Double) {
        record.see(SeenRequest(visit, status: status, isFaulted: true, at: now))
        if visit.door == .token { noteFaulted(TokenRequest(tenant: visit.tenant, form: visit.form), now: now) }
    }

    private mutating func answer(_ visit: Visit, now: Double) -> WebAnswer {
        switch visit.door {
        case .authorize:
            visit.isPost ? authorize(visit.query, form: visit.form, now: now) : authorizationPage(visit.query, now: now)
        case .token: .document(token(TokenRequest(tenant: visit.tenant, form: visit.form), now: now))
        case .device: .document(device(visit.form, now: now))
        case .codeEntry: visit.isPost ? enter(visit.form, now: now) : .page(status: 200, html: ConsentPage.device())
        case .keys: .document(TokenAnswer(status: 200, body: keyDocument()))
        case .metadata: .document(TokenAnswer(status: 200, body: discoveryDocument()))
        case .userinfo: .document(userinfo(visit.bearer ?? "", now: now))
        case .revoke: .document(revoke(visit.form))
        case .graphSend: .document(graphSend(visit, now: now))
        case .gmailSend: .document(gmailSend(visit, now: now))
        case .gmailUpload: .document(gmailUpload(visit, now: now))
        case .gmailSenders: .document(gmailSenders(visit, now: now))
        }
    }

    /// OpenID Connect Core 5.3.
    private func userinfo(_ bearer: String, now: Double) -> TokenAnswer {
        guard let token = tokens.accessToken(bearer), token.expires > now, !token.isRevoked, case .user(let login) = token.principal else {
            return TokenAnswer(status: 401, fields: [.init("WWW-Authenticate", "Bearer error=\"invalid_token\"")], body: "{}")
        }
        return TokenAnswer(
            status: 200,
            body: JSONText.text(["sub": "s-" + Self.number(login), "email": login, "email_verified": true, "preferred_username": login]))
    }

    /// RFC 7009, as Google answers it: 400 for what it does not know.
    private mutating func revoke(_ form: String) -> TokenAnswer {
        guard habits.flavour == .google else { return TokenAnswer(status: 404, body: "{}") }
        guard let token = Fields(form)["token"], tokens.revoke(refresh: token) else {
            return .failure(400, "invalid_token", "Token expired or revoked")
        }
        return TokenAnswer(status: 200, body: "{}")
    }
}
