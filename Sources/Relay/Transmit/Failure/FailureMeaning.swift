/// What a provider's answer means, once provider, stage, code and text have been looked at together. Each has its verdict, its account and its fix in
/// `FailureMeaning+Diagnosis`, written out case by case: a new meaning does not compile until somebody has decided what it calls for.
package enum FailureMeaning: String, Sendable, Hashable, CaseIterable {
    case accepted

    // The connection and what protects it.
    case unreachable, timedOut = "timed-out", hungUp = "hung-up", notReady = "not-ready", protocolBroken = "protocol-broken"
    case tlsFailed = "tls-failed", tlsMissing = "tls-missing", tlsWanted = "tls-wanted", mechanismMissing = "mechanism-missing"
    case stoppedHere = "stopped-here"

    // Signing in.
    case tokenRefused = "token-refused", tokenExpiring = "token-expiring", tokenTooLong = "token-too-long"
    case signInMissing = "sign-in-missing", signInFailed = "sign-in-failed", signInBusy = "sign-in-busy"
    case tooManySignIns = "too-many-sign-ins"
    case submissionOffForMailbox = "submission-off-for-mailbox", submissionOffForTenant = "submission-off-for-tenant"
    case passwordsOff = "passwords-off", policyBars = "policy-bars", browserSignInWanted = "browser-sign-in-wanted"

    // The mailbox, its application, its tenant.
    case senderDenied = "sender-denied"
    case senderThrottled = "sender-throttled", senderBanned = "sender-banned", tenantBlocked = "tenant-blocked"
    case dailyLimit = "daily-limit", tenantLimit = "tenant-limit", tenantRecipients = "tenant-recipients"
    case tooManyConnections = "too-many-connections", tooFast = "too-fast"
    case permissionMissing = "permission-missing", delegationMissing = "delegation-missing", mailboxMissing = "mailbox-missing"
    case mailServiceOff = "mail-service-off"

    // The message.
    case unaligned, fromRefused = "from-refused", severalAuthorsRefused = "several-authors-refused", tooLarge = "too-large"
    case extensionMissing = "extension-missing", envelopeNotExpressible = "envelope-not-expressible", malformed
    case messageRefused = "message-refused", messageDeferred = "message-deferred"

    // One recipient.
    case recipientRefused = "recipient-refused", recipientDeferred = "recipient-deferred", recipientBusy = "recipient-busy"
    case tooManyRecipients = "too-many-recipients"

    /// Nothing that is known: tried again.
    case unknown
}
