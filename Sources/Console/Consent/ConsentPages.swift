internal import Web
internal import Relay

/// The few pages of a consent, as HTML without script: everything that comes from outside is escaped.
struct ConsentPages: Sendable {
    let address: PublicAddress

    /// Before the provider's own.
    func introduction(_ brief: ConsentBrief, _ onward: String, hasNoCookies: Bool) -> String {
        page(
            "Let an application send your mail?", "wait",
            (hasNoCookies
                ? "<p><strong>This browser keeps no cookies of this site: allow them, or the way back is not recognised.</strong></p>" : "")
                + facts(brief) + "<p>\(button("Continue at \(brief.provider)", onward))</p>"
                + "<p>If you do not know who asks, close this window: nothing has been given, and nothing will be.</p>")
    }

    /// The provider's answer came to one that was not shown the page before.
    func otherBrowser(_ brief: ConsentBrief, _ start: String) -> String {
        page(
            "Begun in another browser", "bad",
            "<p>This consent was begun in another browser than this, so the provider's answer was not used.</p>" + facts(brief)
                + "<p>If you know who asks, and want it: \(button("Begin it here", start))</p>"
                + "<p>If not, close this window: somebody sent you a link that would have let them send as you, and it came to nothing.</p>"
        )
    }

    private func facts(_ brief: ConsentBrief) -> String {
        let rows = [
            ("Application", "\(brief.application), at \(brief.provider)"), ("May then", brief.may), ("Signs in", brief.signsIn),
            ("Asked for by", brief.startedBy), ("Until", brief.expires.minute),
        ]
        return "<dl>" + rows.map { "<dt>\($0.0)</dt><dd>\(escaped($0.1))</dd>" }.joined() + "</dl>"
    }

    private func button(_ words: String, _ place: String) -> String {
        "<a class=\"button\" href=\"\(escaped(place))\" rel=\"noreferrer\">\(escaped(words))</a>"
    }

    func granted(_ words: String, _ onward: ConsentOnward? = nil) -> String {
        page(
            "Consent given", "good",
            "<p>\(escaped(words)).</p><p>The application sends with it from now on. Who only consented can close this window.</p>"
                + (onward.map { way($0, $0.next.words, $0.next.path) } ?? ""))
    }

    func trouble(_ words: String, _ onward: ConsentOnward? = nil) -> String {
        page(
            "No consent", "bad",
            "<p>\(escaped(sentence(words)))</p><p>Nothing was changed; what worked before still works.</p>"
                + (onward.map { way($0, "Begin the consent again", $0.connection) } ?? ""))
    }

    private func way(_ onward: ConsentOnward, _ words: String, _ path: String) -> String {
        let back = "<a href=\"\(escaped(address.path + onward.connection))\">Back to \(escaped(onward.name))</a>"
        return "<p>Next: <a href=\"\(escaped(address.path + path))\">\(escaped(words))</a></p><p>\(back)</p>"
    }

    func waiting() -> String { page("One moment", "wait", "<p>The provider is being asked. Load this page again in a few seconds.</p>") }

    func allowed() -> String {
        page(
            "Allowed for the tenant", "good",
            "<p>An administrator has allowed the application. Whoever wants to send as a mailbox can consent now: the link that was shown is opened once more, or <code>mandate grants authorize</code> shows a new one.</p><p>You can close this window.</p>"
        )
    }

    func redirectURI(of application: String) -> String {
        page(
            "Nothing to consent to", "wait",
            """
            <p>This is the redirect address of an application. It belongs into the app registration at the provider, to the letter:</p>
            <p><code>\(escaped(address.redirectURI(application)))</code></p><p>A consent begins with <code>mandate grants authorize</code>.</p>
            """)
    }

    func noApplication() -> String {
        page(
            "Which application?", "bad",
            """
            <p>Each application has a redirect address of its own, <code>\(escaped(address.redirectURI("APPLICATION")))</code>;
            <code>mandate applications show</code> prints it. Put that one into the app registration at the provider.</p>
            """)
    }

    static let style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d7de; --good: #1a7f37; --bad: #b42318; --wait: #57606a }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d; --good: #3fb950; --bad: #ff7b72; --wait: #8b949e } }
        body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
        main { max-width: 36rem; margin: 10vh auto; padding: 1.5rem 2rem; border: 1px solid var(--line); border-radius: .5rem }
        main.good { border-top: .3rem solid var(--good) } main.bad { border-top: .3rem solid var(--bad) } main.wait { border-top: .3rem solid var(--wait) }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem } dt { color: var(--wait) } dd { margin: 0; overflow-wrap: anywhere }
        .button { display: inline-block; padding: .4rem 1rem; border: 1px solid var(--line); border-radius: .4rem; color: inherit; text-decoration: none; font-weight: 600 }
        .button:hover, .button:focus-visible { border-color: var(--ink) }
        h1 { font-size: 1.3rem; margin: 0 0 .5rem } code { overflow-wrap: anywhere; font-size: .95em }
        """

    private func page(_ title: String, _ kind: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title) – Mandate</title><link rel="stylesheet" href="\(escaped(address.path))/OAuth2/style.css"></head>
        <body><main class="\(kind)"><h1>\(title)</h1>
        \(body)
        </main></body></html>
        """
    }

    private func sentence(_ words: String) -> String {
        words.prefix(1).uppercased() + words.dropFirst() + (words.hasSuffix(".") ? "" : ".")
    }

    private func escaped(_ text: String) -> String { HTMLText.escaped(text) }
}

/// Where the pages of a consent lead on to, in the console.
struct ConsentOnward: Sendable {
    /// Of the grant.
    let name: String
    let connection: String
    /// What to do once there is a consent.
    let next: (words: String, path: String)

    /// nil: it is gone.
    init?(_ id: GrantID, in directory: Directory) {
        guard let grant = directory.grant(id) else { return nil }
        name = grant.name
        connection = grant.place
        let mailboxes = directory.mailboxes(of: id).sorted { $0.address < $1.address }
        next =
            switch mailboxes.count {
            case 0: ("Add a mailbox that it opens", "/applications/\(PercentCoding.encode(grant.application.text))")
            case 1: ("Test that \(mailboxes[0].address) can send", mailboxes[0].place)
            default: ("Test its \(mailboxes.count) mailboxes", "/mailboxes?grant=\(PercentCoding.encode(id.text))")
            }
    }
}
