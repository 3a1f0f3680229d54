internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

/// Letting in, and turning away.
extension ClientsView {
    private var usual: DirectoryDocument.Usual { DirectoryDocument.Usual(grantedBy: request.person, grantedAt: request.now) }

    private func freshKey() -> ClientKey {
        var generator = request.dependencies.accept.generator()
        return ClientKey(using: &generator)
    }

    func add() async throws -> ConsoleAnswer {
        var form = ClientForm(request.form)
        let key = freshKey()
        var made: Client?
        do {
            let credential = try await credential(form.known, key)
            var generator = request.dependencies.accept.generator()
            let fresh = ClientID(prefix: "client", using: &generator)
            try await request.editing.edit { directory in
                let namesake = directory.allClients.filter { $0.name == form.name }.min { $0.isEnabled && !$1.isEnabled }
                guard namesake?.isEnabled != true else {
                    throw ClientForm.Trouble("name", "There is a client of this name already. Revoke it first, or choose another name.")
                }
                // Who was revoked is let in again under the id that the journal knows.
                let client = try form.client(namesake?.id ?? fresh, credential, in: directory, usual)
                made = client
                return .init(changes: [.put(.client(client))])
            }
        } catch let trouble as ClientForm.Trouble {
            form.note(trouble)
            return .page(page(form, status: .unprocessableContent))
        }
        guard let made else { throw Problem(.fault, "nothing was made") }
        if made.credential.isKey { return .page(shown(key, of: made)) }
        return .redirect("/clients", .good("Client \(made.name) is added."))
    }

    /// As a document has it. The password is hashed on a thread of its own, since that takes a tenth of a second.
    private func credential(_ known: ClientForm.Known?, _ key: ClientKey) async throws -> DocumentValue.Entry {
        switch known {
        case nil: throw ClientForm.Trouble("known_by", "Say how it is known.")
        case .key?: return .init("key_sha256", .text(key.digest.hexadecimal))
        case .network?:
            guard let network = request.form["network"] else { throw ClientForm.Trouble("network", "Give the network it calls from.") }
            return .init("network", .text(network))
        case .password?:
            let password = request.form.raw("password")
            guard password.count >= PasswordHash.leastLength else {
                throw ClientForm.Trouble("password", "A password has \(PasswordHash.leastLength) characters at least.")
            }
            let salt = request.dependencies.draw(16)
            let hash = try await Aside.run { PasswordHash(of: Secret(password), salt: salt) }
            guard let hash else { throw ClientForm.Trouble("password", "This password cannot be hashed.") }
            return .init("password_scrypt", .text(hash.text))
        }
    }

    func revoke() async throws -> ConsoleAnswer {
        let id = ClientID(trusted: request.path("id"))
        if id == request.visitor.client?.id, request.form["sure"] == nil {
            return .page(
                page(
                    warned: id,
                    notice: .wait(
                        "This is you: once it is revoked you are signed out, and do not get in with it again. Press Revoke once more to do it."
                    )))
        }
        var name = ""
        return try await noticed {
            try await request.editing.edit { directory in
                var client = try current(directory)
                name = client.name
                guard client.isEnabled else { return .init() }
                guard !client.isLastAdministrator(in: directory) else {
                    throw Problem(.conflict, "\(client.name) is the last administrator: add another before you revoke this one")
                }
                client.isEnabled = false
                return .init(changes: [.put(.client(client))])
            }
            return .redirect("/clients", .good("\(name) is revoked, and turned away from now on."))
        }
    }

    /// The old key stops at once.
    func renewKey() async throws -> ConsoleAnswer {
        let key = freshKey()
        var made: Client?
        return try await noticed {
            try await request.editing.edit { directory in
                var client = try current(directory)
                guard client.credential.isKey, client.isEnabled else {
                    throw Problem(.conflict, "\(client.name) has no key, or is revoked")
                }
                client.credential = .key(sha256: key.digest)
                made = client
                return .init(changes: [.put(.client(client))])
            }
            guard let made else { throw Problem(.fault, "nothing was made") }
            return .page(shown(key, of: made))
        }
    }

    /// As the page had it when it was loaded.
    private func current(_ directory: Directory) throws(Problem) -> Client {
        guard let client = directory.client(ClientID(trusted: request.path("id"))) else {
            throw Problem(.notFound, "there is no such client any more")
        }
        guard EntityTag.matches(request.form["etag"] ?? "", EntityTag.of(.client(client))) else {
            throw Problem(.changedMeanwhile, "somebody changed \(client.name) since the page was loaded; look at it, and repeat")
        }
        return client
    }

    /// What stands in the way is said above the clients as they are now.
    private func noticed(_ work: () async throws -> ConsoleAnswer) async throws -> ConsoleAnswer {
        do { return try await work() } catch let problem as Problem
            where [.changedMeanwhile, .notFound, .conflict].contains(problem.kind)
        {
            return .page(page(status: problem.kind.status, notice: .bad(problem.detail.sentence)))
        }
    }
}

/// A key, this once.
extension ClientsView {
    private func shown(_ key: ClientKey, of client: Client) -> Page {
        let file = "\(client.name).key".shellQuoted
        let address = request.dependencies.address
        let isSender = client.roles.contains(.sender)
        return Page(
            "client-key", "Key of \(client.name)",
            [
                "key": .text(key.text), "name": .text(client.name),
                "curl_example": .text(
                    "curl -sS \("\(address)/v1/\(isSender ? "messages" : "me")".shellQuoted) \\\n  -H \"Authorization: Bearer $(cat \(file))\""
                        + (isSender ? " \\\n  -H 'Content-Type: message/rfc822' \\\n  --data-binary @message.eml" : "")),
                // Who only reads or administers hands nothing over.
                "smtp": isSender ? ["host": .text(smtpHost)] : nil,
                "smtp_example": .text(
                    "swaks --server \(smtpHost.shellQuoted) --tls-optional \\\n  --auth PLAIN --auth-user \(client.name.shellQuoted) \\\n"
                        + "  --auth-password \"$(cat \(file))\" \\\n  --from AUTHOR --to RECIPIENT"),
            ])
    }

    /// Where the service listens unless it was told otherwise; the configuration is not this page's to know.
    private var smtpHost: String { "\(request.dependencies.address.host):2525" }
}

extension Client {
    /// Without it nobody could sign in to change anything here.
    fileprivate func isLastAdministrator(in directory: Directory) -> Bool {
        roles.contains(.administrator)
            && !directory.allClients.contains {
                $0.id != id && $0.isEnabled && $0.roles.contains(.administrator) && $0.credential.isForSignIn
            }
    }
}

extension Client.Credential {
    fileprivate var isForSignIn: Bool {
        switch self {
        case .key, .password: true
        case .network, .uid: false
        }
    }
}
