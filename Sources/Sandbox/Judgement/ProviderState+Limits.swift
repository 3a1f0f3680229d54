/// How many recipients somebody may reach in a day: a mailbox all, its organisation those outside it (domain.md 2.8, 3.7, 7.1).
extension ProviderState {
    /// What is said to one recipient, where that is when it is said; nil: there is room.
    func limitReply(to recipient: EnvelopeRecipient, now: Double) -> Reply? {
        guard habits.tenantLimitAt == .recipient, !tenant.hosts(recipient.address), isOver(by: 1, now: now) else { return nil }
        return tenantReply
    }

    /// What is said to the whole message; nil: there is room.
    func limitReply(_ envelope: Envelope, _ login: String, now: Double) -> Reply? {
        if let limit = habits.recipientsPerDay, traffic.recipientsOfDay(login, now: now) + envelope.recipients.count > limit {
            return habits.flavour == .google
                ? Reply(550, "5.4.5 Daily user sending limit exceeded. - gsmtp")
                : Reply(550, "5.1.90 The daily limit for message recipients of this mailbox is reached \(host)")
        }
        guard habits.tenantLimitAt == .content, isOver(by: strangers(envelope), now: now) else { return nil }
        return tenantReply
    }

    /// A message that was taken all the same and goes nowhere: the report that comes back to who sent it (RFC 3464), in which alone the real one has been seen
    /// to say so. nil: it is delivered.
    func limitReport(on envelope: Envelope, now: Double) -> [UInt8]? {
        guard habits.tenantLimitAt == .report, isOver(by: strangers(envelope), now: now) else { return nil }
        let reply = tenantReply
        let words = reply.lines.joined(separator: " ")
        let lost = envelope.recipients.filter { !tenant.hosts($0.address) }
        let parts = lost.map { recipient in
            "Final-Recipient: rfc822;\(recipient.address)\r\nAction: failed\r\nStatus: \(habits.tenantLimit.code)\r\n"
                + "Diagnostic-Code: smtp;\(reply.code) \(words)\r\n"
        }
        let text = """
            From: postmaster@\(tenant.domains.first ?? "outlook.example")\r
            To: \(envelope.sender.address)\r
            Subject: Undeliverable\r
            MIME-Version: 1.0\r
            Auto-Submitted: auto-replied\r
            Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
            \r
            --b\r
            Content-Type: text/plain\r
            \r
            Your message was not delivered: \(words)\r
            --b\r
            Content-Type: message/delivery-status\r
            \r
            Reporting-MTA: dns;\(habits.backendName)\r
            \r
            \(parts.joined(separator: "\r\n"))\r
            --b--\r

            """
        return Array(text.utf8)
    }

    private func isOver(by count: Int, now: Double) -> Bool {
        guard let limit = habits.tenantRecipientsPerDay, count > 0 else { return false }
        return traffic.recipientsOfDay(nil, now: now) + count > limit
    }

    private func strangers(_ envelope: Envelope) -> Int { envelope.recipients.count { !tenant.hosts($0.address) } }

    private var host: String { "[Hostname=\(habits.backendName)]" }

    private var tenantReply: Reply {
        switch habits.tenantLimit {
        case .external: Reply(550, "5.7.233 The tenant has reached its limit of external recipients for the day \(host)")
        case .trial: Reply(550, "5.7.232 The trial tenant has reached its limit of external recipients for the day \(host)")
        case .initialDomain: Reply(550, "5.7.236 The initial domain has reached its limit of external recipients for the day \(host)")
        case .threshold: Reply(550, "5.7.705 Access denied, tenant has exceeded threshold \(host)")
        }
    }
}

extension Habits {
    /// Which of its limits an organisation meets.
    package enum TenantLimit: String, Sendable, Hashable, CaseIterable {
        /// Exchange Online's tenant external recipient rate limit.
        case external
        case trial
        /// Of mail from *.onmicrosoft.com, complete since June 2026.
        case initialDomain = "initial-domain"
        /// Suspected of spam: nobody may send anything.
        case threshold

        var code: String {
            switch self {
            case .external: "5.7.233"
            case .trial: "5.7.232"
            case .initialDomain: "5.7.236"
            case .threshold: "5.7.705"
            }
        }
    }

    /// When it says so. In the wild it was seen in reports alone; at which step a client hears of it, nobody has written down.
    package enum TenantLimitPlace: String, Sendable, Hashable, CaseIterable { case recipient, content, report }
}
