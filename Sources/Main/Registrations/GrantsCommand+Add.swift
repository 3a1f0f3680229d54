internal import ArgumentParser
internal import Relay

extension GrantsCommand {
    /// What the fields of a grant are called here.
    static let options = [
        "name": "the name", "application": "--application", "kind": "--kind", "principal": "--principal",
        "refresh_token": "--refresh-token-from", "command": "the program",
    ].merging(StewardOptions.names) { $1 }

    static func reader(_ live: Live) -> SecretReader { SecretReader(live: live, option: "--refresh-token-from", what: "refresh token") }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a grant.",
            discussion: """
                consent          a person consents, once, in a browser or with a device code; `mandate grants authorize` follows
                app-only         the application asks in its own name (client credentials); one grant for all its mailboxes
                service-account  Google: the service account's key signs for each mailbox (domain-wide delegation)
                command          a program prints the token, alone or as {"access_token": "…", "expires_in": 3600}, within 30 seconds; it is run without \
                a shell unless --shell is given; such a grant is made by this command alone, not by the API or the console

                Examples:
                  mandate grants add staff --application tracker --kind app-only
                  mandate grants add ann --application tracker --kind consent --principal ann@example.org
                  mandate grants add workspace --application mailer --kind service-account
                  mandate grants add box --application house --kind command -- /usr/bin/oama access box@example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "A name of your choice.") var name: String
        @Option(help: "The app registration, by id or name.") var application: String
        @Option(
            help: "consent, app-only, service-account or command.",
            completion: .list(Grant.Kind.allCases.map(\.rawValue))) var kind: String
        @Option(help: "Who consents, by login; the mailbox's login unless given.") var principal: String?
        @Option(
            help: ArgumentHelp(
                "Where the refresh token of a consent given elsewhere is: a file, - for standard input, prompt, or env:NAME.",
                valueName: "file"), completion: .file())
        var refreshTokenFrom: String?
        @Option(help: ArgumentHelp("The program as one line for /bin/sh.", valueName: "line"), transform: Parse.line) var shell: String?
        @OptionGroup var steward: StewardOptions
        @Argument(parsing: .postTerminator, help: "The program and its arguments, after --.") var program: [String] = []

        func validate() throws {
            if !program.isEmpty, shell != nil {
                throw ValidationError("give the program and its arguments after --, or one line with --shell")
            }
        }

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                var said = Particulars(.grant, ["name": name, "application": application, "kind": kind, "principal": principal])
                let command = shell.map { ["/bin/sh", "-c", $0] } ?? program
                if !command.isEmpty { said["command"] = DocumentValue(command) }
                said.entries += steward.entries.filter { $0.value != .null }
                if let refreshTokenFrom {
                    // Whether it may have one at all is known before it is read.
                    said.secrets = [.refreshToken: Secret("")]
                    try await opened.check(said, calling: GrantsCommand.options)
                    said.secrets = [.refreshToken: try GrantsCommand.reader(live).read(from: refreshTokenFrom)]
                }
                try TokenProgram.check(command)
                try await opened.carryOut(calling: GrantsCommand.options) { [said] in try $0.add(said) }
            }
        }
    }
}
