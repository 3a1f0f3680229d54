package import Foundation

/// How the client behaves; everything that a test or an administrator may want otherwise.
package struct TransmitSettings: Sendable {
    /// How we call ourselves at EHLO (RFC 5321 section 4.1.1.1); a name that resolves is best, and few submission servers look.
    package var name = "localhost"
    /// A token may travel in clear, but only to this machine itself: for the sandbox and for relays on the same host.
    package var allowsClearTextOnLoopback = false
    /// Exchange Online takes three connections for a mailbox and answers 432 4.3.2 to the fourth (domain.md 2.4).
    package var connectionsPerLogin = 3
    /// Some servers end long sessions without warning; a fresh sign-in each hundred messages costs nothing noticeable.
    package var messagesPerConnection = 100
    /// How long a connection is kept without work. Exchange closes idle ones after minutes, and three is all a mailbox has.
    package var idleLimit = Duration.seconds(60)
    package var limits = PhaseLimits()
    /// Only to say in words whether a certificate has expired; TLS itself judges by the system's clock.
    package var now: @Sendable () -> Date

    package init(now: @escaping @Sendable () -> Date) {
        self.now = now
    }
}
