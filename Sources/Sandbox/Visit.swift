internal import Foundation

/// One request at a door, as it came.
struct Visit: Sendable {
    let door: Door
    /// POST, or the PUT that ends an upload.
    let isPost: Bool
    let path: String
    let tenant: String
    /// Whose mailbox the path names; empty: none.
    let user: String
    let query: String
    let form: String
    /// A message, at the doors that take one.
    let content: [UInt8]
    /// Of the Authorization field.
    let bearer: String?

    /// A client that shows itself by `Basic` (RFC 6749 section 2.3.1) is judged like one that does so in the form.
    init(
        door: Door, isPost: Bool, path: String, tenant: String, user: String = "", query: String, form: String, content: [UInt8] = [],
        authorization: String?
    ) {
        self.door = door
        self.isPost = isPost
        self.path = path
        self.tenant = tenant
        self.user = user
        self.content = content
        self.query = query
        let words = (authorization ?? "").split(separator: " ")
        bearer = words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
        guard words.count == 2, words[0].lowercased() == "basic", let pair = Base64URL.data(words[1]),
            let colon = pair.firstIndex(of: UInt8(ascii: ":"))
        else {
            self.form = form
            return
        }
        // Both halves are form-encoded already.
        let (id, secret) = (String(decoding: pair[..<colon], as: UTF8.self), String(decoding: pair[(colon + 1)...], as: UTF8.self))
        self.form = form + "&client_id=\(id)&client_secret=\(secret)"
    }

    /// Whom it is about, as faults name them: the login behind a refresh token, else the client id.
    func subject(_ state: ProviderState) -> String? {
        if door.takesMail || door == .gmailSenders { return state.mailLogin(self) }
        return state.subject(of: TokenRequest(tenant: tenant, form: door == .authorize ? query : form))
    }
}

/// One request at a door, as it is recorded: without what is secret, because records are printed.
package struct SeenRequest: Sendable, Hashable {
    package let door: Door
    package let method: String
    package let path: String
    /// Of query and form; a secret stands as its length.
    package let fields: [String: String]
    package let isAuthorized: Bool
    /// 0: nobody answered.
    package let status: Int
    /// A scripted fault had a hand in it.
    package let isFaulted: Bool
    /// Seconds since 1970.
    package let time: Double

    private static let secrets: Set = [
        "client_secret", "refresh_token", "code", "code_verifier", "assertion", "client_assertion", "device_code", "token", "user_code",
        "state",
        "nonce",
    ]

    init(_ visit: Visit, status: Int, isFaulted: Bool, at now: Double) {
        door = visit.door
        method = visit.isPost ? "POST" : "GET"
        path = visit.path
        fields = Fields(visit.query).all.merging(Fields(visit.form).all) { $1 }.reduce(into: [:]) { result, field in
            result[field.key] = Self.secrets.contains(field.key) ? "\(field.value.utf8.count) octets" : field.value
        }
        isAuthorized = visit.bearer != nil
        self.status = status
        self.isFaulted = isFaulted
        time = now
    }
}
