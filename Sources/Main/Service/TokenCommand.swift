internal import ArgumentParser
internal import CurlTransmit
internal import Relay
internal import SQLiteStore

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Print an access token for a mailbox.",
        discussion: """
            For programs that sign in themselves: msmtp's passwordeval, mutt's smtp_oauth_refresh_command and the like. A token with at least a minute left is
            printed as it is, otherwise a new one is had first, once for all who ask. Each hand-out is in the journal, and it is beyond our
            limits: such a token can do whatever its scopes allow until it expires.

            Example:
              msmtp --auth=xoauth2 --passwordeval='mandate token ann@example.org' …
            """)

    @OptionGroup var options: StoreOptions
    @Argument(help: "The mailbox, by address, login or id.") var mailbox: String
    @Option(name: .customLong("for"), help: "What it is to open: smtp.") var resource = "smtp"

    func run() async throws {
        let live = Live.current
        guard let resource = TokenResource(rawValue: resource) else {
            throw ValidationError("--for \(resource): this version has tokens for \(TokenResource.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let opened = try await options.open(live)
        let store = opened.store
        let directory = try await store.directory(of: DirectorySlice())
        let mailbox = try Wanted.mailbox(self.mailbox, in: directory)
        guard let source = GrantSource(mailbox.grant, in: directory) else {
            throw TokenFailure.missing("the grant of \(mailbox.login) has no application or provider")
        }
        let curl = try CurlThread()
        let broker = TokenBroker(renewer: live.renewer(store, opened.vault, holder: live.identifier("token"), curl) { GrantSource($0, in: directory) })
        let key = TokenKey(
            grant: mailbox.grant, resource: resource, subject: source.grant.kind == .serviceAccount ? mailbox.login : nil)
        let token = try await broker.token(for: key)
        // Before it is printed: a hand-out that is not on record must not happen.
        try await store.append([.tokenHandedOut(mailbox.login, grant: mailbox.grant, to: live.person, expires: token.expires, at: live.now())], sightings: [])
        live.output(token.secret.revealText())
        await curl.stop()
        try await store.close()
    }
}
