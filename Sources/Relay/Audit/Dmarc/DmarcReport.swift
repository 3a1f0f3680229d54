package import Mail
package import struct FoundationEssentials.Date

/// What one receiver of mail says about the messages that claimed to be from a domain, of one day mostly (RFC 7489 section 7.2, RFC 9990).
///
/// It is a claim: anybody can write one. What it says is counted, and never acted upon.
package struct DmarcReport: Sendable, Hashable {
    /// Octets of a file of reports: mail carries no more, and XML that was not packed has a bound of its own.
    package static let mostFileOctets = 64 * 1024 * 1024

    package var head: Head
    /// Each once, however many records of the report say the same.
    package var rows: [Row]

    package init(_ head: Head, rows: [Row]) {
        self.head = head
        self.rows = rows
    }

    package var messages: Int { rows.reduce(0) { $0 + $1.messages } }

    /// Who reports, on what, and when.
    package struct Head: Sendable, Hashable {
        /// The receiver; where it does not say its name, the domain that it writes from.
        package var organization: String
        package var contact: String
        /// The receiver's own name for this report.
        package var id: String
        /// Whose policy was looked up.
        package var domain: String
        package var begins: Date
        package var ends: Date
        /// As the receiver found it, such as `p=reject sp=none`.
        package var policy: String

        package init(organization: String, contact: String, id: String, domain: String, begins: Date, ends: Date, policy: String) {
            self.organization = organization
            self.contact = contact
            self.id = id
            self.domain = domain
            self.begins = begins
            self.ends = ends
            self.policy = policy
        }
    }

    /// What the receiver did with the messages.
    package enum Disposition: String, Sendable, Hashable, CaseIterable {
        /// RFC 9990: DMARC passed, so that there was nothing to do; until then it was `none`, too.
        case pass
        case none, quarantine, reject
    }

    /// Messages that were alike to the receiver: from one source, as one domain, judged alike.
    ///
    /// A record may name several DKIM signatures and several SPF results; its messages count once all the same.
    package struct Row: Sendable, Hashable {
        package var sending: Sending
        package var disposition: Disposition
        /// Why the receiver did something else than the policy asks for, such as `forwarded`; empty: it did not, or did not say.
        package var exception: String
        package var messages: Int

        package init(_ sending: Sending, disposition: Disposition, exception: String, messages: Int) {
            self.sending = sending
            self.disposition = disposition
            self.exception = exception
            self.messages = messages
        }
    }

    /// Who sent as which domain, and by what that is known.
    package struct Sending: Sendable, Hashable {
        /// The domain of From.
        package var domain: String
        package var source: IPAddress
        package var isDKIMAligned: Bool
        package var isSPFAligned: Bool
        /// The domain of a signature that was good, rather one that is not From's, since that one names who sends for others; empty: none.
        package var signer: String
        /// The envelope's domain, where SPF let the source send for it; empty: it did not.
        package var envelope: String

        package init(domain: String, source: IPAddress, isDKIMAligned: Bool, isSPFAligned: Bool, signer: String, envelope: String) {
            self.domain = domain
            self.source = source
            self.isDKIMAligned = isDKIMAligned
            self.isSPFAligned = isSPFAligned
            self.signer = signer
            self.envelope = envelope
        }

        /// RFC 7489 section 4.2: either will do.
        package var isAligned: Bool { isDKIMAligned || isSPFAligned }
    }
}

/// What became of one document of a file: a zip archive or a mail message may have several.
package struct DmarcDocument: Sendable, Hashable {
    package enum Outcome: Sendable, Hashable {
        case report(DmarcReport)
        /// In a sentence, for whoever put it there.
        case refused(String)
    }

    /// What it is called within its file; empty: it is the file.
    package let name: String
    package let outcome: Outcome

    package init(name: String, _ outcome: Outcome) {
        self.name = name
        self.outcome = outcome
    }
}
