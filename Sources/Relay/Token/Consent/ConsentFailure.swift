/// Why a consent came to nothing, in words for the person at the browser. The grant is as it was before.
package enum ConsentFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The grant, its application or its provider is not one to consent to: why, and what to do.
    case notPossible(String)
    case unknownState
    case expired
    case alreadyUsed
    case otherBrowser
    /// The answer arrived at another application's address: two providers were mixed up (RFC 9207 section 1, RFC 9700 section 4.4).
    case otherApplication
    case issuerMissing(expected: String)
    case otherIssuer(expected: String, found: String)
    /// The person or the provider said no.
    case declined(error: String, description: String)
    /// The tenant has set it up so; in words, with what to do.
    case blocked(ConsentObstacle.Kind, String)
    case wrongPerson(expected: String, found: String)
    case identity(String)
    case scopesMissing([String])
    case noRefreshToken
    case token(TokenFailure)
    /// A person changed the grant while another was consenting to it.
    case grantChanged
    case temporary(String)

    package var description: String {
        switch self {
        case .notPossible(let why): why
        case .unknownState: "this answer belongs to no consent that was begun here, or to one long forgotten: begin again"
        case .expired:
            "the time for this consent is over: begin again (a link is good for a quarter of an hour, a code as long as the provider says)"
        case .alreadyUsed: "this answer was used already: each begins and ends once; begin again if the grant does not work"
        case .otherBrowser: "this is not the browser that the consent was begun in: open the link again and stay in one browser"
        case .otherApplication: "the answer came back to another application's redirect address: it may be forged, so it was not used"
        case .issuerMissing(let expected): "the answer does not name its issuer, which \(expected) always does: it was not used"
        case .otherIssuer(let expected, let found):
            "the answer is from \(found), not from \(expected): it may be forged, so it was not used"
        case .declined(let error, let description):
            "the provider did not give consent (\(error))" + (description.isEmpty ? "" : ": \(description)")
        case .blocked(_, let words): words
        case .wrongPerson(let expected, let found):
            "signed in was \(found), but this grant is \(expected)'s: sign out at the provider, or use a private window, and begin again"
        case .identity(let why): "who consented could not be verified: \(why)"
        case .scopesMissing(let scopes):
            "the consent lacks \(scopes.joined(separator: ", ")): begin again and leave every permission switched on, or add it to the app registration"
        case .noRefreshToken:
            "the provider gave no refresh token, so the consent would end within the hour: allow offline access, and begin again"
        case .token(let failure): "\(failure)"
        case .grantChanged: "the grant was changed while consent was under way: begin again"
        case .temporary(let why): "try again in a moment: \(why)"
        }
    }
}
