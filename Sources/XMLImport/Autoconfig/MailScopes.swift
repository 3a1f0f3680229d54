internal import Relay

/// Sorts the scopes that a file asks for at once into what each token needs. Files are written for mail programs, which also want
/// contacts and calendars; those are never asked for (RFC 9700 section 2.3).
struct MailScopes: Sendable, Hashable {
    /// Who consented, and for how long: asked for beside the others.
    let identity: String
    /// Of a person's consent, by what the token is to open.
    let byResource: [TokenResource: String]

    init(_ scopes: [String]) {
        let identity = scopes.filter(Self.identityScopes.contains)
        let others = scopes.filter { !identity.contains($0) && !Self.isGroupware($0) }
        let mail = others.filter { Self.names($0, Self.mailWords) }
        // Where no name says mail, a name that says nothing may be the one.
        let wanted = mail.isEmpty ? others : mail
        // A refresh token is asked for with every token: some give none for a request that does not.
        let lasting = identity.filter { $0 == "offline_access" }
        self.identity = identity.joined(separator: " ")
        byResource = [
            .smtp: Self.chosen(from: wanted, for: ["smtp"], before: ["imap", "pop"]),
            .imap: Self.chosen(from: wanted, for: ["imap"], before: ["smtp", "pop"]),
        ].compactMapValues { $0.isEmpty ? nil : ($0 + lasting).joined(separator: " ") }
    }

    /// Those that name the protocol or none; where there are none of them, all: the provider may mean more by a name than it says.
    private static func chosen(from scopes: [String], for words: [String], before others: [String]) -> [String] {
        let fit = scopes.filter { names($0, words) || !names($0, others) }
        return fit.isEmpty ? scopes : fit
    }

    private static let identityScopes: Set = ["openid", "email", "profile", "offline_access"]
    private static let mailWords = ["mail", "smtp", "imap", "pop"]
    private static let groupware = ["contact", "calendar", "carddav", "caldav", "addressbook", "people", "task", "drive", "photo"]

    /// By the last step alone: `https://mail.example.org/calendar` is a calendar.
    private static func isGroupware(_ scope: String) -> Bool {
        let last = scope.split(separator: "/").last.map(String.init) ?? scope
        return names(last, groupware) && !names(last, mailWords)
    }

    private static func names(_ scope: String, _ words: [String]) -> Bool {
        let scope = scope.lowercased()
        return words.contains { scope.contains($0) }
    }
}
