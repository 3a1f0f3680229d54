internal import Mail

/// Where a copy of what leaves is kept, which people ask for when they look into "Sent" and it is not there. Exchange Online keeps it in the mailbox that signs in, over
/// SMTP and Graph alike (domain.md 2.4, 2.6, 7.1); Gmail does, too.
package struct SentCopy: Sendable, Hashable {
    package let words: String
    /// What the administrator of the provider does for a copy in the author's mailbox as well; nil: it is there, or cannot be had.
    package let step: String?

    /// For the explanation, below the way that was chosen.
    var lines: [String] { [words] + (step.map { ["for a copy there as well, where that is a mailbox: \($0)"] } ?? []) }
}

extension Decision {
    package var sentCopy: SentCopy {
        switch source.provider.kind {
        case .microsoft:
            return SentCopy(words: "a copy is kept in Sent Items of \(mailbox.address)\(others)", step: step)
        case .google: return SentCopy(words: "a copy is kept in Sent of \(mailbox.address)\(others)", step: nil)
        case .custom: return SentCopy(words: "a copy is kept nowhere unless \(source.provider.name) does so by itself", step: nil)
        }
    }

    private var others: String { author.first.address == mailbox.address ? "" : ", none in that of \(author.first.address)" }

    private var step: String? {
        guard author.first.address != mailbox.address else { return nil }
        let name = author.first.address.description.powerShellQuoted
        switch route {
        case .sendAs: return "Set-Mailbox \(name) -MessageCopyForSentAsEnabled $true"
        case .onBehalf: return "Set-Mailbox \(name) -MessageCopyForSendOnBehalfEnabled $true"
        case .own, .family, .alias, .replyTo: return nil
        }
    }
}

extension Answer {
    /// Every rule that was tried, and behind a decision where its copy is kept: line by line, the same for command, API and console.
    package var explanationLines: [String] {
        let rules = explanation.steps.map(\.description)
        guard case .decided(let decision) = self else { return rules }
        return rules + decision.sentCopy.lines
    }
}
