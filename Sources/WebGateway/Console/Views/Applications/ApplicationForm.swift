internal import HTTPTypes
internal import Mail
internal import Relay

/// What the forms of an application say, read by the same rules as a file and a request: what cannot be is told at its field, by the field's name.
struct ApplicationForm: Sendable {
    let form: Form
    let visit: Visit

    /// A field that cannot be kept.
    struct Trouble: Error {
        let field: String
        let words: String
    }

    /// Names in the document, and of the fields that a person sees.
    private static let fields = [
        "name": "name", "tenant": "tenant_id", "client_id": "client_id", "secret_expires": "secret_expires", "domains": "domains",
        "address": "mailbox_address",
        "login": "mailbox_login",
    ]

    /// The application as the form has it; `before` keeps what no form shows.
    func application(id: String, provider: ProviderID, before: Application?, in directory: Directory) throws -> Application {
        guard form["client_id"] != nil else { throw Trouble(field: "client_id", words: "The provider shows it: copy it here.") }
        guard form["name"] != nil else { throw Trouble(field: "name", words: "A name of your choice, for people.") }
        let expires = form.names.contains("secret_expires") ? form["secret_expires"] : before?.secretExpires.map { DocumentDate.text($0) }
        let value: DocumentValue = [
            "id": .text(id), "name": DocumentValue(form["name"]), "provider": .text(provider.text),
            "tenant": DocumentValue(form["tenant_id"]),
            "client_id": DocumentValue(form["client_id"]), "secret_expires": DocumentValue(expires),
            "domains": DocumentValue(form.words("domains")),
            "certificate": DocumentValue(before?.certificate),
        ]
        guard case .application(var application)? = try read(value, .application, directory) else {
            throw Problem(.fault, "no application was read")
        }
        application.serviceAccount = before?.serviceAccount
        return application
    }

    /// A mailbox on a grant that may be as new as it.
    func mailbox(grant: Grant, isNew: Bool, in directory: Directory) throws -> [DirectoryChange] {
        guard let address = form["mailbox_address"] else { throw Trouble(field: "mailbox_address", words: "An address is missing.") }
        let login = form["mailbox_login"] ?? address
        var changes: [DirectoryChange] = []
        var own = grant
        if isNew {
            if grant.kind == .consent { own.principal = login }
            changes.append(.put(.grant(own)))
        }
        let identifier: MailboxID = identifier("mbx")
        let value: DocumentValue = [
            "id": .text(identifier.text), "address": .text(address), "login": .text(login), "grant": .text(own.id.text),
        ]
        var known = directory
        known.apply(changes, edition: directory.edition)
        guard case .mailbox(let mailbox)? = try read(value, .mailbox, known) else { throw Problem(.fault, "no mailbox was read") }
        guard !directory.allMailboxes.contains(where: { $0.address == mailbox.address && $0.login == mailbox.login }) else {
            throw Trouble(field: "mailbox_address", words: "There is a mailbox with this address and login already.")
        }
        return changes + [.put(.mailbox(mailbox))]
    }

    func identifier<Named>(_ prefix: String) -> Identifier<Named> {
        var generator = visit.office.accept.generator()
        return Identifier(prefix: prefix, using: &generator)
    }

    private func read(_ value: DocumentValue, _ kind: EntityKind, _ directory: Directory) throws -> DirectoryEntity? {
        do throws(DocumentError) {
            let usual = DirectoryDocument.Usual(grantedBy: visit.person, grantedAt: visit.now)
            return try EntityForm.read([DocumentReader(value)], as: kind, in: directory, usual: usual).first
        } catch {
            let name = error.path.prefix { $0 != "[" && $0 != "." }
            // A problem with the whole names the key it misses.
            let key = name.isEmpty ? error.problem.prefix { $0 != " " } : name
            guard let field = Self.fields[String(key)] else { throw Problem(.invalid, error.description) }
            throw Trouble(field: field, words: error.problem.sentence)
        }
    }

    /// What was typed, but for secrets.
    var values: DocumentValue {
        .map(
            ["name", "tenant_id", "client_id", "secret_expires", "domains", "mailbox_address", "mailbox_login"].map {
                DocumentValue.Entry($0, DocumentValue(form[$0]))
            })
    }

    static func errors(_ trouble: Trouble?) -> DocumentValue {
        .map(
            [
                "name", "tenant_id", "client_id", "client_secret", "secret_expires", "domains", "mailbox_address", "mailbox_login",
                "grant_kind",
            ].map {
                DocumentValue.Entry($0, trouble?.field == $0 ? DocumentValue(trouble?.words) : .null)
            })
    }
}
