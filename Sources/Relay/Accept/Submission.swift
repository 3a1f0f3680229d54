package import Mail

/// A message as a client hands it over, before anything is known of it but who brings it.
package struct Submission: Sendable {
    /// nil: the store's owner at the command line.
    package var client: Client?
    /// nil: the client's default.
    package var purpose: Purpose?
    package var user: UserID?
    /// nil: none was given, which is not `<>`.
    package var envelopeSender: ReversePath?
    /// Empty: the header's To, Cc and Bcc say it, as with `sendmail -t`.
    package var recipients: [Recipient]
    package var ret: Envelope.Ret?
    package var envelopeID: String?
    /// The way it came, for its Received field; nil: it gets none.
    package var origin: Origin?
    /// Given where a message must have the same id when it is handed over again after a crash; nil: a new one.
    package var id: SpoolID?
    /// Whether X-Sender and X-Receiver at the head of the message are its envelope, as in a pickup directory.
    package var readsEnvelopeFields = false
    /// Where mail to an account of this machine goes, for envelope fields that name one.
    package var address: @Sendable (_ account: String) -> EmailAddress? = { _ in nil }

    package init(
        client: Client? = nil, purpose: Purpose? = nil, user: UserID? = nil, envelopeSender: ReversePath? = nil,
        recipients: [Recipient] = [], ret: Envelope.Ret? = nil, envelopeID: String? = nil
    ) {
        self.client = client
        self.purpose = purpose
        self.user = user
        self.envelopeSender = envelopeSender
        self.recipients = recipients
        self.ret = ret
        self.envelopeID = envelopeID
    }
}

/// What a client that is told "accepted" gets to hold on to.
package struct Receipt: Sendable, Hashable {
    package let id: SpoolID
    package let messageID: String
    package let beginning: Beginning
    /// As decided at Accept; the attempt may come to another.
    package let answer: Answer

    /// Set when a person must release it first.
    package var held: String? { if case .held(let why) = beginning { why } else { nil } }
    /// "held: …", "waits: …"; nil: it may leave.
    package var hindrance: String? {
        switch beginning {
        case .due, .claimed: nil
        case .waiting(let wait): "waits: \(wait.why)"
        case .held(let why): "held: \(why)"
        }
    }

    package init(id: SpoolID, messageID: String, beginning: Beginning, answer: Answer) {
        self.id = id
        self.messageID = messageID
        self.beginning = beginning
        self.answer = answer
    }
}

/// Why a message was not taken. The client hears it at once, and still has the message.
package enum AcceptFailure: Error, Sendable, CustomStringConvertible {
    case form(AcceptedFormError)
    case header(HeaderError)
    case recipient(FieldName, AddressError)
    /// A field that is meant for us says something that cannot be.
    case instruction(FieldName, String)
    case noRecipients
    /// Nobody let it in.
    case stranger(String)
    case tooManyRecipients(limit: Int)
    case tooLarge(limit: Int)
    /// So many servers have passed it on that it must be circling (RFC 5321 section 6.3).
    case circling(hops: Int)
    case refused(Refusal)
    /// Its client has handed in as much as it may.
    case overQuota(QuotaExcess)
    case store(StoreFailure)

    package var description: String {
        switch self {
        case .form(let error): error.description
        case .header(let error): error.description
        case .recipient(let field, let error): "the \(field.text) field names no recipients that can be read: \(error)"
        case .instruction(let field, let why): "the \(field.text) field \(why)"
        case .stranger(let why): why
        case .noRecipients: "the message has no recipients: name them, or put them into To, Cc or Bcc"
        case .tooManyRecipients(let limit): "more than \(limit) recipients: send it in parts"
        case .tooLarge(let limit): "the message is larger than \(limit) octets"
        case .circling(let hops):
            "\(hops) servers have passed this message on already: it is circling; look for an address that is forwarded to itself"
        case .refused(let refusal): refusal.sentence
        case .overQuota(let excess): excess.description
        case .store(let failure): failure.description
        }
    }

    /// A store says whose message it could not take; whoever hears it is told so.
    init(_ failure: StoreFailure) {
        if case .overQuota(let excess) = failure { self = .overQuota(excess) } else { self = .store(failure) }
    }
}
