internal import ArgumentParser
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
        @Argument(help: "The address, @domain, or '*'.") var covers: String
        @Option(help: "Why, for whoever meets the refusal; \"\" for none.") var reason: String?

        func run() async throws {
            let said = Particulars(.deny, ["mailbox": mailbox, "covers": covers, "reason": reason])
            try await options.change(.current) { try await $0.carryOut(said.slice, calling: ["reason": "--reason"]) { try $0.deny(said) } }
        }
    }

    struct Lift: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lift a deny entry.",
            discussion: """
                It grants nothing: what was possible before is possible again.

                Example:
                  mandate delegations lift '*' ceo@example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The mailbox, '*', or alone, the deny entry's id.") var mailbox: String
        @Argument(help: "The address, @domain, or '*'.") var covers: String?

        func run() async throws {
            let lifted = LiftedDeny(mailbox, covers)
            try await options.change(.current) { try await $0.carryOut(lifted.slice) { try lifted.plan($0) } }
        }
    }
}

/// A deny entry as the command line names it: by what it says, or by its id.
struct LiftedDeny {
    private let mailbox: String
    private let covers: String?

    init(_ mailbox: String, _ covers: String?) { (self.mailbox, self.covers) = (mailbox, covers) }

    var slice: DirectorySlice { DirectorySlice(delegations: [DelegationID(trusted: mailbox)]) }

    func plan(_ administration: Administration) throws -> Plan {
        if let covers { return try administration.lift(mailbox: mailbox, covers: covers) }
        guard administration.directory.delegation(DelegationID(trusted: mailbox)) == nil else {
            throw CommandFailure.data("\(mailbox) is a delegation; `mandate delegations revoke \(mailbox)` takes it back")
        }
        return try administration.lift(DenyID(trusted: mailbox))
    }
}
