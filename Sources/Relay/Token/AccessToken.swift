package import struct FoundationEssentials.Date

/// An access token in the hand: opaque, never parsed (Entra's format is not ours to read), good until it expires or a server refuses it.
package struct AccessToken: Sendable {
    package let secret: Secret
    package let obtained: Date
    package let expires: Date
    /// The credentials it was had with; a person's change of the grant makes it void.
    package let revision: Edition

    package init(secret: Secret, obtained: Date, expires: Date, revision: Edition) {
        self.secret = secret
        self.obtained = obtained
        self.expires = expires
        self.revision = revision
    }

    /// By its bytes: the moment it was had at loses its fractions in a store, and would make a refused token look newer than itself.
    package func isSame(as other: AccessToken) -> Bool { secret.reveal() == other.secret.reveal() }

    /// A token in its last minute would expire while a message is under way.
    package static let leastLife: Double = 60

    /// One that was had in the future was had before the clock was set back: when it ends is not known any more.
    package func isGood(at now: Date, life: Double = leastLife) -> Bool {
        expires.timeIntervalSince(now) > life && obtained.timeIntervalSince(now) <= Self.leastLife
    }

    /// Renewed when four fifths of its life are over, at the earliest; the draw in 0..<1 spreads thousands of tokens over a tenth of it.
    package func renewal(spread: Double) -> Date {
        obtained.addingTimeInterval(expires.timeIntervalSince(obtained) * (0.8 + 0.1 * spread))
    }
}
