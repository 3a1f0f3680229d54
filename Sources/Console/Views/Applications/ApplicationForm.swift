internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What the forms of an application say. What was typed comes back with the page, but for the secret; what is wrong with it is told at its field.
struct ApplicationForm: Sendable {
    private static let shown = [
        "name", "tenant_id", "client_id", "secret_expires", "domains", "mailbox_address", "mailbox_login", "mailbox_read", "grant_kind",
        "grant",
    ]
    private static let faulty = [
        "name", "tenant_id", "client_id", "client_secret", "secret_expires", "domains", "mailbox_address", "mailbox_login", "grant_kind",
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
        "tenant": "tenant_id", "secret_expires": "secret_expires", "domains": "domains", "name": "name", "client_id": "client_id",
        "address": "mailbox_address", "login": "mailbox_login", "principal": "mailbox_login", "client_secret": "client_secret",
        "grant_kind": "grant_kind",
    ]

    mutating func note(_ error: DocumentError) {
        // A problem with the whole begins with the key that it misses.
        let place = error.path.isEmpty ? error.problem.prefix { $0 != " " } : error.path.prefix { $0 != "[" && $0 != "." }
        if let field = Self.fields[String(place)] {
            refuse(field, error.problem.sentence)
        } else {
            self.error = error.description.sentence
        }
    }

    /// A problem at a field, found where a document would be read.
    static func problem(_ field: String, _ words: String) -> DocumentError { DocumentReader(.null, path: field).problem(words) }
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

/// Rules for what people copy from a provider's pages.
extension ApplicationForm {
    mutating func check(_ provider: Provider) {
        if values["name"] == nil { refuse("name", "Give it a name.") }
        if provider.wantsTenant, values["tenant_id"] == nil { refuse("tenant_id", "Copy it from the provider.") }
        guard let client = values["client_id"] else { return refuse("client_id", "Copy it from the provider.") }
        if provider.kind == .microsoft, client.looksLikeIdentifier, client.count != 36 {
            let count = "\(client.count) character\(client.count == 1 ? "" : "s")"
            refuse("client_id", "This is no client id: it has \(count), and Entra's have 36. Copy it again.")
        }
    }

    mutating func checkSecret(_ provider: Provider) {
        // Entra shows both in one row, and never the value again.
        guard provider.kind == .microsoft, let text = secret?.revealText(), text.count == 36, text.looksLikeIdentifier else { return }
        refuse("client_secret", "This looks like the Secret ID. Copy the Value beside it, which Entra shows only once.")
    }

    /// nil: nobody knows, or it cannot be read.
    mutating func ending(at now: Date) -> Date? {
        guard let text = values["secret_expires"] else { return nil }
        guard let date = DocumentDate.date(text) else {
            refuse("secret_expires", "Give \(DocumentDate.form).")
            return nil
        }
        // It is good until some time of that day.
        if date.addingTimeInterval(86_400) <= now { refuse("secret_expires", "That day is over: make a new secret at the provider.") }
        return date
    }

    /// Over what no form shows, such as the id, and the certificate of one that is there.
    func application(over base: [DocumentValue.Entry], in directory: Directory) throws -> Application {
        let own: [DocumentValue.Entry] = [
            .init("name", DocumentValue(values["name"])), .init("tenant", DocumentValue(values["tenant_id"])),
            .init("client_id", DocumentValue(values["client_id"])), .init("domains", .list(domains.map { .text($0) })),
        ]
        let kept = base.filter { entry in !own.contains { $0.key == entry.key } }
        let read = try EntityForm.read(
            [DocumentReader(.map(kept + own))], as: .application, in: directory, usual: DirectoryDocument.Usual())
        guard case .application(let application)? = read.first else { throw Problem(.fault, "no application was read") }
        // The commands find it by its name.
        guard !directory.allApplications.contains(where: { $0.name == application.name && $0.id != application.id }) else {
            throw Self.problem("name", "there is an application with this name already")
        }
        return application
    }

    private var domains: [String] {
        (values["domains"] ?? "").split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init)
    }
}

extension String {
    /// Hexadecimal digits and hyphens, as many as an id of Entra's has, a few more or a few less: such an id, or one that was copied by half.
    fileprivate var looksLikeIdentifier: Bool {
        (28...44).contains(count) && contains("-") && allSatisfy { $0 == "-" || $0.isASCII && $0.isHexDigit }
    }
}
