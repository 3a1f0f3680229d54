internal import ArgumentParser
internal import Relay
internal import SQLiteStore

extension GrantsCommand {
    enum Kind: String, ExpressibleByArgument, Sendable {
        case appOnly = "app-only"
        case consent
        case serviceAccount = "service-account"
        case command
        /// Known so that its refusal can say why.
        case password

        /// nil for what is refused.
        var grant: Grant.Kind? {
            switch self {
            case .appOnly: .appOnly
            case .consent: .consent
            case .serviceAccount: .serviceAccount
            case .command: .command
            case .password: nil
            }
        }

        static let allValueStrings = Grant.Kind.allCases.map(\.rawValue)
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a grant.",
            discussion: """
                consent          a person consents, once, in a browser or with a device code; `mandate grants authorize` follows
                app-only         the application asks in its own name (client credentials); one grant for all its mailboxes
                service-account  Google: the service account's key signs for each mailbox (domain-wide delegation)
                command          a program prints the token, alone or as {"access_token": "…", "expires_in": 3600}, within 30 seconds; it is run without \
                a shell unless --shell is given

                Examples:
                  mandate grants add staff --application tracker --kind app-only
                  mandate grants add ann --application tracker --kind consent --principal ann@example.org
                  mandate grants add workspace --application mailer --kind service-account
                  mandate grants add box --application house --kind command -- /usr/bin/oama access box@example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "A name of your choice.", transform: Parse.name) var name: String
        @Option(help: "The app registration, by id or name.") var application: String
        @Option(help: "consent, app-only, service-account or command.") var kind: Kind
        @Option(help: "Who consents, by login; the mailbox's login unless given.", transform: Parse.name) var principal: String?
        @Option(
            help: ArgumentHelp(
                "Where the refresh token of a consent given elsewhere is: a file, - for standard input, prompt, or env:NAME.",
                valueName: "file"), completion: .file())
        var refreshTokenFrom: String?
        @Option(help: ArgumentHelp("The program as one line for /bin/sh.", valueName: "line"), transform: Parse.line) var shell: String?
        @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.") var program: [String] = []

        func validate() throws {
            switch kind {
            case .password:
                throw ValidationError(
                    "a password is no grant: it would have to be kept and sent for ever, providers refuse it (RFC 9700 section 2.4), and a second "
                        + "factor ends it; use consent or app-only")
            case .command:
                guard program.isEmpty != (shell == nil) else {
                    throw ValidationError("give the program and its arguments after --, or one line with --shell")
                }
            case .appOnly, .consent, .serviceAccount:
                guard program.isEmpty, shell == nil else { throw ValidationError("a program is for grants of the kind command") }
            }
            guard kind != .consent else { return }
            if refreshTokenFrom != nil { throw ValidationError("a grant of the kind \(kind.rawValue) has no refresh token") }
            if principal != nil {
                throw ValidationError("a grant of the kind \(kind.rawValue) is nobody's consent, so it has no principal")
            }
        }

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                let application = try await Finder(store: opened.store).find(Application.self, application)
                try check(application)
                let reader = SecretReader(live: live, option: "--refresh-token-from", what: "refresh token")
                let token = try refreshTokenFrom.map { try reader.read(from: $0) }
                try await opened.edit { finder in try await plan(finder, application, token, opened) }
                if let next = next(token) { live.say("next: \(next)") }
            }
        }

        private func check(_ application: Application) throws {
            guard kind != .serviceAccount || application.serviceAccount != nil else {
                throw CommandFailure.data(
                    "application \(application.title) has no service account: `mandate applications set \(application.id) --service-account-key FILE` takes the file that Google gave"
                )
            }
            guard application.serviceAccount == nil || kind == .serviceAccount || kind == .command else {
                throw CommandFailure.data(
                    "application \(application.title) is a service account, which signs for each mailbox: --kind service-account; a grant of the kind "
                        + "\(kind.rawValue) needs an application with a client id and a secret or certificate")
            }
        }

        private func next(_ token: Secret?) -> String? {
            guard kind == .consent, token == nil else { return "mandate mailboxes add ADDRESS --grant \(name.shellQuoted)" }
            return
                "mandate mailboxes add ADDRESS --grant \(name.shellQuoted), then mandate grants authorize \(name.shellQuoted)"
        }

        private func plan(_ finder: Finder, _ application: Application, _ token: Secret?, _ opened: OpenedStore) async throws -> Plan {
            if let before = try await finder.existing(Grant.self, where: { $0.name == name }) {
                let name = SecretName(.refreshToken, of: before.id.text)
                let isSame = try await token.asyncMap { try await opened.keeps($0, name) } ?? true
                var wanted = try grant(before.id, application)
                wanted.isEnabled = before.isEnabled
                wanted.pin = before.pin
                guard wanted == before, isSame else {
                    throw CommandFailure.data(
                        "there is a grant \(before.title) already, with other values; `mandate grants set` changes them, all but the kind")
                }
                return Plan("grant \(before.title)")
            }
            var generator = opened.live.generator
            let fresh = try grant(GrantID(prefix: "grant", using: &generator), application)
            let secrets = try token.map { [try opened.sealed($0, SecretName(.refreshToken, of: fresh.id.text))] } ?? []
            return Plan("added grant \(fresh.title)", [.put(fresh.entity)], secrets: secrets)
        }

        private func grant(_ id: GrantID, _ application: Application) throws -> Grant {
            guard let kind = kind.grant else { throw CommandFailure.usage("a password is no grant") }
            return Grant(
                id: id, name: name, kind: kind, application: application.id, principal: principal,
                command: try shell.map { ["/bin/sh", "-c", $0] } ?? TokenProgram.checked(program))
        }
    }
}
