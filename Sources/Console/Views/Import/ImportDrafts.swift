internal import Web
internal import Relay
internal import Synchronization
internal import struct FoundationEssentials.Date

/// Imports between the look and the end of the work. In memory, because a draft changes nothing and is cheap to make again: what a restart
/// forgets is a file that somebody still has. A class because requests and background tasks share it.
final class ImportDrafts: Sendable {
    enum State: Sendable, Hashable {
        case draft
        case applying(done: Int)
        /// In words how it ended.
        case applied(String)
        case failed(String)

        var isUnderWay: Bool { if case .applying = self { true } else { false } }
    }

    struct Entry: Sendable {
        var draft: ImportDraft
        /// Whose; one draft for each.
        let session: Session
        var state: State
    }

    /// In all: each may hold a million users.
    private static let most = 4
    /// Seconds: what was compared longer ago is compared with what is no longer so.
    private static let life = 3600.0
    private let entries = Mutex<[Entry]>([])

    func put(_ draft: ImportDraft, of session: Session) throws(Problem) {
        try entries.withLock { entries throws(Problem) in
            Self.sweep(&entries, at: draft.at)
            entries.removeAll { $0.session == session && !$0.state.isUnderWay }
            if entries.count >= Self.most, let oldest = entries.firstIndex(where: { !$0.state.isUnderWay }) { entries.remove(at: oldest) }
            guard entries.count < Self.most else {
                throw Problem(.busy, "\(Self.most) imports are under way", fix: "wait until one of them has ended", retryAfter: 60)
            }
            entries.append(Entry(draft: draft, session: session, state: .draft))
        }
    }

    private static func sweep(_ entries: inout [Entry], at now: Date) {
        entries.removeAll { now.timeIntervalSince($0.draft.at) > life && !$0.state.isUnderWay }
    }

    func all(at now: Date) -> [Entry] {
        entries.withLock { entries in
            Self.sweep(&entries, at: now)
            return entries
        }
    }

    func entry(_ id: String, at now: Date) -> Entry? { all(at: now).first { $0.draft.id == id } }

    /// What is to be applied, once; nil: it is under way or over, or was never to be applied.
    func take(_ id: String) -> ImportDraft.Work? {
        entries.withLock { entries in
            guard let place = entries.firstIndex(where: { $0.draft.id == id }), entries[place].state == .draft,
                entries[place].draft.canBeApplied
            else { return nil }
            let work = entries[place].draft.work
            entries[place].draft.work = .nothing
            entries[place].state = .applying(done: 0)
            return work
        }
    }

    func set(_ state: State, of id: String) {
        entries.withLock { entries in
            if let place = entries.firstIndex(where: { $0.draft.id == id }) { entries[place].state = state }
        }
    }

    /// False: it is no draft any more. What is under way goes on.
    func discard(_ id: String) -> Bool {
        entries.withLock { entries in
            guard let place = entries.firstIndex(where: { $0.draft.id == id && $0.state == .draft }) else { return false }
            entries.remove(at: place)
            return true
        }
    }
}
