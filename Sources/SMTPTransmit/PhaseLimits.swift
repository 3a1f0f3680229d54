internal import Relay

/// How long each phase may take: RFC 5321 section 4.5.3.2, and our own choice where it has none.
package struct PhaseLimits: Sendable, Hashable {
    /// Three tries of TCP's first packet and the name's resolution; a server that is there answers in less than one second.
    package var connect = Duration.seconds(30)
    package var greeting = Duration.seconds(300)
    /// Includes the TLS handshake that EHLO is sent behind.
    package var ehlo = Duration.seconds(300)
    package var startTLS = Duration.seconds(120)
    /// Not in the RFC: a server may have to ask its token provider, but nothing slower.
    package var auth = Duration.seconds(120)
    package var mail = Duration.seconds(300)
    package var recipient = Duration.seconds(300)
    package var data = Duration.seconds(120)
    /// For each piece of the content, ours to fetch or the server's to take.
    package var contentPiece = Duration.seconds(180)
    /// After the dot: servers scan then, and giving up early makes duplicates.
    package var afterContent = Duration.seconds(600)
    /// For the answer to QUIT, which nothing depends on.
    package var quit = Duration.seconds(5)

    package init() {}

    func limit(at stage: TransmitStage, isSendingContent: Bool) -> Duration {
        switch stage {
        case .connect: connect
        case .greeting: greeting
        case .ehlo: ehlo
        case .startTLS: startTLS
        case .auth: auth
        case .mail: mail
        case .rcpt: recipient
        case .data: data
        case .content: isSendingContent ? contentPiece : afterContent
        // Not a stage of this dialogue: an API's, whose transport has limits of its own.
        case .request: afterContent
        }
    }
}
