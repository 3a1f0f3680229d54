internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

/// Letting in, and turning away.
extension ClientsView {
    func add() async throws -> ConsoleAnswer {
        var form = ClientForm(request.form)
        do {
            let said = form.particulars(form.known == .password ? try await chosenPassword() : nil)
            return answer(try await request.editor.edit(said.slice) { try $0.add(said) }.plan)
        } catch let refusal as AdministrationRefusal {
            form.note(refusal)
            return .page(page(form, status: .unprocessableContent))
        }
    }

    /// Hashed on a thread of its own, since that takes a tenth of a second.
    private func chosenPassword() async throws -> PasswordHash {
        let password = Secret(request.form.raw("password"))
        let salt = request.dependencies.draw(16)
        return try await Aside.run { Result { try PasswordHash(chosen: password, salt: salt) } }.get()
    }

    /// A key is shown, this once; everything else is a word above the clients.
    private func answer(_ plan: Plan) -> ConsoleAnswer {
        guard let key = plan.newKey, case .client(let client)? = plan.subject else { return .redirect("/clients", Notice(plan)) }
        return .page(shown(key, of: client, plan.warnings.isEmpty ? nil : Notice(plan)))
    }

    func revoke() async throws -> ConsoleAnswer {
        // Who signs himself out is asked once more, if it is possible at all.
        let isSure = id != request.visitor.client?.id || request.form["sure"] != nil
        return try await noticed {
            let plan = try await request.editor.edit(isTrial: !isSure) { try $0.revoke(id, expecting: etag) }.plan
            guard !isSure else { return .redirect("/clients", Notice(plan)) }
            return .page(
                page(
                    warned: id,
                    notice: .wait(
                        "This is you: once it is revoked you are signed out, and do not get in with it again. Press Revoke once more to do it."
                    )))
        }
    }

    /// The old key stops at once.
    func renewKey() async throws -> ConsoleAnswer {
        try await noticed { answer(try await request.editor.edit { try $0.rekey(id, expecting: etag) }.plan) }
    }

    func remove() async throws -> ConsoleAnswer {
        try await noticed {
            let key = EntityKey(.client, id.text)
            return .redirect("/clients", Notice(try await request.editor.edit { try $0.remove([key], expecting: etag) }.plan))
        }
    }

    private var id: ClientID { ClientID(trusted: request.path("id")) }
    /// Of the client as the page had it when it was loaded.
    private var etag: String { request.form["etag"] ?? "" }

    /// What stands in the way is said above the clients as they are now.
    private func noticed(_ work: () async throws -> ConsoleAnswer) async throws -> ConsoleAnswer {
        do { return try await work() } catch let refusal as AdministrationRefusal {
            return .page(page(status: Problem(refusal).kind.status, notice: .bad(refusal.words)))
        }
    }
}

/// A key, this once.
extension ClientsView {
    private func shown(_ key: ClientKey, of client: Client, _ notice: Notice?) -> Page {
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
            ], notice: notice)
    }

    /// Where the service listens unless it was told otherwise; the configuration is not this page's to know.
    private var smtpHost: String { "\(request.dependencies.address.host):2525" }
}
