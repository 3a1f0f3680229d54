/// The pages a person sees at the pretend provider: plain forms, readable without script.
enum ConsentPage {
    static func ask(_ application: AppRegistration, _ tenant: Tenant, _ fields: Fields, _ query: String) -> String {
        let hint = fields["login_hint"]?.lowercased()
        let people = tenant.mailboxes.enumerated().map { index, mailbox in
            let isHinted = hint == mailbox.login.lowercased() || (hint == nil && index == 0)
            return """
                <p><label><input type="radio" name="login" value="\(escaped(mailbox.login))"\(isHinted ? " checked" : "")> \(escaped(mailbox.login))</label></p>
                """
        }.joined(separator: "\n")
        let scopes = (fields["scope"] ?? "").split(separator: " ").map { "<li>\(escaped(String($0)))</li>" }.joined()
        return page(
            "Sign in and allow",
            """
            <p><b>\(escaped(application.name))</b> asks to:</p><ul>\(scopes)</ul>
            <form method="post" action="?\(escaped(query))">
            \(people)
            <p><button name="action" value="allow">Allow</button> <button name="action" value="deny">Deny</button></p>
            </form>
            """)
    }

    static func device() -> String {
        page(
            "Enter the code",
            """
            <form method="post"><p><label>Code <input name="user_code"></label></p><p><label>User <input name="login"></label></p>
            <p><button name="action" value="allow">Allow</button> <button name="action" value="deny">Deny</button></p></form>
            """)
    }

    static func trouble(_ words: String) -> String { page("That did not work", "<p>\(escaped(words))</p>") }

    static func done(_ words: String) -> String { page("Done", "<p>\(escaped(words))</p>") }

    private static func page(_ title: String, _ body: String) -> String {
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>\(title)</title></head><body><h1>\(title)</h1>\(body)</body></html>"
    }

    static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            default: String(character)
            }
        }.joined()
    }
}
