package import struct FoundationEssentials.Date

/// What whoever is asked to consent is told before the provider asks them: who wants what, and until when. A link or a code that a stranger sent is worth nothing
/// to him once the person who opens it reads that (draft-ietf-oauth-security-topics-update, cross-user session fixation; domain.md 7.1, device codes).
package struct ConsentBrief: Sendable, Hashable {
    package let application: String
    package let provider: String
    /// Who is to sign in; empty: whoever comes first.
    package let logins: [String]
    package let reads: Bool
    package let startedBy: String
    package let expires: Date

    package init(_ attempt: ConsentAttempt, _ purpose: ConsentPurpose, expires: Date? = nil) {
        application = purpose.source.application.name
        provider = purpose.source.provider.name
        logins = purpose.logins
        reads = purpose.resources.contains(.imap)
        startedBy = attempt.startedBy
        self.expires = expires ?? attempt.expires
    }

    package var signsIn: String { logins.isEmpty ? "the person whose mailbox it is" : logins.joined(separator: " or ") }

    package var may: String { reads ? "send mail from the mailbox, and read what arrives there" : "send mail from the mailbox" }

    /// `Tracker at Microsoft 365 may then send mail from the mailbox of ann@example.org; asked for by root, until 2026-11-30 11:45 UTC`
    package var words: String {
        "\(application) at \(provider) may then \(may) of \(signsIn); asked for by \(startedBy), until \(expires.minute)"
    }
}

extension ConsentFlow {
    package func brief(_ attempt: ConsentAttempt, expires: Date? = nil) throws(ConsentFailure) -> ConsentBrief {
        ConsentBrief(attempt, try consentable(attempt.grant), expires: expires)
    }

    /// For the page before the provider's: what it says, the cookie that the browser keeps, and the pass that its way on carries. Nothing is bound by it, so a
    /// link that a scanner of mail opens is still good for the person.
    package func introduce(
        _ id: ConsentID, of application: ApplicationID, cookie known: String?
    ) async throws(ConsentFailure) -> (brief: ConsentBrief, cookie: String, pass: String) {
        let attempt = try await waiting(id, of: application)
        let cookie = Self.isOurs(known) ? known ?? "" : Base64URL.text(random(32))
        return (try brief(attempt), cookie, Self.pass(id, cookie))
    }

    /// Binds the attempt to the browser that asks, and says where to send it; nil: it has not been shown what it is for. Of several browsers it is the last one's.
    package func open(
        _ id: ConsentID, of application: ApplicationID, cookie: String?, pass: String?
    ) async throws(ConsentFailure) -> String? {
        guard let cookie, let pass, Self.isOurs(cookie), Digest.isEqual(Array(pass.utf8), Array(Self.pass(id, cookie).utf8)) else {
            return nil
        }
        let attempt = try await waiting(id, of: application)
        let isBound = try await stored { () throws(StoreFailure) in try await store.bind(id, browser: Digest.sha256(cookie)) }
        guard isBound else { throw .alreadyUsed }
        return try authorizationAddress(attempt)
    }

    private func waiting(_ id: ConsentID, of application: ApplicationID) async throws(ConsentFailure) -> ConsentAttempt {
        let attempt = try await waiting(try await stored { () throws(StoreFailure) in try await store.consent(id) })
        guard attempt.application == application else { throw .otherApplication }
        return attempt
    }

    /// One that the browser has from another consent is good for this one too, or the first would be lost.
    private static func isOurs(_ cookie: String?) -> Bool {
        cookie?.utf8.count == 43 && cookie?.utf8.allSatisfy { Base64URL.alphabet.contains($0) } == true
    }

    /// Only who has the cookie can make it, so no link that somebody else wrote leads past the page.
    private static func pass(_ id: ConsentID, _ cookie: String) -> String { Base64URL.text(Digest.sha256("\(id) \(cookie)")) }
}
