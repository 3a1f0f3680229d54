package import Relay
internal import Synchronization

/// Requests with a key of the client's own that have not been answered yet: who asks with the same key meanwhile must not get a second message. A class
/// because all requests share it; across processes the store decides.
package final class RequestsUnderWay: Sendable {
    private let keys = Mutex<Set<String>>([])

    package func run<Answer>(_ key: String, of client: ClientID, _ work: () async throws -> Answer) async throws -> Answer {
        // A space cannot be in a client's id that we made; a length in front keeps the others apart.
        let name = "\(client.text.utf8.count) \(client.text) \(key)"
        guard keys.withLock({ $0.insert(name).inserted }) else {
            throw Problem(.conflict, "a request with this key is under way", fix: "wait for its answer, or repeat it then", retryAfter: 1)
        }
        defer { keys.withLock { _ = $0.remove(name) } }
        return try await work()
    }
}
