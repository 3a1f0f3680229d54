internal import Web
internal import Mail
internal import Relay

/// What the forms of an application say. What was typed comes back with the page, but for the secret; what is wrong with it is told at its field.
struct ApplicationForm: Sendable {
    private static let shown = [
        "name", "tenant_id", "client_id", "secret_expires", "domains", "licences", "mailbox_address", "mailbox_login", "mailbox_read",
        "grant_kind",
        "grant",
    ]
    private static let faulty = [
        "name", "tenant_id", "client_id", "client_secret", "secret_expires", "domains", "licences", "mailbox_address", "mailbox_login",
        "grant_kind",
    ]
    /// Octets: a secret of Entra has 40, a list of domains some thousands.
    private static let longest = 1000
    private static let longestSecret = 4096
    private static let longestList = 16_384

    /// Fields that the form had, filled in or not.
    private let names: Set<String>
    private var values: [String: String] = [:]
    private var errors: [String: String] = [:]
    /// Of the form as a whole.
    private var error: String?
    let secret: Secret?

    init(_ form: Form) {
        names = Set(form.names)
        let secret = form["client_secret"]
        self.secret = secret.flatMap { $0.utf8.count <= Self.longestSecret ? Secret($0) : nil }
        if secret != nil, self.secret == nil { errors["client_secret"] = "It is too long for a secret." }
        for field in Self.shown {
            guard let text = form[field] else { continue }
            let limit = field == "domains" ? Self.longestList : Self.longest
            if text.utf8.count <= limit { values[field] = text } else { errors[field] = "It is longer than \(limit) octets." }
        }
    }

    /// As it is recorded, for a page that nobody has typed into.
    init(_ application: Application) {
        names = []
        secret = nil
        values = ["name": application.name, "client_id": application.clientID]
        if !application.tenant.isEmpty { values["tenant_id"] = application.tenant }
        if let licences = application.licences { values["licences"] = String(licences) }
        if !application.domains.isEmpty { values["domains"] = application.domains.map(\.text).joined(separator: " ") }
    }

    subscript(field: String) -> String? { values[field] }

    var isWrong: Bool { error != nil || !errors.isEmpty }

    mutating func refuse(_ field: String, _ words: String) {
        if errors[field] == nil { errors[field] = words }
    }

    /// A secret is never sent back, so a form that is shown again has lost it.
    mutating func askForSecretAgain() {
        if secret != nil { refuse("client_secret", "Give the secret again: it is never kept in a form.") }
    }

    /// Fields by the keys of a document.
    private static let fields = [
        "tenant": "tenant_id", "secret_expires": "secret_expires", "domains": "domains", "licences": "licences", "name": "name",
        "client_id": "client_id",
        "address": "mailbox_address", "login": "mailbox_login", "principal": "mailbox_login", "secret": "client_secret",
        "kind": "grant_kind",
    ]

    /// A refusal of the whole may begin with the key that it misses.
    mutating func note(_ refusal: AdministrationRefusal) {
        let place = refusal.field.isEmpty ? refusal.sentence.prefix { $0 != " " } : refusal.field.prefix { $0 != "[" && $0 != "." }
        // Where a kind is chosen with a grant, its form has no field for that alone.
        if let field = Self.fields[String(place)], field != "grant_kind" || names.contains(field) {
            refuse(field, refusal.words)
        } else {
            error = refusal.words
        }
    }
}

/// For the page.
extension ApplicationForm {
    /// Fields that this form did not have are as they are recorded.
    func values(over recorded: ApplicationForm? = nil) -> DocumentValue {
        .map(Self.shown.map { .init($0, DocumentValue(names.contains($0) ? values[$0] : values[$0] ?? recorded?.values[$0])) })
    }

    var errorsByField: DocumentValue { .map(Self.faulty.map { .init($0, DocumentValue(errors[$0])) }) }

    var verdict: String? {
        if let error { return "Nothing was stored. \(error)" }
        guard !errors.isEmpty else { return nil }
        return "Nothing was stored: \(errors.count == 1 ? "one field needs" : "\(errors.count) fields need") another look."
    }
}

/// In the words of the directory file; what these may be is the rule book's.
extension ApplicationForm {
    /// What every form of an application has; null where nothing was typed.
    var entries: [DocumentValue.Entry] {
        [
            .init("name", DocumentValue(values["name"])), .init("tenant", DocumentValue(values["tenant_id"])),
            .init("client_id", DocumentValue(values["client_id"])), .init("domains", .list(domains.map { .text($0) })),
            .init("licences", DocumentValue(values["licences"])),
        ]
    }

    var mailbox: Particulars {
        Particulars(
            .mailbox,
            [
                "address": values["mailbox_address"], "login": values["mailbox_login"],
                "read": values["mailbox_read"] == nil ? nil : "yes",
            ])
    }

    var secrets: [SecretName.Kind: Secret] { secret.map { [.clientSecret: $0] } ?? [:] }

    private var domains: [String] {
        (values["domains"] ?? "").split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init)
    }
}
