internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Relay
internal import ServiceLifecycle
internal import Store

/// Holds the right to serve a store that several machines can reach, for as long as this process serves it.
struct ServiceTerm: Service {
    /// Seconds: several times within a term, so that one that fails does no harm.
    private static let pace: Double = 3
    /// How long a service that has ended without handing over still has its term, and a little more.
    private static let longestWait: Double = 18

    private let right: any ServiceRight
    private let holder: ServiceHolder
    private let live: Live
    private let log: Logger

    /// nil: the lock in the store's folder is enough. Waits for a service that has ended; of one that goes on it says who it is.
    static func take(of store: DatabaseStore, node: String, live: Live, log: Logger) async throws -> ServiceTerm? {
        guard let right = store.serviceRight else { return nil }
        let holder = ServiceHolder(node: node, incarnation: live.identifier("service"), host: hostName)
        let end = live.now().addingTimeInterval(longestWait)
        var isTold = false
        while true {
            switch try await right.take(holder) {
            case .taken(let before):
                if let before { try await release(before, store, live, log) }
                return ServiceTerm(right: right, holder: holder, live: live, log: log)
            case .held(let other):
                guard live.now() < end else {
                    throw CommandFailure(
                        .unavailable,
                        "\(store.place) is served by node \(other.node) on \(other.host): one at a time does that; stop it there first")
                }
                if !isTold { log.notice("\(store.place) is served by node \(other.node) on \(other.host); waiting whether that has ended") }
                isTold = true
                await live.wait(1)
            }
        }
    }

    /// Whoever had it wrote nothing since: what it had in hand is ours, and may have been sent.
    private static func release(_ before: ServiceHolder, _ store: DatabaseStore, _ live: Live, _ log: Logger) async throws {
        let released = try await store.recover(for: Claimant(node: before.node, incarnation: live.identifier("gone")), at: live.now())
        log.warning(
            "node \(before.node) on \(before.host) has ended without handing the store over; of its messages \(released.count) are sent again and may arrive twice"
        )
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        return gethostname(&name, name.count - 1) == 0
            ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "unknown"
    }

    /// Throws when another has it: this process has nothing to do here any more, and nothing that it writes is kept.
    func run() async throws {
        var isLate = false
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do throws(StoreFailure) {
                guard try await right.prolong(holder) else {
                    throw StoreFailure.conflict("another service has taken this store over")
                }
                if isLate { log.notice("the right to serve was prolonged again") }
                isLate = false
            } catch .conflict(let words) {
                throw CommandFailure(.unavailable, words)
            } catch {
                if !isLate { log.warning("the right to serve could not be prolonged: \(error)") }
                isLate = true
            }
            await cancelWhenGracefulShutdown { await live.wait(Self.pace) }
        }
    }

    func drop() async {
        do throws(StoreFailure) { try await right.drop(holder) } catch {
            log.warning("the right to serve could not be handed back, and runs out by itself: \(error)")
        }
    }
}
