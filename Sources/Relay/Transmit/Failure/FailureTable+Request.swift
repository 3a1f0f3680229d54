/// The rows of Graph's and Gmail's APIs: `code` is the HTTP status, `enhanced` the provider's own error code.
extension FailureTable {
    static let requestRows: [ReplyRule] = graphRows + gmailRows + commonRows

    /// Sources: learn.microsoft.com/graph/errors and throttling, domain.md 2.7.
    private static let graphRows: [ReplyRule] = [
        ReplyRule(.senderDenied, of: [.microsoft, .custom], at: [.request], enhanced: ["ErrorSendAsDenied"]),
        ReplyRule(
            .senderDenied, of: [.microsoft, .custom], at: [.request], codes: 403...403,
            says: ["does not have the right to send mail on behalf of"]),
        ReplyRule(
            .malformed, of: [.microsoft, .custom], at: [.request],
            enhanced: ["ErrorMimeContentInvalidBase64String", "ErrorMimeContentInvalid"]),
        ReplyRule(.tooLarge, of: [.microsoft, .custom], at: [.request], enhanced: ["ErrorMessageSizeExceeded", "RequestEntityTooLarge"]),
        ReplyRule(
            .dailyLimit, of: [.microsoft, .custom], at: [.request], enhanced: ["ErrorExceededMessageLimit", "ErrorSubmissionQuotaExceeded"]),
        ReplyRule(
            .tooManyConnections, of: [.microsoft, .custom], at: [.request], enhanced: ["ApplicationThrottled", "MailboxConcurrency"]),
        ReplyRule(
            .mailboxMissing, of: [.microsoft, .custom], at: [.request],
            enhanced: [
                "ErrorInvalidUser", "MailboxNotEnabledForRESTAPI", "ResourceNotFound", "Request_ResourceNotFound", "MailboxNotFound",
            ]),
        ReplyRule(
            .permissionMissing, of: [.microsoft, .custom], at: [.request],
            enhanced: ["ErrorAccessDenied", "AccessDenied", "Authorization_RequestDenied"]),
        ReplyRule(.fromRefused, of: [.microsoft, .custom], at: [.request], enhanced: ["ErrorInvalidSender", "ErrorInvalidSMTPAddress"]),
        ReplyRule(.recipientRefused, of: [.microsoft, .custom], at: [.request], enhanced: ["ErrorInvalidRecipients"]),
    ]

    /// Sources: developers.google.com/gmail/api/guides/handle-errors, domain.md 3.6.
    private static let gmailRows: [ReplyRule] = [
        ReplyRule(.delegationMissing, of: [.google], at: [.request], codes: 403...403, says: ["Delegation denied"]),
        ReplyRule(
            .tooFast, of: [.google], at: [.request], codes: 403...403,
            enhanced: ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"]),
        ReplyRule(.dailyLimit, of: [.google], at: [.request], codes: 403...403, enhanced: ["dailyLimitExceeded", "limitExceeded"]),
        ReplyRule(.dailyLimit, of: [.google], at: [.request], codes: 429...429, says: ["limit exceeded (mail sending)", "daily"]),
        ReplyRule(.tooManyConnections, of: [.google], at: [.request], codes: 429...429, says: ["too many concurrent"]),
        ReplyRule(.mailServiceOff, of: [.google], at: [.request], codes: 400...400, says: ["mail service not enabled"]),
        ReplyRule(
            .permissionMissing, of: [.google], at: [.request], codes: 403...403,
            enhanced: ["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "accessNotConfigured", "forbidden"]),
        ReplyRule(.severalAuthorsRefused, of: [.google], at: [.request], codes: 400...400, says: ["multiple addresses in From"]),
        ReplyRule(
            .recipientRefused, of: [.google], at: [.request], codes: 400...400, says: ["invalid to header", "recipient address required"]),
        ReplyRule(.tooManyRecipients, of: [.google], at: [.request], codes: 400...400, says: ["too many recipients"]),
    ]

    /// RFC 9110 section 15, where neither says more.
    private static let commonRows: [ReplyRule] = [
        ReplyRule(.tokenRefused, at: [.request], codes: 401...401),
        ReplyRule(.permissionMissing, at: [.request], codes: 403...403),
        ReplyRule(.mailboxMissing, at: [.request], codes: 404...404),
        ReplyRule(.tooLarge, at: [.request], codes: 413...413),
        ReplyRule(.tooFast, at: [.request], codes: 429...429),
        // 408, 409, 423, 425: of the moment.
        ReplyRule(.messageDeferred, at: [.request], codes: 408...409),
        ReplyRule(.messageDeferred, at: [.request], codes: 423...425),
        ReplyRule(.messageRefused, at: [.request], codes: 400...499),
        ReplyRule(.notReady, at: [.request], codes: 500...599),
    ]
}
