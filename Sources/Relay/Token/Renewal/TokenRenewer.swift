package import struct FoundationEssentials.Date

/// One renewal, from the store's token to the provider's: takes the lease, asks, keeps the answer before anyone uses it.
package struct TokenRenewer: Sendable {
    /// Every wait of a renewal together; longer than any single request's hard limit.
    package static let patience: Double = 90
    /// Outlives the request's hard timeout (30 s to connect and answer), so that no second process asks while the first may still be answered.
    package static let leaseLife: Double = 60
    /// Requests of one renewal: more than one only when a person's change or a lost lease makes an answer void.
    static let mostRequests = 3
    /// Seconds until a mailbox that a service account may not open is tried again: only a person mends that, at the provider.
    static let mailboxPause: Double = 3600

    /// Questions in a row without an answer, after which somebody should know: a provider that restarts is back by then.
    static let silence = 3

    package let store: any TokenStore & ConditionsStore
    package let vault: Vault
    package let holder: String
    package let request: RequestToken
    package let runCommand: RunTokenCommand
    /// Where a grant leads, without a look at the store: good enough to tell whose refusal stands. What is asked with comes from the store, whole.
    package let source: @Sendable (GrantID) -> GrantSource?
    /// Whether mail needs such tokens: a refusal of one that only a person at a command asked for says nothing of mail.
    package let isNeeded: @Sendable (TokenKey) -> Bool
    package let now: @Sendable () -> Date
    package let draw: @Sendable () -> Double
    package let wait: @Sendable (_ seconds: Double) async -> Void
    package let report: @Sendable (TokenKey, TokenFailure) -> Void
    /// A provider was asked; nil: it gave a token.
    package let asked: @Sendable (TokenKey, TokenFailure?) -> Void

    package init(
        store: any TokenStore & ConditionsStore, vault: Vault, holder: String, request: @escaping RequestToken,
        runCommand: @escaping RunTokenCommand, source: @escaping @Sendable (GrantID) -> GrantSource?,
        isNeeded: @escaping @Sendable (TokenKey) -> Bool = { _ in true }, now: @escaping @Sendable () -> Date,
        draw: @escaping @Sendable () -> Double, wait: @escaping @Sendable (_ seconds: Double) async -> Void,
        report: @escaping @Sendable (TokenKey, TokenFailure) -> Void = { _, _ in },
        asked: @escaping @Sendable (TokenKey, TokenFailure?) -> Void = { _, _ in }
    ) {
        self.store = store
        self.vault = vault
        self.holder = holder
        self.request = request
        self.runCommand = runCommand
        self.source = source
        self.isNeeded = isNeeded
        self.now = now
        self.draw = draw
        self.wait = wait
        self.report = report
        self.asked = asked
    }
}
