/// Which edits make tokens void. A change of what tokens are had with, or of whom they are had from, does; a name, a date, a limit or a mail host does not,
/// and what was asked for under the old name is as good under the new one.
extension DirectoryEntity {
    /// Whether tokens had before this change are not used any more, nor the answers to consents that were begun before it. Whatever is not named here as
    /// harmless counts, so that a new field is rather asked about once too often.
    package func voidsTokens(of before: DirectoryEntity?) -> Bool {
        switch self {
        case .grant(let grant):
            guard case .grant(var before)? = before else { return true }
            before.name = grant.name
            // Looked at by whoever asks for a token.
            before.isEnabled = grant.isEnabled
            return before != grant
        case .application(let application):
            guard case .application(var before)? = before else { return true }
            before.name = application.name
            before.secretExpires = application.secretExpires
            before.domains = application.domains
            return before != application
        case .provider(let provider):
            guard case .provider(var before)? = before else { return true }
            before.name = provider.name
            // Where mail goes, and how much of it: an attempt looks at them for itself.
            (before.smtp, before.imap, before.pop, before.apis) = (provider.smtp, provider.imap, provider.pop, provider.apis)
            (before.limits, before.habits) = (provider.limits, provider.habits)
            // Looked at by whoever asks for a token.
            before.mayReceiveSecrets = provider.mayReceiveSecrets
            return before != provider
        case .setting, .user, .mailbox, .family, .delegation, .deny, .client: return false
        }
    }
}
