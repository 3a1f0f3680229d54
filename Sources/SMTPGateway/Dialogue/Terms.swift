/// What a session holds its client to, and what it offers.
struct Terms: Sendable, Hashable {
    /// Where the client comes from.
    enum Origin: Sendable, Hashable {
        /// TCP; `mayBeClear`: a key may be given without TLS (loopback, or an administrator who said so).
        case network(mayBeClear: Bool)
        /// The socket on this machine: the system says who it is.
        case local(uid: UInt32)
    }

    var origin: Origin
    /// Names us in greeting and EHLO.
    var hostName: String
    var offersTLS: Bool
    /// Octets of a message.
    var size: Int
    var recipients: Int
    /// RFC 5321 section 4.5.3.1.4 has 512 octets for a command; RFC 6531 and parameters need more.
    var commandLine = 2_048
    /// RFC 4954 section 4 wants 12,288 for a response.
    var responseLine = 12_288
    /// Wrong commands since the last message that was taken, recipients aside, after which a client is sent away: it is not speaking SMTP, or is looking for something.
    var mistakes = 20
    /// Commands in a row that bring no message any nearer (NOOP, RSET, VRFY, EHLO).
    var idleCommands = 100
    /// Failed log-ins of one connection.
    var failedSignIns = 5
}
