internal import Relay

/// Where each kind of thing is kept. The columns are in the order in which `EntityReader` reads and `EntityRow` writes them.
extension EntityKind {
    /// Quoted, because `grant` and `user` are words of SQL elsewhere.
    var table: String { "\"\(rawValue)\"" }

    /// Beside `id`.
    var columns: [String] {
        switch self {
        case .setting: ["text"]
        case .user: ["name", "login"]
        case .provider:
            [
                "kind", "name", "tokenEndpoint", "smtpHost", "smtpPort", "smtpSecurity", "delegatedScope", "appOnlyScope",
                "refusesSeveralAuthors", "replacesUnlistedFrom", "propagation", "takesNullSender", "oldRefreshTokenWorks",
                "trustedCertificates", "details", "mayReceiveSecrets",
            ]
        case .application:
            [
                "name", "provider", "tenant", "clientID", "secretExpires", "domains", "certificate", "serviceAccount", "keyID", "licences",
                "federatedCredential",
            ]
        case .grant: ["name", "kind", "application", "principal", "isEnabled", "pinRealm", "pinSubject", "command"] + stewardship
        case .mailbox: ["address", "login", "\"grant\"", "transports", "isRead", "isEnabled"] + stewardship
        case .family: ["name", "members", "\"grant\"", "transports", "isEnabled"] + stewardship
        case .delegation:
            [
                "mailbox", "covers", "coversKey", "kind", "priority", "validFrom", "validUntil", "grantedBy", "grantedAt", "reason",
                "allowsUnaligned",
            ] + stewardship
        case .deny: ["mailbox", "covers", "reason"]
        case .client:
            [
                "name", "keyDigest", "network", "uid", "password", "purposes", "addresses", "defaultPurpose", "authorIfUnusable",
                "noticeAddress", "isEnabled", "defaultUser", "roles", "isStrict", "quota",
            ] + stewardship
        }
    }

    private var stewardship: [String] { ["owner", "purpose", "review"] }

    var select: String { Self.statements[self, default: .init(self)].select }
    var upsert: String { Self.statements[self, default: .init(self)].upsert }

    /// Put together once: an import asks for them a million times.
    private static let statements = Dictionary(uniqueKeysWithValues: allCases.map { ($0, Statements($0)) })

    private struct Statements {
        let select: String
        let upsert: String

        init(_ kind: EntityKind) {
            let names = kind.columns.joined(separator: ", ")
            let marks = Array(repeating: "?", count: kind.columns.count + 1).joined(separator: ", ")
            let sets = kind.columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
            select = "SELECT id, \(names) FROM \(kind.table)"
            upsert = "INSERT INTO \(kind.table) (id, \(names)) VALUES (\(marks)) ON CONFLICT (id) DO UPDATE SET \(sets)"
        }
    }

    /// What is referred to is written before what refers to it, and removed after it.
    var rank: Int {
        switch self {
        case .provider: 0
        case .application: 1
        case .grant: 2
        case .mailbox, .family: 3
        case .delegation, .deny: 4
        case .user, .client: 5
        case .setting: 6
        }
    }
}
