package import Mail
package import struct FoundationEssentials.Date

/// The journal's lines about people who come in, or try to. What they typed stands in none: a name that is nobody's may be a password in the wrong field.
extension JournalEntry {
    /// By which way in somebody is told from a stranger.
    package enum Door: String, Sendable, Hashable {
        case console, api
    }

    package static func signedIn(_ client: Client, from address: IPAddress, at now: Date) -> JournalEntry {
        JournalEntry(
            at: now, kind: .signedIn, facts: [Fact("door", Door.console.rawValue), Fact("client", client.id.text)],
            personal: [Personal(.person, client.name), Personal(.origin, address.description)])
    }

    /// `client`: whose name was given; nil: nobody's, or none. `tries`: how many of that name from there have failed in a row.
    package static func signInFailed(_ client: Client?, from address: IPAddress, at door: Door, tries: Int, at now: Date) -> JournalEntry {
        JournalEntry(
            at: now, kind: .signInFailed,
            facts: [Fact("door", door.rawValue), Fact("client", client?.id.text ?? ""), Fact("tries", String(tries))],
            personal: [Personal(.person, client?.name ?? ""), Personal(.origin, address.description)])
    }

    /// The grant is as it was before.
    static func consentFailed(_ attempt: ConsentAttempt, _ code: String, at now: Date) -> JournalEntry {
        JournalEntry(
            at: now, kind: .consentFailed,
            facts: [Fact("grant", attempt.grant.text), Fact("way", attempt.way.rawValue), Fact("code", code)],
            personal: [Personal(.person, attempt.startedBy)])
    }
}

extension ConsentFailure {
    /// In a word: what a provider says of it may quote an address.
    var code: String {
        switch self {
        case .notPossible: "not-possible"
        case .unknownState: "unknown-state"
        case .expired: "expired"
        case .alreadyUsed: "already-used"
        case .otherBrowser: "other-browser"
        case .otherApplication: "other-application"
        case .issuerMissing: "issuer-missing"
        case .otherIssuer: "other-issuer"
        case .declined: "declined"
        case .blocked: "blocked"
        case .wrongPerson: "wrong-person"
        case .identity: "identity"
        case .scopesMissing: "scopes-missing"
        case .noRefreshToken: "no-refresh-token"
        case .token: "token"
        case .grantChanged: "grant-changed"
        case .temporary: "temporary"
        }
    }
}
