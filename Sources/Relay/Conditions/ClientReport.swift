package import Mail
package import struct FoundationEssentials.Date

/// What a client says that a provider answered it. Its word binds the client alone, for a while: a report is easily wrong, by a mistake or on purpose, and must
/// not close a mailbox for others. It asks for a look of our own, which then holds for all.
package struct ClientReport: Sendable, Hashable {
    package let at: Date
    package let until: Date
    /// What the provider is said to have answered: codes, or their meaning.
    package let words: String

    package init(at: Date, until: Date, words: String) {
        self.at = at
        self.until = until
        self.words = words
    }

    /// Seconds that a report is believed: as long as a stop of ours lasts at first.
    package static let life: Double = 3600
}

/// Who reports, and of what: one use of an address, one way out of a mailbox, or all of them.
package struct ReportKey: Sendable, Hashable {
    package let client: ClientID
    package let account: Account
    /// nil: every way out of the mailbox.
    package let transport: Transport?
    /// nil: the mailbox, whatever the message is from.
    package let from: EmailAddress?

    package init(client: ClientID, _ account: Account, transport: Transport? = nil, from: EmailAddress? = nil) {
        self.client = client
        self.account = account
        self.transport = transport
        self.from = from
    }
}
