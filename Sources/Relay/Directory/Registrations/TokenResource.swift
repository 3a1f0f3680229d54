/// What an access token opens. Entra answers for one resource at a time and for the scopes asked for, so each has a token of its own.
package enum TokenResource: String, Sendable, Hashable, CaseIterable {
    case smtp, imap, graph, gmail
}

extension TokenResource {
    /// What these need tokens of: first what mail leaves by, SMTP before the others, then reading, where one of them is read.
    package static func needed(by mailboxes: [Mailbox], _ families: [Family] = []) -> [TokenResource] {
        let sending = Set((mailboxes.flatMap(\.transports) + families.flatMap(\.transports)).map(\.resource))
        return allCases.filter(sending.contains) + (mailboxes.contains(where: \.isRead) ? [.imap] : [])
    }
}

extension Provider {
    /// What a person consents to where these are needed. Where a tenant of Microsoft's switches SMTP off, mail goes on through Graph: one consent is for both, and
    /// nobody is asked a second time.
    package func consented(for needed: [TokenResource]) -> [TokenResource] {
        let both: [TokenResource] = kind == .microsoft ? [.smtp, .graph] : []
        return (needed + both.filter { !needed.contains($0) }).filter { scopes[$0] != nil }
    }
}

extension Transport {
    /// What its access token opens.
    package var resource: TokenResource {
        switch self {
        case .smtp: .smtp
        case .graph: .graph
        case .gmail: .gmail
        }
    }
}
