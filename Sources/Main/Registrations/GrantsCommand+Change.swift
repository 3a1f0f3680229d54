internal import ArgumentParser
internal import Relay
internal import SQLiteStore

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
        @Option(help: "Another name.", transform: Parse.name) var name: String?
        @Option(help: "Another app registration, by id or name.") var application: String?
        @Option(help: "Who has consented, by login; \"\" for nobody in particular.", transform: Parse.line) var principal: String?
        @Flag(help: "Forget who consented before: whoever has the principal's login may consent next.") var forgetPin = false
        @OptionGroup var use: UseOption
        @Option(
            help: ArgumentHelp("Where the new refresh token is: a file, - for standard input, or prompt.", valueName: "file"),
            completion: .file())
        var refreshTokenFrom: String?
        @Argument(parsing: .postTerminator, help: "Another program and its arguments, after --.") var program: [String] = []

        func run() async throws {
            let live = Live.current
            let token = try refreshTokenFrom.map {
                try SecretReader(live: live, option: "--refresh-token-from", what: "refresh token").read(from: $0)
            }
            try await options.change(live) { opened in
                try await opened.edit { finder in
                    let before = try await finder.find(Grant.self, grant)
                    let after = try await changed(before, finder)
                    guard token == nil || after.kind == .consent else {
                        throw CommandFailure.data("grant \(after.title) is \(after.kind.rawValue), and has no refresh token")
                    }
                    let secrets = try token.map { [try opened.sealed($0, SecretName(.refreshToken, of: after.id.text))] } ?? []
                    return Plan(
                        after == before && secrets.isEmpty ? "grant \(before.title)" : "changed grant \(after.title)",
                        after == before ? [] : [.put(after.entity)], secrets: secrets)
                }
                if token != nil || !program.isEmpty { try await forgetOldTrouble(opened) }
            }
        }

        private func changed(_ grant: Grant, _ finder: Finder) async throws -> Grant {
            var changed = grant
            if let name { changed.name = name }
            if let application { changed.application = try await finder.find(Application.self, application).id }
            if let principal { changed.principal = principal.isEmpty ? nil : principal }
            if changed.principal != grant.principal, let pin = grant.pin, !forgetPin {
                throw CommandFailure.data(
                    "\(grant.principal ?? "somebody") has consented to grant \(grant.title) and is pinned (\(pin)), so nobody else could consent: "
                        + "give --forget-pin as well, then `mandate grants authorize \(grant.id)`; until then the old consent is used")
            }
            if forgetPin { changed.pin = nil }
            if !program.isEmpty {
                guard grant.kind == .command else { throw CommandFailure.data("a program is for grants of the kind command") }
                changed.command = try TokenProgram.checked(program)
            }
            if let isEnabled = use.isEnabled { changed.isEnabled = isEnabled }
            if let other = try await finder.existing(Grant.self, where: { $0.name == changed.name && $0.id != changed.id }) {
                throw CommandFailure.data("there is another grant \(other.title)")
            }
            return changed
        }

        /// What was said of the old token says nothing of the new one.
        private func forgetOldTrouble(_ opened: OpenedStore) async throws {
            let grant = try await Finder(store: opened.store).find(Grant.self, name ?? grant)
            guard try await opened.store.conditions(of: []).grant(grant.id) != nil else { return }
            try await opened.observe([.grant(grant.id, nil)], of: grant.entity.key, "new credentials: no trouble known")
            opened.live.say("it is used again")
        }
    }
}
