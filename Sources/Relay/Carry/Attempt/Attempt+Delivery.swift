internal import Mail

/// What the setting `delivery` makes of a message that is about to leave.
extension Attempt {
    /// nil: it goes to its recipients.
    var redirection: Rewriter.Redirection? {
        guard case .redirect(let address) = snapshot.directory.delivery(of: entry.message.client).delivery else { return nil }
        return Rewriter.Redirection(to: address, insteadOf: entry.remaining.map { entry.message.envelope.recipients[$0].address })
    }

    /// One recipient, who asked for no reports.
    var redirectedEnvelope: Envelope? {
        redirection.map { Envelope(sender: entry.message.envelope.sender, recipients: [Recipient(address: $0.address)]) }
    }

    /// What was answered for the one who got it is each recipient's outcome, and says so.
    func shared(_ replies: [RecipientReply], by tried: [Int]) -> [RecipientReply] {
        guard let redirection, replies.count == 1 else { return replies }
        let answer = replies[0].reply
        let reply = ProviderReply(
            code: answer.code, enhanced: answer.enhanced, text: "\(answer.text) (redirected to \(redirection.address))",
            retryAfter: answer.retryAfter)
        return tried.map { _ in RecipientReply(stage: replies[0].stage, reply: reply, takesReports: true) }
    }
}
