/// Where in the dialogue something happened (RFC 5321 section 4.5.3.2 has a time limit for each).
package enum TransmitStage: String, Sendable, Hashable, CaseIterable {
    case connect, greeting, ehlo, startTLS = "starttls", auth, mail, rcpt, data, content
    /// The one request of an API transport.
    case request
}

/// An answer as it came. Of SMTP: code, RFC 3463 code where there is one, and the text of all its lines. Of an API: HTTP's status, the provider's error
/// code, its message.
package struct ProviderReply: Sendable, Hashable, CustomStringConvertible {
    package let code: Int
    /// As in `5.7.60`; empty where the server gave none.
    package let enhanced: String
    package let text: String
    /// Seconds the provider asked to be left alone for (RFC 9110 section 10.2.3).
    package let retryAfter: Double?

    package init(code: Int, enhanced: String = "", text: String, retryAfter: Double? = nil) {
        self.code = code
        self.enhanced = enhanced
        self.text = text
        self.retryAfter = retryAfter
    }

    package var description: String { enhanced.isEmpty ? "\(code) \(text)" : "\(code) \(enhanced) \(text)" }
    package var isPositive: Bool { (200..<400).contains(code) }
    package var isTemporary: Bool { (400..<500).contains(code) }
}

/// What ended a dialogue for every recipient.
package struct TransmitFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Cause: Sendable, Hashable {
        case reply(ProviderReply)
        /// The phase's limit ran out; seconds.
        case timeout(seconds: Double)
        case connectionClosed
        case unreachable(String)
        case tls(String)
        /// The server offers no STARTTLS, and a token never travels in clear.
        case noTLS
        /// The server offers no mechanism we can use.
        case noMechanism(offered: [String])
        /// The server takes no line as long as this token needs: a limit of the server, not a bad token.
        case tokenTooLong(ProviderReply)
        /// The message needs an extension that is not offered (SMTPUTF8, 8BITMIME, SIZE).
        case notOffered(String)
        /// An API sends to everyone whom the header names, and some of them are not to get it (any more).
        case notExpressible(String)
        /// Octets, and how many this transport takes.
        case tooLarge(size: Int, limit: Int)
        /// Our own side could not go on: the body could not be read, or the send was cancelled.
        case ours(String)
        /// The server broke the protocol.
        case protocolViolation(String)
    }

    package let stage: TransmitStage
    package let cause: Cause
    /// The whole content had left when it happened: the message may have been taken.
    package let contentHadLeft: Bool

    package init(stage: TransmitStage, cause: Cause, contentHadLeft: Bool = false) {
        self.stage = stage
        self.cause = cause
        self.contentHadLeft = contentHadLeft
    }

    package var description: String {
        switch cause {
        case .reply(let reply): "at \(stage.rawValue): \(reply)"
        case .timeout(let seconds): "no answer at \(stage.rawValue) within \(Int(seconds)) s"
        case .connectionClosed: "the server closed the connection at \(stage.rawValue)"
        case .unreachable(let why): "the server cannot be reached: \(why)"
        case .tls(let why): "no TLS at \(stage.rawValue): \(why)"
        case .noTLS: "the server offers no STARTTLS, and a token is never sent in clear"
        case .noMechanism(let offered): "the server offers neither XOAUTH2 nor OAUTHBEARER (it offers: \(offered.joined(separator: " ")))"
        case .tokenTooLong(let reply): "the server takes no line as long as this token needs: \(reply)"
        case .notOffered(let what): "the server does not offer \(what), which this message needs"
        case .notExpressible(let why): "envelope-not-expressible: \(why)"
        case .tooLarge(let size, let limit): "the message has \(size) octets, and this transport takes \(limit)"
        case .ours(let why): "the sending stopped here at \(stage.rawValue): \(why)"
        case .protocolViolation(let what): "the server broke the protocol at \(stage.rawValue): \(what)"
        }
    }
}
