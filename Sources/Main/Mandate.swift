internal import ArgumentParser
internal import Glibc

/// The command line: `mandate <noun> <verb>` (design section 9).
@main struct Mandate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mandate",
        abstract: "Decides which address mail is from, which mailbox carries it, and which token opens that mailbox.",
        discussion: """
            Begin with `mandate init`, then `mandate applications add`, `grants add`, `mailboxes add` and `settings set`; `mandate audit unauthorized` says \
            what is still missing.
            """,
        version: version,
        groupedSubcommands: [
            CommandGroup(name: "Start", subcommands: [DemoCommand.self, InitCommand.self, ServeCommand.self, SandboxCommand.self]),
            CommandGroup(
                name: "What people decide",
                subcommands: [
                    SettingsCommand.self, UsersCommand.self, ProvidersCommand.self, ApplicationsCommand.self, GrantsCommand.self,
                    MailboxesCommand.self, DelegationsCommand.self, ClientsCommand.self, ImportCommand.self, ExportCommand.self,
                    PlanCommand.self,
                    ApplyCommand.self,
                ]),
            CommandGroup(
                name: "Mail",
                subcommands: [
                    DecideCommand.self, RewriteCommand.self, SendCommand.self, SendmailCommand.self, TokenCommand.self, QueueCommand.self,
                    StandingsCommand.self,
                ]),
            CommandGroup(
                name: "What happened", subcommands: [AuditCommand.self, StoreCommand.self, VaultCommand.self, DoctorCommand.self]),
        ])

    static let version = "0.1.0"

    static func main() async {
        CrashGuard.raise()
        // Run once a message, and as /usr/sbin/sendmail with options that no parser of today would take.
        if let (name, arguments) = SendmailProgram.arguments(CommandLine.arguments) {
            end(SendmailProgram(live: .system()).run(arguments, calledAs: name).rawValue)
        }
        end(await execute(Array(CommandLine.arguments.dropFirst()), in: .system()))
    }

    /// Without the handlers of `exit`: they take OpenSSL's memory away while libcurl's thread may still be closing a connection with it.
    private static func end(_ status: Int32) -> Never {
        fflush(nil)
        _exit(status)
    }
}
