internal import ArgumentParser
internal import CurlTransmit
internal import Relay
internal import Store

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
    @Option(name: .customLong("for"), help: "What it is to open: smtp, imap, graph or gmail.") var resource = TokenResource.smtp

    func run() async throws {
        let live = Live.current
        let token = try await options.change(live) { opened in
            let store = opened.store
            let directory = try await store.directory(of: DirectorySlice())
            let mailbox = try await opened.mailbox(self.mailbox)
            guard mailbox.isEnabled else {
                throw CommandFailure(.notPermitted, "\(mailbox.address) is switched off: no token is handed out for it")
            }
            let (delivery, key) = directory.delivery(of: nil)
            if delivery != .live, let key {
                throw CommandFailure(
                    .notPermitted,
                    "\(key) is \(delivery), so no mail leaves, and with a token it would; once it may: mandate settings set \(key) live")
            }
            guard let source = directory.source(of: mailbox.grant) else {
                throw TokenFailure.missing("the grant of \(mailbox.login) has no application or provider")
            }
            let curl = try CurlThread()
            let renewer = live.renewer(store, opened.vault, holder: live.identifier("token"), curl) { directory }
            let wanted = source.key(resource, login: mailbox.login)
            let result: Result<AccessToken, TokenFailure>
            do throws(TokenFailure) { result = .success(try await TokenBroker(renewer: renewer).token(for: wanted)) } catch {
                result = .failure(error)
            }
            await curl.stop()
            let token = try result.get()
            // Before it is printed: a hand-out that is not on record must not happen.
            try await store.append(
                [
                    .tokenHandedOut(
                        mailbox.login, grant: mailbox.grant, resource: resource, to: live.person, expires: token.expires, at: live.now())
                ],
                sightings: [])
            return token
        }
        live.output(token.secret.revealText())
    }
}

extension TokenResource: ExpressibleByArgument {}
