internal import ArgumentParser
internal import Relay

extension DelegationsCommand {
    struct Allow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a mailbox send for an address or a domain.",
            discussion: """
                Said again, it is granted anew with what is said then; the reason stays unless another is given (--reason "" takes it away).

                Examples:
                  mandate delegations allow tracker@example.org bob@example.org --kind send-as
                  mandate delegations allow tracker@example.org @partner.example --kind on-behalf --until 2027-01-01 --reason "project Atlas"
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var said: DelegationOptions
        @Argument(help: "The mailbox, by address, login or id.") var mailbox: String
        @Argument(help: "The address, or @domain.") var covers: String?
        @Option(help: "send-as, on-behalf or alias.") var kind: String?

        func run() async throws {
            try await options.change(.current) { opened in
                if let covers, let kind, mailbox != "*" { return try await said.allow(mailbox, covers, kind, opened) }
                try await lift(opened)
            }
        }

        /// What this word meant before. A right is never given by it: that is said with its kind.
        private func lift(_ opened: OpenedStore) async throws {
            guard said.isEmpty, kind == nil else { throw CommandFailure.usage(Self.whatIsMissing) }
            let plan = try await opened.carryOut(LiftedDeny(mailbox, covers).slice) { administration in
                let plan = try LiftedDeny(mailbox, covers).plan(administration)
                guard plan.outcome != .unchanged || mailbox == "*" else { throw CommandFailure.usage(Self.whatIsMissing) }
                return plan
            }
            opened.live.say(
                "`mandate delegations lift` is the word for that by now" + (plan.outcome == .unchanged ? "" : "; nothing was granted"))
        }

        private static let whatIsMissing =
            "say the mailbox, the address and how: --kind send-as, on-behalf or alias; a deny entry is lifted with `mandate delegations lift`"
    }

    /// The old word.
    struct GrantEntry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "grant", abstract: "The old word for allow.",
            discussion: """
                Example:
                  mandate delegations allow tracker@example.org bob@example.org --kind send-as
                """, shouldDisplay: false)
        @OptionGroup var options: StoreOptions
        @OptionGroup var said: DelegationOptions
        @Argument(help: "The mailbox, by address, login or id.") var mailbox: String
        @Argument(help: "The address, or @domain.") var covers: String
        @Option(help: "send-as, on-behalf or alias.") var kind = Delegation.Kind.sendAs.rawValue

        func run() async throws {
            try await options.change(.current) { opened in
                try await said.allow(mailbox, covers, kind, opened)
                opened.live.say("`mandate delegations allow` is the word for that by now")
            }
        }
    }

    /// What goes with a right.
    struct DelegationOptions: ParsableArguments {
        @Option(help: "Lower is preferred; 100 unless given.") var priority: String?
        @Option(help: "Valid from this day or moment (UTC).") var from: String?
        @Option(help: "Valid until this day or moment (UTC).") var until: String?
        @Option(help: "Why, for the auditor; \"\" for none.") var reason: String?
        @Flag(help: "Send even where the tenant does not sign for the domain (DMARC will fail).") var allowUnaligned = false
        @Option(help: "It is known to work: say how, such as \"sent a test on Monday\".") var proven: String?
        @OptionGroup var steward: StewardOptions

        var isEmpty: Bool {
            priority == nil && from == nil && until == nil && reason == nil && !allowUnaligned && proven == nil && steward.entries.isEmpty
        }

        func allow(_ mailbox: String, _ covers: String, _ kind: String, _ opened: OpenedStore) async throws {
            var said = Particulars(
                .delegation,
                [
                    "mailbox": mailbox, "covers": covers, "kind": kind, "priority": priority, "valid_from": from, "valid_until": until,
                    "reason": reason, "allows_unaligned": allowUnaligned ? "yes" : nil,
                ])
            said.entries += steward.entries.filter { $0.value != .null }
            let names = [
                "kind": "--kind", "priority": "--priority", "valid_from": "--from", "valid_until": "--until", "proven": "--proven",
            ]
            try await opened.carryOut(said.slice, calling: names.merging(StewardOptions.names) { $1 }) { [said] in
                try $0.allow(said, proven: proven)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a delegation back; messages in the queue feel it too.",
            discussion: """
                Examples:
                  mandate delegations revoke tracker@example.org bob@example.org
                  mandate delegations revoke del-0123456789abcdef
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The mailbox; or alone, the delegation's id.") var mailbox: String
        @Argument(help: "The address, or @domain.") var covers: String?
        @Option(help: "Only the delegation of this kind.") var kind: String?

        func run() async throws {
            var slice = DirectorySlice(delegations: covers == nil ? [DelegationID(trusted: mailbox)] : [])
            if let covers { slice.add(covered: covers) }
            try await options.change(.current) { opened in
                try await opened.carryOut(slice) { administration in
                    if let covers { return try administration.revoke(mailbox: mailbox, covers: covers, kind: kind) }
                    guard administration.directory.deny(DenyID(trusted: mailbox)) == nil else {
                        throw CommandFailure.data("\(mailbox) is a deny entry; `mandate delegations lift \(mailbox)` lifts it")
                    }
                    return try administration.revoke(DelegationID(trusted: mailbox))
                }
            }
        }
    }
}
