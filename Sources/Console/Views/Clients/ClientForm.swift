internal import Web
internal import Mail
internal import Relay

/// A client as somebody types one – but for the password, which is never shown again. What it means is read like a document of the API, so one set of
/// rules holds.
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

    /// What cannot be kept, and at which fields.
    struct Trouble: Error {
        let words: [String: String]

        init(_ field: String, _ words: String) { self.words = [field: words] }
        init(_ words: [String: String]) { self.words = words }
    }

    private(set) var name: String?
    private(set) var known: Known?
    private(set) var network: String?
    private(set) var roles: [String] = [Role.sender.rawValue]
    private(set) var purposes: [String] = []
    private(set) var addresses: String?
    private(set) var defaultPurpose: String?
    private(set) var authorIfUnusable: String?
    private(set) var noticeAddress: String?
    private(set) var errors: [String: String] = [:]
    private(set) var error: String?

    private static let fields = [
        "name", "known_by", "password", "network", "role", "addresses", "author_if_unusable", "notice_address",
    ]

    init() {}

    init(_ form: Form) {
        name = form["name"]
        known = form["known_by"].flatMap { Known(rawValue: $0) }
        network = form["network"]
        roles = form.all("role")
        purposes = form.all("purpose")
        addresses = form["addresses"]
        defaultPurpose = form["default_purpose"]
        authorIfUnusable = form["author_if_unusable"]
        noticeAddress = form["notice_address"]
    }

    mutating func note(_ trouble: Trouble) {
        errors = trouble.words.filter { Self.fields.contains($0.key) }
        let others = trouble.words.filter { !Self.fields.contains($0.key) }.map(\.value).sorted()
        error = others.isEmpty ? "Nothing was stored: look at the fields below." : others.joined(separator: " ")
    }

    /// What it means; throws `Trouble` where it means nothing that may be. `credential` is what the chosen way has come to.
    func client(_ id: ClientID, _ credential: DocumentValue.Entry, in directory: Directory, _ usual: DirectoryDocument.Usual) throws
        -> Client
    {
        guard let name else { throw Trouble("name", "Give it a name.") }
        try checkRoles()
        let patterns = addresses.map { $0.split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init) } ?? []
        if known == .network, purposes.isEmpty, patterns.isEmpty {
            throw Trouble([
                "network": "A client known by its network must be limited: give addresses or purposes.",
                "addresses": "Give at least one address or @domain.",
            ])
        }
        let value: DocumentValue = [
            "id": .text(id.text), "name": .text(name), credential.key: credential.value,
            "limits": ["purposes": DocumentValue(purposes), "addresses": DocumentValue(patterns)],
            "default_purpose": DocumentValue(defaultPurpose), "author_if_unusable": DocumentValue(authorIfUnusable),
            "notice_address": DocumentValue(noticeAddress), "roles": DocumentValue(roles),
        ]
        let read: DirectoryEntity?
        do throws(DocumentError) {
            read = try EntityForm.read([DocumentReader(value)], as: .client, in: directory, usual: usual).first
        } catch {
            throw Trouble(Self.field(error.path), error.problem.sentence)
        }
        guard case .client(let client)? = read else { throw Problem(.fault, "nothing was read") }
        try checkDefaults(client)
        return client
    }

    /// The rules of `Client.problem`, at their field.
    private func checkRoles() throws(Trouble) {
        if roles.isEmpty { throw Trouble("role", "Tick one: without a role it may do nothing.") }
        if known == .password, roles.contains(Role.sender.rawValue) {
            throw Trouble("role", "A password is for the console: a program that sends has a key.")
        }
        if known == .network, roles != [Role.sender.rawValue] {
            throw Trouble("role", "Known by its network alone it may send and nothing else: anything there can pass for it.")
        }
    }

    private func checkDefaults(_ client: Client) throws(Trouble) {
        if let purpose = client.defaultPurpose, !client.limits.purposes.isEmpty, !client.limits.purposes.contains(purpose) {
            throw Trouble("default_purpose", "The default purpose is outside its own limits.")
        }
        if let author = client.authorIfUnusable, !client.limits.addresses.isEmpty,
            !client.limits.addresses.contains(where: { $0.matches(author) })
        {
            throw Trouble("author_if_unusable", "This address is outside its own limits.")
        }
    }

    /// `limits.addresses[1]` is of the field of addresses.
    private static func field(_ path: String) -> String {
        if path.hasPrefix("limits.addresses") { return "addresses" }
        if path.hasPrefix("roles") { return "role" }
        return path
    }

    var document: DocumentValue {
        [
            "name": DocumentValue(name), "known_by": nil, "password": nil, "network": DocumentValue(network), "role": nil,
            "addresses": DocumentValue(addresses), "author_if_unusable": DocumentValue(authorIfUnusable),
            "notice_address": DocumentValue(noticeAddress),
        ]
    }

    var errorsDocument: DocumentValue { .map(Self.fields.map { .init($0, DocumentValue(errors[$0])) }) }
}
