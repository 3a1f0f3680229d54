internal import ArgumentParser
internal import Mail
internal import Relay

extension DelegationsCommand {
    struct DenyEntry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "deny", abstract: "Forbid a mailbox, or every mailbox, to send for an address.",
            discussion: """
                With '*' for the mailbox nobody may use the address: mail whose author has it is refused, and does not fall back to Reply-To.

                Examples:
                  mandate delegations deny tracker@example.org ann@example.org
                  mandate delegations deny '*' ceo@example.org --reason "signs in person"
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The mailbox, by address, login or id; '*' for all.") var mailbox: String
        @Argument(help: "The address, @domain, or '*'.", transform: Parse.pattern) var covers: AddressPattern
        @Option(help: "Why, for whoever meets the refusal.", transform: Parse.line) var reason = ""

        func validate() throws {
            if mailbox == "*", covers == .any { throw ValidationError("'*' '*' would stop all mail; disable the mailboxes instead") }
        }

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                try await opened.edit { finder in
                    let (denies, id, name) = try await DenyRules.existing(mailbox, covers, finder)
                    let words = "\(name) may not send for \(covers)"
                    if denies.contains(where: { $0.reason == reason }) { return Plan(words) }
                    var generator = live.generator
                    let deny = Deny(
                        id: denies.first?.id ?? DenyID(prefix: "deny", using: &generator), mailbox: id, covers: covers, reason: reason)
                    return Plan(words, [.put(.deny(deny))])
                }
            }
        }
    }

    struct Allow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lift a deny entry.",
            discussion: """
                It grants nothing: what was possible before is possible again.

                Example:
                  mandate delegations allow '*' ceo@example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The mailbox, '*', or alone, the deny entry's id.") var mailbox: String
        @Argument(help: "The address, @domain, or '*'.", transform: Parse.pattern) var covers: AddressPattern?

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    guard let covers else {
                        guard case .deny(let deny) = try await finder.delegation(mailbox) else {
                            throw CommandFailure.data("\(mailbox) is a delegation; `mandate delegations revoke` takes it back")
                        }
                        return Plan("lifted \(deny.id)", [.remove(EntityKey(.deny, deny.id.text))])
                    }
                    let (denies, _, name) = try await DenyRules.existing(mailbox, covers, finder)
                    guard !denies.isEmpty else { return Plan("nothing forbids \(name) to send for \(covers)") }
                    return Plan("lifted: \(name) and \(covers)", denies.map { .remove(EntityKey(.deny, $0.id.text)) })
                }
            }
        }
    }
}

/// Looks deny entries up.
enum DenyRules {
    static func existing(
        _ mailbox: String, _ covers: AddressPattern, _ finder: Finder
    ) async throws -> (denies: [Deny], mailbox: MailboxID?, name: String) {
        let found = mailbox == "*" ? nil : try await finder.find(Mailbox.self, mailbox)
        var denies: [Deny] = []
        try await finder.each(.deny) { entity in
            if case .deny(let deny) = entity, deny.mailbox == found?.id, deny.covers == covers { denies.append(deny) }
        }
        return (denies, found?.id, found?.address.description ?? "every mailbox")
    }
}
