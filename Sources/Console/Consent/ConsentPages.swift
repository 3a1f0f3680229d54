internal import Web
internal import Relay

/// The few pages of a consent, as HTML without script: everything that comes from outside is escaped.
struct ConsentPages: Sendable {
    let address: PublicAddress

    func granted(_ words: String) -> String {
        page(
            "Consent given", "good",
            "<p>\(Self.escaped(words)).</p><p>You can close this window: the application sends with it from now on.</p>")
    }

    func trouble(_ words: String) -> String {
        page("No consent", "bad", "<p>\(Self.escaped(sentence(words)))</p><p>Nothing was changed; what worked before still works.</p>")
    }

    func waiting() -> String { page("One moment", "wait", "<p>The provider is being asked. Load this page again in a few seconds.</p>") }

    func redirectURI(of application: String) -> String {
        page(
            "Nothing to consent to", "wait",
            """
            <p>This is the redirect address of an application. It belongs into the app registration at the provider, to the letter:</p>
            <p><code>\(Self.escaped(address.redirectURI(application)))</code></p><p>A consent begins with <code>mandate grants authorize</code>.</p>
            """)
    }

    func noApplication() -> String {
        page(
            "Which application?", "bad",
            """
            <p>Each application has a redirect address of its own, <code>\(Self.escaped(address.redirectURI("APPLICATION")))</code>;
            <code>mandate applications show</code> prints it. Put that one into the app registration at the provider.</p>
            """)
    }

    static let style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d7de; --good: #1a7f37; --bad: #b42318; --wait: #57606a }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d; --good: #3fb950; --bad: #ff7b72; --wait: #8b949e } }
        body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
        main { max-width: 36rem; margin: 10vh auto; padding: 1.5rem 2rem; border: 1px solid var(--line); border-radius: .5rem }
        main.good { border-top: .3rem solid var(--good) } main.bad { border-top: .3rem solid var(--bad) } main.wait { border-top: .3rem solid var(--wait) }
        h1 { font-size: 1.3rem; margin: 0 0 .5rem } code { overflow-wrap: anywhere; font-size: .95em }
        """

    private func page(_ title: String, _ kind: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title) – Mandate</title><link rel="stylesheet" href="\(Self.escaped(address.path))/OAuth2/style.css"></head>
        <body><main class="\(kind)"><h1>\(title)</h1>
        \(body)
        </main></body></html>
        """
    }

    private func sentence(_ words: String) -> String {
        words.prefix(1).uppercased() + words.dropFirst() + (words.hasSuffix(".") ? "" : ".")
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
