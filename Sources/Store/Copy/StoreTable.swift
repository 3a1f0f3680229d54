/// A table as a copy goes through it: the columns that every engine has.
struct StoreTable: Sendable {
    let name: String
    let columns: [String]
    /// These are read as whole numbers where an engine has no flags.
    let flags: Set<String>
    /// The columns that tell its rows apart.
    let order: String

    /// `columns`: their names; behind a flag's stands a question mark.
    private init(_ name: String, _ columns: String, order: String) {
        self.name = name
        let words = columns.split(separator: " ").map(String.init)
        self.columns = words.map { $0.hasSuffix("?") ? String($0.dropLast()) : $0 }
        flags = Set(words.filter { $0.hasSuffix("?") }.map { String($0.dropLast()) })
        self.order = order
    }

    /// Words of SQL are names here, too.
    private static func quoted(_ name: String) -> String { ["user", "grant"].contains(name) ? "\"\(name)\"" : name }
    var quotedName: String { Self.quoted(name) }
    private var list: String { columns.map(Self.quoted).joined(separator: ", ") }
    private var quotedOrder: String { order.split(separator: ", ").map { Self.quoted(String($0)) }.joined(separator: ", ") }

    var count: String { "SELECT count(*) FROM \(quotedName)" }
    var select: String { "SELECT \(list) FROM \(quotedName) ORDER BY \(quotedOrder)" }

    var insert: String {
        let marks = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        return "INSERT INTO \(quotedName) (\(list)) VALUES (\(marks))"
    }
    var empty: String { "DELETE FROM \(quotedName)" }

    /// What is referred to before what refers to it. Leases are a run's, and are left behind.
    static let all = [
        StoreTable("meta", "id strand edition changesFrom revision vaultKey filedThrough", order: "id"),
        StoreTable("change", "number edition kind id", order: "number"),
        StoreTable("setting", "id text", order: "id"),
        StoreTable("user", "id name login", order: "id"),
        StoreTable("userAddress", "user position localPart domain addressKey isOn?", order: "user, position"),
        StoreTable(
            "provider",
            """
            id kind name tokenEndpoint smtpHost smtpPort smtpSecurity delegatedScope appOnlyScope refusesSeveralAuthors? \
            replacesUnlistedFrom? propagation takesNullSender? oldRefreshTokenWorks? trustedCertificates details \
            mayReceiveSecrets? edition
            """, order: "id"),
        StoreTable(
            "application",
            "id name provider tenant clientID secretExpires domains edition certificate serviceAccount keyID licences federatedCredential",
            order: "id"),
        StoreTable(
            "grant", "id name kind application principal isEnabled? edition pinRealm pinSubject command owner purpose review", order: "id"),
        StoreTable("mailbox", "id address login grant transports isEnabled? isRead? owner purpose review", order: "id"),
        StoreTable("family", "id name members grant transports isEnabled? owner purpose review", order: "id"),
        StoreTable(
            "delegation",
            """
            id mailbox covers coversKey kind priority validFrom validUntil grantedBy grantedAt reason allowsUnaligned? owner purpose review
            """,
            order: "id"),
        StoreTable("deny", "id mailbox covers reason", order: "id"),
        StoreTable(
            "client",
            """
            id name keyDigest network uid password purposes addresses defaultPurpose authorIfUnusable noticeAddress isEnabled? \
            defaultUser roles isStrict? quota owner purpose review
            """, order: "id"),
        StoreTable("tokenRight", "client position mailbox family coversWholeGrant?", order: "client, position"),
        StoreTable(
            "message",
            """
            number id acceptedAt client purpose user author sender ret envelopeID hasEnvelopeSender? isAutomatic? bodySize \
            isInPieces? digest messageID recipients header
            """, order: "number"),
        StoreTable(
            "queue",
            """
            message state why attempts due claimUntil lane claimNode claimIncarnation isUnknown? lacksRouteSince withoutRoute wish \
            pairRefusals outcomes share size
            """, order: "message"),
        StoreTable("fate", "message doneAt why attempts isUnknown? outcomes", order: "message"),
        StoreTable("body", "message bytes", order: "message"),
        StoreTable("content", "number id startedAt isKept?", order: "number"),
        StoreTable("chunk", "content number bytes", order: "content, number"),
        StoreTable("clientMinute", "client minute messages recipients", order: "client, minute"),
        StoreTable("clientQueue", "client messages octets", order: "client"),
        StoreTable("clientUse", "client day", order: "client"),
        StoreTable("repeatable", "client key digest message at", order: "client, key"),
        StoreTable("journal", "number at kind message facts personalDigest mac salt parts", order: "number"),
        StoreTable("journalCount", "entry signature at count", order: "entry"),
        StoreTable("journalWindow", "last earliest latest", order: "last"),
        StoreTable("journalRole", "role text entry", order: "role, text, entry"),
        StoreTable(
            "standing", "provider login addressKey transport address state at deniedAt text probes nextProbe needs tries nextTry revision",
            order: "login, provider, addressKey, transport"),
        StoreTable("health", "kind id provider transport state at reason failures revision", order: "kind, id, provider, transport"),
        StoreTable(
            "report", "client provider login transport addressKey address at until words revision",
            order: "client, login, provider, transport, addressKey"),
        StoreTable("tenantPause", "provider lane since until code times counted revision", order: "provider, lane"),
        StoreTable("acknowledgement", "finding at until person reason revision", order: "finding"),
        StoreTable("sighting", "addressKey role address first last count lastOutcome", order: "addressKey, role"),
        StoreTable("usage", "provider login hour messages recipients", order: "login, provider, hour"),
        StoreTable("traffic", "hour route outcome recipients", order: "hour, route, outcome"),
        StoreTable(
            "dmarcReport", "id organization contact reportID domain begins ends policy messages file takenAt isWhole?", order: "id"),
        StoreTable(
            "dmarcRow",
            "report number domain source isDKIMAligned? isSPFAligned? signer envelope disposition exception messages",
            order: "report, number"),
        StoreTable("secret", "kind owner keyID sealed", order: "kind, owner"),
        StoreTable("token", "name grant keyID sealed obtained expires edition", order: "name"),
        StoreTable("grantUse", "grant consentedAt usedAt askedAt scope", order: "grant"),
        StoreTable("warning", "kind id ends days", order: "kind, id, ends, days"),
        StoreTable(
            "consent",
            """
            id grant application edition way startedAt expires redirectURI scope stateDigest browserDigest keyID sealed startedBy \
            progress endedAt words
            """, order: "id"),
        StoreTable("handout", "id client at expires login provider transport author purpose addresses reportedAt", order: "id"),
    ]
}
