import Relay
import Testing

/// What a directory file may not say: the place, and what was expected there.
struct DirectoryDocumentErrorTests {
    struct Mistake: CustomTestStringConvertible {
        let yaml: String
        let says: String
        var testDescription: String { says }

        init(_ yaml: String, _ says: String) {
            self.yaml = yaml
            self.says = says
        }
    }

    /// What a mistake may refer to.
    private static let base = """
        users: [{id: ann, addresses: [ann@example.org]}]
        applications: [{name: app, provider: microsoft, tenant: t.example, client_id: c}]
        grants: [{name: many, kind: app-only, application: app}, {name: one, kind: consent, application: app}]
        mailboxes: [{address: m@example.org, grant: one}, {id: t-1, address: twin@example.org, grant: one}, {id: t-2, address: twin@example.org, grant: many}]

        """

    static let mistakes: [Mistake] = [
        Mistake("mailboxs: []", "mailboxs: there is no such key; did you mean mailboxes?"),
        Mistake("nonsense: []", "nonsense: there is no such key; there are settings, users"),
        Mistake("users: ann", "users: expected a list, found \"ann\""),
        Mistake("users: [ann]", "users[0]: expected a map of keys and values, found \"ann\""),
        Mistake("users: [{name: Ann}]", "users[0]: id is missing"),
        Mistake("users: [{id: a, adresses: []}]", "users[0].adresses: there is no such key; did you mean addresses?"),
        Mistake("users: [{id: a}, {id: a}]", "users[1]: there are two users with the id \"a\""),
        Mistake("users: [{id: a, addresses: [ann]}]", "users[0].addresses[0]: \"ann\" is not an address: an address needs an @"),
        Mistake("users: [{id: a, addresses: [a@x.org, A@X.ORG]}]", "users[0].addresses[1]: A@x.org stands there twice"),
        Mistake("users: [{id: a, addresses: [{address: a@x.org, on: maybe}]}]", "users[0].addresses[0].on: expected true or false"),
        Mistake("users: [{id: a, name: \"a\\nb\"}]", "users[0].name: it must be one line"),
        Mistake(
            "settings: {EMAIL_FORM_USER_ID: a}",
            "settings.EMAIL_FORM_USER_ID: there is no such setting; did you mean EMAIL_FROM_USER_ID?"),
        Mistake("settings: {mode: sideways}", "settings.mode: \"sideways\" is not possible: choose from, reply-to"),
        Mistake("settings: {mode.adhoc: from}", "settings.mode.adhoc: there is no such setting; did you mean mode.ad-hoc?"),
        Mistake("settings: {reply: both}", "settings.reply: both needs an intake address"),
        Mistake(
            "settings: {intake: a@x.org}\nusers: [{id: a, addresses: [a@x.org]}]",
            "settings.intake: a@x.org is an address of the user a"),
        Mistake("settings: {intake: a@x.org, EMAIL_FROM_USER_ID: A@x.org}", "mail loop"),
        Mistake("settings: {carrier: '* current user *'}", "settings.carrier: the carrier must be a user or an address"),
        Mistake("settings: {envelope: sideways}", "settings.envelope: \"sideways\" is no envelope policy"),
        Mistake("settings: {signatures: drop}", "settings.signatures: \"drop\" is not possible: choose strip, keep, refuse"),
        Mistake("settings: {original-from: sometimes}", "settings.original-from: expected true or false"),
        Mistake("settings: {template: '{nom} via x'}", "settings.template: a template knows only {name} and {organisation}"),
        Mistake("settings: {template: 'via {organisation}'}", "settings.template: a template needs {name}"),
        Mistake("settings: {organisation: a@b}", "settings.organisation: it becomes part of a display name"),
        Mistake("settings: {public-url: mail.example.org}", "settings.public-url: \"mail.example.org\" is not a web address"),
        Mistake("settings: {mode: ' '}", "settings.mode: it is empty: unset mode instead"),
        Mistake("providers: [{id: mine}]", "providers[0]: token_endpoint is missing"),
        Mistake("providers: [{id: mine, token_endpoint: ftp://x}]", "providers[0].token_endpoint: expected an https address"),
        Mistake(
            "providers: [{id: google, smtp: {host: h.example, port: 0}}]",
            "providers[0].smtp.port: expected a whole number from 1 to 65535"),
        Mistake("providers: [{id: google, smtp: {host: h.example, security: none}}]", "providers[0].smtp.security: expected starttls, tls"),
        Mistake("providers: [{id: google, habits: {takes_null: on}}]", "providers[0].habits.takes_null: there is no such key"),
        Mistake(
            "applications: [{name: a, provider: microsft, client_id: c}]",
            "there is no provider \"microsft\"; did you mean microsoft?"),
        Mistake("applications: [{name: a, provider: microsoft, client_id: c}]", "applications[0].tenant: it is missing"),
        Mistake(
            "applications: [{name: a, provider: google, client_id: c, client_secret: s}]",
            "applications[0].client_secret: a directory file holds no secrets"),
        Mistake(
            "applications: [{name: a, provider: google, client_id: c, secret_expires: soon}]",
            "applications[0].secret_expires: expected a date like"),
        Mistake("applications: [{name: a, provider: google, client_id: c, secret_expires: 2026-02-30}]", "expected a date like"),
        Mistake(
            "applications: [{name: a, provider: google, client_id: c, domains: ['x..y']}]",
            "applications[0].domains[0]: \"x..y\" is not a domain"),
        Mistake(
            "applications: [{name: a, provider: google, client_id: c}, {name: a, provider: google, client_id: d}]",
            "there are two with the id \"a\""),
        Mistake(
            base + "families: [{name: f, members: ['@x.org'], grant: one}]",
            "families[0].grant: a family needs an app-only or service-account grant"),
        Mistake(base + "families: [{name: f, members: ['*'], grant: many}]", "families[0].members[0]: * is not possible here"),
        Mistake(base + "families: [{name: f, members: [], grant: many}]", "families[0].members: a family needs members"),
        Mistake(
            base + "families: [{name: f, members: ['@x.org'], grant: many, transports: [gmail]}]",
            "the provider microsoft has no gmail"),
        Mistake(
            base + "delegations: [{mailbox: m@example.org, covers: nobody, kind: send-as}]",
            "delegations[0].covers: \"nobody\" is neither an address nor @domain"),
        Mistake(
            base + "delegations: [{mailbox: m@example.org, covers: '*', kind: send-as}]",
            "delegations[0].covers: a delegation names an address or @domain"),
        Mistake(
            base + "delegations: [{mailbox: m@example.org, covers: a@x.org, kind: sendas}]",
            "delegations[0].kind: expected send-as, on-behalf, alias, found \"sendas\""),
        Mistake(
            base + "delegations: [{mailbox: n@example.org, covers: a@x.org, kind: alias}]",
            "delegations[0].mailbox: there is no mailbox \"n@example.org\"; did you mean m@example.org, twin@example.org?"),
        Mistake(
            base + "delegations: [{mailbox: twin@example.org, covers: a@x.org, kind: alias}]",
            "could be any of 2 mailboxes: t-1, t-2; name it by its id"),
        Mistake(
            base + "delegations: [{mailbox: t-1, covers: a@x.org, kind: alias}, {mailbox: t-1, covers: A@X.org, kind: alias}]",
            "give each its own id"),
        Mistake(
            base + "delegations: [{mailbox: t-1, covers: a@x.org, kind: alias, valid_from: 2026-02-01, valid_until: 2026-01-01}]",
            "delegations[0].valid_until: it ends before it begins"),
        Mistake(
            base + "delegations: [{mailbox: t-1, covers: a@x.org, kind: alias, priority: high}]",
            "delegations[0].priority: expected a whole number"),
        Mistake(base + "deny: [{covers: a@x.org}]", "deny[0]: mailbox is missing"),
        Mistake("grants: [{name: g, kind: consent, application: a}]", "grants[0].application: there is no application \"a\""),
        Mistake("clients: [{name: c}]", "clients[0]: nothing says how it is known; name one: a key (key_sha256)"),
        Mistake("clients: [{name: c, uid: 1, network: 10.0.0.0/8}]", "clients[0]: it is known in 2 ways"),
        Mistake("clients: [{name: c, network: 10.0.0.0/8}]", "clients[0].limits: a client known only by its network must be limited"),
        Mistake(
            "clients: [{name: c, network: 10.0.0.0/33, limits: {addresses: ['*']}}]",
            "clients[0].network: the prefix length is between 0 and 32"),
        Mistake("clients: [{name: c, key_sha256: abc}]", "clients[0].key_sha256: expected 64 hexadecimal digits"),
        Mistake(
            "clients: [{name: c, uid: 1, limits: {purposes: [adhoc]}}]",
            "clients[0].limits.purposes[0]: expected notification, ad-hoc, administrator"),
        Mistake(
            base + "observed: {standings: [{mailbox: t-1, from: a@x.org, standing: good}]}",
            "observed.standings[0].standing: expected declared, pending"),
        Mistake(
            base + "observed: {standings: [{mailbox: t-1, from: a@x.org, standing: denied, at: 2026-01-01}]}",
            "observed.standings[0]: code is missing"),
        Mistake(base + "observed: {health: [{state: broken, grant: one}]}", "observed.health[0].grant: there is no such key"),
        Mistake(base + "observed: {health: [{state: broken, mailbox: t-1, login: x}]}", "name the mailbox or the login, not both"),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsNamedWithItsPlace(_ mistake: Mistake) throws {
        let value = try DocumentValue(yaml: mistake.yaml)
        do throws(DocumentError) {
            _ = try DirectoryDocument(value)
            Issue.record("it was taken")
        } catch {
            #expect(error.description.contains(mistake.says), "\(error)")
        }
    }
}
