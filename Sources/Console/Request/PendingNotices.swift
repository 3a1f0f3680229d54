internal import Web
internal import Synchronization

/// Holds a word for the page that a redirect leads to. A class because requests share it.
final class PendingNotices: Sendable {
    /// Sessions with a word that nobody has read: more than this are not read any more.
    private static let most = 1000
    private let notices = Mutex<[String: Notice]>([:])

    func put(_ notice: Notice, for session: Session) {
        notices.withLock { notices in
            if notices.count >= Self.most { notices = [:] }
            notices[session.nonce] = notice
        }
    }

    func take(for session: Session) -> Notice? { notices.withLock { $0.removeValue(forKey: session.nonce) } }
}
