package import Mail

/// One message that was handed in, as a log tells it: who brought it, whom it is from and to, and what became of it. There is one for each, whichever way it came;
/// nothing of what it says is in it.
package struct AcceptReport: Sendable {
    package enum Outcome: Sendable {
        case accepted(SpoolID, Beginning)
        /// Its client hears why, and still has it.
        case refused(why: String, RefusalCode?)
        /// It is ours to mend.
        case failed(StoreFailure)
    }

    package var origin: Origin?
    /// By name; nil: the store's owner.
    package var client: String?
    package var purpose: Purpose?
    /// Its authors as they were decided, else as its From field names them.
    package var from: [EmailAddress] = []
    package var recipients = 0
    package var firstRecipient: EmailAddress?
    /// Octets that were looked at.
    package var size = 0
    package var outcome: Outcome

    package init(_ submission: Submission, _ outcome: Outcome) {
        origin = submission.origin
        client = submission.client?.name
        purpose = submission.purpose
        self.outcome = outcome
        name(submission.recipients)
    }

    mutating func name(_ list: [Recipient]) {
        recipients = list.count
        firstRecipient = list.first?.address
    }

    mutating func name(_ author: Author?) {
        if let author { from = author.all.map(\.address) }
    }
}

extension AcceptReport.Outcome {
    package init(_ failure: AcceptFailure) {
        switch failure {
        case .store(let failure): self = .failed(failure)
        case .refused(let refusal): self = .refused(why: refusal.sentence, refusal.code)
        case .form, .header, .recipient, .instruction, .noRecipients, .stranger, .tooManyRecipients, .tooLarge, .circling, .overQuota:
            self = .refused(why: failure.description, nil)
        }
    }
}
