/// One thing seen: a standing, or the health of a mailbox (by login), a grant or an application. nil: back to "nothing known".
package enum Observation: Sendable, Hashable {
    case standing(StandingKey, Standing?)
    case mailbox(login: String, MailboxHealth?)
    case grant(GrantID, GrantHealth?)
    case application(ApplicationID, ApplicationHealth?)
}
