internal import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "What is used without authority, who may send as whom, and what happened.",
        discussion: """
            `unauthorized`, `lint`, `review`, `impact` and `verify` exit with 0 when they find nothing and 1 when they find something, for use in monitoring.

            Examples:
              mandate audit unauthorized
              mandate audit acknowledge 3f9c01aa --reason 'retired in March'
              mandate audit impact --mailbox tracker@example.org
              mandate audit journal --from ann@example.org --since 2026-11-01
              mandate audit outcomes --outcome refused
              mandate audit dmarc --domain example.org
              mandate audit verify --checkpoint /mnt/elsewhere/mandate.checkpoint
            """,
        subcommands: [
            UnauthorizedCommand.self, AcknowledgeCommand.self, LintCommand.self, ReviewCommand.self, ConfirmCommand.self,
            RetireCommand.self, SendersCommand.self, ReachCommand.self, ImpactCommand.self, OutcomesCommand.self, DmarcCommand.self,
            JournalCommand.self, VerifyCommand.self,
        ])
}
