internal import Web
internal import Mail
internal import Relay

/// A mailbox that is to stand below an application, and the grant its tokens come from where that is new. Both are read as documents, so that they keep
/// the rules of a file.
struct MailboxDraft: Sendable {
    /// How its tokens are had.
    enum Source: Sendable, Hashable {
        case existing(GrantID)
        case new(Grant.Kind)

        /// As the form has it: `new-consent`, or a grant's id.
        init(_ text: String) {
            self = Grant.Kind.allCases.first { "new-\($0.rawValue)" == text }.map { .new($0) } ?? .existing(GrantID(trusted: text))
        }
    }

    private let source: Source
    // The same however often the edit is planned anew.
    private let grant: GrantID
    private let mailbox: MailboxID

    init(_ source: Source, using makeGenerator: () -> any RandomNumberGenerator) {
        var generator = makeGenerator()
        self.source = source
        grant = GrantID(prefix: "grant", using: &generator)
        mailbox = MailboxID(prefix: "mbx", using: &generator)
    }

    struct Plan {
        let changes: [DirectoryChange]
        let mailbox: Mailbox
        let grant: Grant
    }

    /// `directory` has the application in it.
    func plan(_ form: ApplicationForm, _ application: Application, in directory: Directory) throws -> Plan {
        guard let provider = directory.provider(application.provider) else { throw Problem(.conflict, "its provider is gone") }
        guard let address = form["mailbox_address"] else {
            throw ApplicationForm.problem("address", form["mailbox_login"] == nil ? "give an address" : "which address has this login?")
        }
        var changes: [DirectoryChange] = []
        let grant = try grant(form, address, application, provider, in: directory)
        if case .new = source { changes.append(.put(.grant(grant))) }
        var draft = directory
        draft.apply(changes, edition: directory.edition)
        var entries: [DocumentValue.Entry] = [
            .init("id", .text(mailbox.text)), .init("address", .text(address)), .init("login", DocumentValue(form["mailbox_login"])),
            .init("grant", .text(grant.id.text)), .init("read", .flag(form["mailbox_read"] != nil)),
        ]
        // The first that the provider has; SMTP wherever it can be.
        if let transport = [Transport.smtp, .graph, .gmail].first(where: provider.takes) {
            entries.append(.init("transports", [.text(transport.rawValue)]))
        }
        guard case .mailbox(let mailbox)? = try Self.read(entries, as: .mailbox, in: draft) else {
            throw Problem(.fault, "no mailbox was read")
        }
        guard !directory.mailboxes(with: mailbox.address).contains(where: { $0.login == mailbox.login }) else {
            throw ApplicationForm.problem("address", "there is a mailbox with this address and login already")
        }
        return Plan(changes: changes + [.put(.mailbox(mailbox))], mailbox: mailbox, grant: grant)
    }

    private func grant(
        _ form: ApplicationForm, _ address: String, _ application: Application, _ provider: Provider, in directory: Directory
    ) throws -> Grant {
        switch source {
        case .existing(let id):
            guard let grant = directory.grant(id), grant.application == application.id else {
                throw ApplicationForm.problem("grant", "choose one of its grants, or a new one")
            }
            return grant
        case .new(let kind):
            guard application.grantKinds(at: provider).contains(kind) else {
                throw ApplicationForm.problem(
                    "grant_kind", "an application like this one at \(provider.name) has no grants of the kind \(kind.rawValue)")
            }
            var entries: [DocumentValue.Entry] = [
                .init("id", .text(grant.text)), .init("name", .text(name(application, address, in: directory))),
                .init("kind", .text(kind.rawValue)), .init("application", .text(application.id.text)),
            ]
            if kind == .consent { entries.append(.init("principal", .text(form["mailbox_login"] ?? address))) }
            guard case .grant(let grant)? = try Self.read(entries, as: .grant, in: directory) else {
                throw Problem(.fault, "no grant was read")
            }
            return grant
        }
    }

    /// The commands find it by its name, so it is nobody else's.
    private func name(_ application: Application, _ address: String, in directory: Directory) -> String {
        let names = Set(directory.allGrants.map(\.name))
        return [application.name, address, "\(application.name) \(address)"].first { !names.contains($0) } ?? grant.text
    }

    private static func read(
        _ entries: [DocumentValue.Entry], as kind: EntityKind, in directory: Directory
    ) throws(DocumentError) -> DirectoryEntity? {
        try EntityForm.read([DocumentReader(.map(entries))], as: kind, in: directory, usual: DirectoryDocument.Usual()).first
    }
}

extension Application {
    /// The kinds of grant that its credential can have at that provider, the most usual one first.
    func grantKinds(at provider: Provider) -> [Grant.Kind] {
        serviceAccount == nil ? provider.grantKinds : [.serviceAccount]
    }
}

extension Provider {
    /// Of an application with a client secret or a certificate. Google gives tokens without a person to service accounts alone.
    var grantKinds: [Grant.Kind] {
        let takesConsent = authorization.authorizationEndpoint != nil || authorization.deviceEndpoint != nil && habits.allowsDeviceFlow
        let takesSecretAlone = kind != .google && scopes.values.contains { !$0.appOnly.isEmpty }
        let kinds: [Grant.Kind] = (takesConsent ? [.consent] : []) + (takesSecretAlone ? [.appOnly] : [])
        return kinds.isEmpty ? [.consent] : kinds
    }
}
