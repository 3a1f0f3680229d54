/// How one pretend provider behaves where the real ones differ: lifetimes, limits, and which of several true answers it gives.
///
/// A value, so that a second provider is a second value and not a second server.
package struct Habits: Sendable, Hashable {
    /// Whose paths, errors and id tokens.
    package enum Flavour: Sendable, Hashable { case microsoft, google }

    package var flavour = Flavour.microsoft
    /// A wrong id token, on demand.
    package var idTokenDefect: IDTokenDefect?
    /// `iss` in authorisation responses (RFC 9207): nil for none, `own` for its own, or another's.
    package var responseIssuer: String?
    /// Scopes a person leaves unticked, whatever is asked for.
    package var withheldScopes: Set<String> = []
    /// Seconds between two questions for a device code.
    package var deviceInterval = 5

    /// What becomes of the old refresh token when a new one is handed out.
    package enum Rotation: Sendable, Hashable {
        /// Entra: each use yields a new one, and the old one goes on working.
        case replaces
        /// Strict providers: each use yields a new one, and the old one is refused from then on.
        case revokesOldOnUse
        /// The same token for ever; the answer carries none.
        case keeps
    }

    /// How a bad XOAUTH2 token is refused.
    package enum SignInRefusal: Sendable, Hashable {
        /// Microsoft: the 535 comes at once.
        case plain
        /// Google and RFC 7628: 334 with a base64 JSON document first, the 535 after the client's next line.
        case challenge
    }

    /// What happens to a message from an address its login may not use.
    package enum SendAsDenial: Sendable, Hashable {
        /// `554 5.2.252 SendAsDenied`, which names both addresses.
        case sendAsDenied
        /// The older `550 5.7.60`, also seen at the end of the data.
        case noPermission
        /// Accepted, and delivered from the login's own address: a 250 that proves nothing.
        case rewritten
    }

    package var serverName: String
    /// The mailbox server behind the front door, named in the answers to the end of the data.
    package var backendName: String

    package var accessTokenLifetime: Int
    /// Characters. Entra's are never shorter than some 1,500, and that is what breaks clients that put them on the AUTH line.
    package var accessTokenLength: Int
    package var refreshTokenLength: Int
    /// Seconds without use after which a refresh token is dead.
    package var refreshInactivity: Double
    package var rotation: Rotation

    /// The SASL mechanisms offered; of those that it has no use for it knows the name only.
    package var mechanisms: [String]
    package var signInRefusal: SignInRefusal
    /// Octets of a command line with its CRLF, the AUTH command and its initial response included.
    package var commandLineLimit: Int
    package var overlongCommand: Reply
    package var messageSize: Int
    package var recipientsPerMessage: Int
    package var connectionsPerMailbox: Int
    package var messagesPerMinute: Int?
    package var allowsNullSender: Bool
    package var refusesUnknownRecipients: Bool

    package var sendAsDenial: SendAsDenial
    /// After so many denials in a row the login is blocked for every sender; nil: never.
    package var denialsBeforeThrottle: Int?
    package var throttleSeconds: Double

    /// Exchange Online and Entra, with their documented limits.
    package static let microsoft = Habits(
        serverName: "AM0PR02CA0042.outlook.office365.com",
        backendName: "AM0PR02MB6001.eurprd02.prod.outlook.com",
        accessTokenLifetime: 3599,
        accessTokenLength: 1_620,
        refreshTokenLength: 1_180,
        refreshInactivity: 90 * 86_400,
        rotation: .replaces,
        mechanisms: ["LOGIN", "XOAUTH2"],
        signInRefusal: .plain,
        commandLineLimit: 1_024,
        overlongCommand: Reply(500, "5.5.2 Command line too long"),
        messageSize: 157_286_400,
        recipientsPerMessage: 500,
        connectionsPerMailbox: 3,
        messagesPerMinute: nil,
        allowsNullSender: true,
        refusesUnknownRecipients: false,
        sendAsDenial: .sendAsDenied,
        denialsBeforeThrottle: 10,
        throttleSeconds: 3_600)

    /// Gmail and Google's accounts: refresh tokens stay, a bad token is told by a 334 first, a From that is not listed is replaced in silence.
    package static let google: Habits = {
        var habits = Habits.microsoft
        habits.flavour = .google
        habits.serverName = "smtp.gmail.com"
        habits.backendName = "smtp.gmail.com"
        habits.accessTokenLength = 220
        habits.refreshTokenLength = 103
        habits.refreshInactivity = 180 * 86_400
        habits.rotation = .keeps
        habits.mechanisms = ["LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER", "XOAUTH"]
        habits.signInRefusal = .challenge
        habits.recipientsPerMessage = 100
        habits.messageSize = 35_882_577
        habits.sendAsDenial = .rewritten
        habits.denialsBeforeThrottle = nil
        return habits
    }()
}
