internal import Relay
internal import Synchronization
internal import struct FoundationEssentials.Date

/// Codes that a person types at another screen, for as long as they are good. In memory, since they are worth nothing to anybody else and are cheap to ask for
/// again. A class because requests share it.
final class InvitationBoard: Sendable {
    struct Invitation: Sendable {
        let userCode: String
        let address: String
        let expires: Date
    }

    /// More consents than this are not under way at once.
    private static let most = 100
    private let invitations = Mutex<[ConsentID: Invitation]>([:])

    func put(_ invitation: Invitation, for id: ConsentID, at now: Date) {
        invitations.withLock { invitations in
            invitations = invitations.filter { $0.value.expires > now }
            if invitations.count < Self.most { invitations[id] = invitation }
        }
    }

    func invitation(_ id: ConsentID) -> Invitation? { invitations.withLock { $0[id] } }
}
