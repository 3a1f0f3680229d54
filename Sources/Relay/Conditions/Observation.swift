/// One thing seen: a standing, or the health of an account (for all its transports or for one), a grant or an application. nil: back to "nothing known".
package enum Observation: Sendable, Hashable {
    case standing(StandingKey, Standing?)
    case mailbox(Account, over: Transport? = nil, MailboxHealth?)
    case grant(GrantID, GrantHealth?)
    case application(ApplicationID, ApplicationHealth?)
    case reported(ReportKey, ClientReport?)
}
