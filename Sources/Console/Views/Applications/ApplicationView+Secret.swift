internal import Web
internal import Relay

/// A new secret: tried at the provider while the old one still works, since a slip of the hand would stop all mail of the application.
extension ApplicationView {
    func storeSecret() async throws -> ConsoleAnswer {
        _ = try application(in: request.directory)
        var form = ApplicationForm(request.form)
        if form.secret == nil { form.refuse("client_secret", "Paste the secret that the provider shows.") }
        return try await answer(form) { form in
            // Nobody knows its end, unless it is said: the date of the secret before says nothing of this one.
            let ends = DocumentValue.Entry("secret_expires", DocumentValue(form["secret_expires"]))
            return Notice(
                try await request.editor.edit(trying: request.dependencies.operations.tester) {
                    try $0.change(key, expecting: tag, by: [.init("certificate", .null), ends], secrets: form.secrets)
                }.plan, then: "end the old secret at the provider, if there was one")
        }
    }
}
