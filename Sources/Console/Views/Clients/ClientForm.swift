internal import Web
internal import Mail
internal import Relay

/// A client as somebody types one – but for the password, which is never shown again.
struct ClientForm: Sendable {
    enum Known: String, Sendable, CaseIterable {
        case key, password, network

        var label: String {
            switch self {
            case .key: "a key"
            case .password: "a password"
            case .network: "its network"
            }
        }

        var about: String {
            switch self {
            case .key: "Made here and shown once. For programs."
            case .password: "For people who sign in to this console."
            case .network: "For printers and the like, which cannot sign in."
            }
        }
    }

    private(set) var name: String?
    private(set) var known: Known?
    private(set) var network: String?
    private(set) var roles: [String] = [Role.sender.rawValue]
    private(set) var limits = LimitsForm()
    private(set) var errors: [String: String] = [:]
    private(set) var error: String?

    private static let fields = ["name", "known_by", "password", "network", "role"] + LimitsForm.fields

    init() {}

    init(_ form: Form) {
        name = form["name"]
        known = form["known_by"].flatMap { Known(rawValue: $0) }
        network = form["network"]
        roles = form.all("role")
        limits = LimitsForm(form)
    }

    /// Beside its field where there is a place for that, else above the form.
    mutating func note(_ refusal: AdministrationRefusal) {
        let field = Self.field(refusal)
        guard Self.fields.contains(field) else { return error = refusal.words }
        errors[field] = refusal.words
        error = "Nothing was stored: look at the fields below."
    }

    private static func field(_ refusal: AdministrationRefusal) -> String {
        if refusal.code == .taken { return "name" }
        return refusal.field.hasPrefix("roles") ? "role" : LimitsForm.field(refusal)
    }

    /// In the words of the directory file; `hash`: of the password, if it is to be known by one.
    func particulars(_ hash: PasswordHash?) -> Particulars {
        var entries: [DocumentValue.Entry] = [.init("name", .text(name ?? "")), .init("roles", DocumentValue(roles))] + limits.entries
        switch known {
        case nil: break
        case .key?: entries.append(.init("new_key", true))
        case .network?: entries.append(.init("network", .text(network ?? "")))
        case .password?: entries.append(.init("password_scrypt", DocumentValue(hash?.text)))
        }
        return Particulars(.client, entries)
    }

    var document: DocumentValue {
        let own: DocumentValue = [
            "name": DocumentValue(name), "known_by": nil, "password": nil, "network": DocumentValue(network), "role": nil,
        ]
        return own.adding(limits.typed)
    }

    var errorsDocument: DocumentValue { .map(Self.fields.map { .init($0, DocumentValue(errors[$0])) }) }
}
