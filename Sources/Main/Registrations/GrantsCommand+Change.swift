internal import ArgumentParser
internal import Relay

extension GrantsCommand {
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a grant, switch it on or off, or give it a new refresh token.",
            discussion: """
                The kind stays what it is: a grant of another kind is another grant. Whoever has consented is pinned, so another --principal goes with \
                --forget-pin; the old consent is used until the new one is given.

                Examples:
                  mandate grants set ann --refresh-token-from new-token.txt
                  mandate grants set ann --principal anna@example.org --forget-pin
                  mandate grants set box -- /usr/bin/oama access box@example.org
                  mandate grants set staff --disable
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var grant: String
        @Option(help: "Another name.") var name: String?
        @Option(help: "Another app registration, by id or name.") var application: String?
        @Option(help: "Who has consented, by login; \"\" for nobody in particular.") var principal: String?
        @Flag(help: "Forget who consented before: whoever has the principal's login may consent next.") var forgetPin = false
        @OptionGroup var use: UseOption
        @OptionGroup var steward: StewardOptions
        @Option(
            help: ArgumentHelp("Where the new refresh token is: a file, - for standard input, prompt, or env:NAME.", valueName: "file"),
            completion: .file())
        var refreshTokenFrom: String?
        @Argument(parsing: .postTerminator, help: "Another program and its arguments, after --.") var program: [String] = []

        func run() async throws {
            let live = Live.current
            let secrets = try refreshTokenFrom.map { [SecretName.Kind.refreshToken: try GrantsCommand.reader(live).read(from: $0)] } ?? [:]
            try TokenProgram.check(program)
            try await options.change(live) { opened in
                // By its id from here on: what it was named by may be what changes.
                let key = try await opened.store.find(Grant.self, grant).entity.key
                try await opened.carryOut(calling: GrantsCommand.options) {
                    try $0.change(key, by: patch, secrets: secrets, forgettingPin: forgetPin)
                }
            }
        }

        private var patch: [DocumentValue.Entry] {
            var patch: [DocumentValue.Entry] = []
            if let name { patch.append(.init("name", .text(name))) }
            if let application { patch.append(.init("application", .text(application))) }
            if let principal { patch.append(.init("principal", principal.isEmpty ? .null : .text(principal))) }
            if !program.isEmpty { patch.append(.init("command", DocumentValue(program))) }
            if let isEnabled = use.isEnabled { patch.append(.init("enabled", .flag(isEnabled))) }
            return patch + steward.entries
        }
    }

    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget a consent: its refresh token, and who gave it.",
            discussion: """
                It is revoked at the provider where that has a way to be told (RFC 7009). The grant stays; whoever is its principal may consent again.

                Example:
                  mandate grants forget ann
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var grant: String

        func run() async throws {
            try await options.change(.current) { opened in
                let id = try await opened.store.find(Grant.self, grant).id
                try await opened.report { try await $0.forget(consentOf: id, telling: opened.revoker) }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a grant, its refresh token and its tokens.",
            discussion: """
                A consent is revoked at the provider where it has a way to be told (RFC 7009), and forgotten here in any case.

                Example:
                  mandate grants remove ann --cascade
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var cascade: CascadeOption
        @Argument(help: "Id or name.") var grant: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.remove(try await opened.store.find(Grant.self, grant).entity.key, cascade)
            }
        }
    }
}
