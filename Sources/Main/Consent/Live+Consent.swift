internal import CurlTransmit
internal import Logging
internal import Relay
internal import Store

extension Live {
    /// A flow on this store that talks to the providers themselves.
    func consentFlow(
        _ store: DatabaseStore, _ vault: Vault, _ curl: CurlThread, purpose: @escaping @Sendable (GrantID) -> ConsentPurpose?
    ) -> ConsentFlow {
        ConsentFlow(
            store: store, vault: vault, request: tokenClient(curl).requestToken, verify: IdentityVerifier(curl, now: now).verify,
            purpose: purpose, now: now, random: { randomBytes($0) })
    }
}

extension ConsentFailure {
    var status: ExitStatus {
        switch self {
        case .wrongPerson, .otherBrowser, .otherApplication, .otherIssuer, .issuerMissing, .declined, .blocked, .identity: .notPermitted
        case .notPossible, .scopesMissing, .noRefreshToken: .configuration
        case .unknownState, .expired, .alreadyUsed: .data
        case .grantChanged, .temporary: .temporary
        case .token(let failure): failure.status
        }
    }
}
