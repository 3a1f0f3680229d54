/// Why a store could not do what it was asked, translated from the database's own errors at once.
package enum StoreFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process holds the store for longer than the busy limit.
    case busy
    /// No room to write; nothing of the call was kept.
    case full
    /// The claim belongs to someone else by now, or the message is gone.
    case claimLost
    case notFound(String)
    /// The directory would contradict itself, or the state does not allow it; the text says what stands in the way.
    case conflict(String)
    /// The key of a request was used already, for this message.
    case repeated(SpoolID)
    /// Its client has handed in as much as it may.
    case overQuota(QuotaExcess)
    /// The directory moved since the caller looked.
    case editionMoved(now: Edition)
    /// The key that opens this store is not the one at hand.
    case wrongKey
    /// The vault's key is being rotated: seal under that one and try again.
    case keyMoved(to: String)
    case damaged(String)
    case unavailable(String)

    package var description: String {
        switch self {
        case .busy: "the store is busy: another process has held it for too long; try again"
        case .full: "the disk is full: nothing was stored; make room and try again"
        case .claimLost: "the message was taken over by another run of the service"
        case .notFound(let what): "there is no \(what)"
        case .conflict(let why): why
        case .repeated(let message): "this key was used already, for the message \(message)"
        case .overQuota(let excess): excess.description
        case .editionMoved(let now): "the directory was changed meanwhile (edition \(now)): look again and repeat"
        case .wrongKey: "the store was sealed under another key: give the key file it was made with"
        case .keyMoved: "the vault's key was changed meanwhile: nothing was stored; repeat"
        case .damaged(let what): "the store is damaged: \(what)"
        case .unavailable(let why): "the store cannot be used: \(why)"
        }
    }

    /// Whether the same write may still succeed: everything but an answer about the write itself.
    var mayPass: Bool {
        switch self {
        case .busy, .full, .editionMoved, .keyMoved, .unavailable, .damaged: true
        case .claimLost, .notFound, .conflict, .repeated, .overQuota, .wrongKey: false
        }
    }

    /// Worth another try without anyone doing anything.
    package var isTemporary: Bool {
        switch self {
        case .busy, .full, .editionMoved, .keyMoved: true
        case .overQuota(let excess): excess.wait != nil
        case .claimLost, .notFound, .conflict, .repeated, .wrongKey, .damaged, .unavailable: false
        }
    }
}
