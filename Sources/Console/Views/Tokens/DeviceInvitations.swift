internal import Web
internal import Relay
internal import Synchronization
internal import struct FoundationEssentials.Date

/// The codes that a person types at another screen, so that the page that shows one can be loaded again. In memory, since who asks the provider whether it was
/// typed lives no longer either: after a new start a code that was kept would be shown, and nobody would wait for it. A class because requests share it.
final class DeviceInvitations: Sendable {
    struct Invitation: Sendable {
        let userCode: String
        let address: String
        let expires: Date
    }

    /// More consents than this are not under way at once; the one that ends first makes room.
    private static let most = 200
    private let invitations = Mutex<[ConsentID: Invitation]>([:])

    func put(_ invitation: Invitation, for id: ConsentID, at now: Date) {
        invitations.withLock { invitations in
            invitations = invitations.filter { now < $0.value.expires }
            if invitations.count >= Self.most, let first = invitations.min(by: { $0.value.expires < $1.value.expires }) {
                invitations[first.key] = nil
            }
            invitations[id] = invitation
        }
    }

    /// nil: it is over, or of another run of the service.
    func invitation(_ id: ConsentID, at now: Date) -> Invitation? {
        invitations.withLock { $0[id] }.flatMap { now < $0.expires ? $0 : nil }
    }
}
