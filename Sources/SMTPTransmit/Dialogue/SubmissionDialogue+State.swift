internal import Relay

/// What the machine can be told to be, where it can stand, and what it can ask for.
extension SubmissionDialogue {
    /// How far the bytes on the wire are protected at the start.
    enum Protection: Sendable {
        /// TLS from the first byte.
        case tls
        /// Clear text until STARTTLS, which is required.
        case startTLS
        /// STARTTLS where it is offered; else clear text, if the connection leads to this machine itself.
        case clearTextAllowed
    }

    enum Action: Equatable {
        case send(String)
        case sendSecret(SecretLine)
        /// Everything sent from here on goes through TLS.
        case startTLS
        case signedIn
        /// The server waits for the content; say `contentLeft` when its last byte has gone.
        case sendContent
        case finished(Result<[RecipientReply], TransmitFailure>)
        case close
    }

    enum State: Equatable {
        case greeting
        case ehlo
        case startTLS
        case auth(AuthStep)
        case idle
        /// RSET behind a refused message; the next one may already be waiting.
        case resetting(next: MailOrder?)
        case exchange(Exchange)
        /// EHLO again, because MAIL's parameters were not understood although they were offered.
        case askingAgain(MailOrder, refusal: ProviderReply)
        case quitting
        case closed
    }

    enum AuthStep: Equatable {
        /// AUTH and the mechanism alone.
        case named(SignIn.Mechanism)
        case tokenSent(SignIn.Mechanism, octets: Int)
        /// The error challenge was dismissed; the verdict is due.
        case challenged(String, octets: Int)
    }
}
