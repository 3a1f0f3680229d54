/// What a wrong id token has wrong, on demand.
package enum IDTokenDefect: Sendable, Hashable, CaseIterable {
    case signature, audience, noAudience, issuer, nonce, expired, algorithmNone
    /// Numbers that are no seconds of anybody's.
    case absurdEnd, absurdBeginning
}
