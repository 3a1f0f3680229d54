package import Relay
internal import Synchronization

/// A token endpoint that answers by script: `token-1`, `token-2`, … unless told otherwise. It counts, and waits at its gate where it has one.
package final class FakeTokenEndpoint: Sendable {
    // A class because the broker's task and the test share it; its state is behind the mutex.
    private struct State {
        var requests: [TokenRequest] = []
        var failures: [TokenFailure] = []
        var lifetime: Double = 3600
        var rotates = false
        var gate: FakeGate?
    }

    private let state = Mutex(State())

    package init() {}

    package var requests: [TokenRequest] { state.withLock { $0.requests } }
    package var count: Int { requests.count }

    /// The next answers, one each, are these.
    package func fail(_ failures: TokenFailure...) { state.withLock { $0.failures += failures } }
    package func fail(_ failures: [TokenFailure]) { state.withLock { $0.failures += failures } }
    package func recover() { state.withLock { $0.failures = [] } }
    package func live(_ seconds: Double) { state.withLock { $0.lifetime = seconds } }
    package func rotate() { state.withLock { $0.rotates = true } }
    package func stop(at gate: FakeGate?) { state.withLock { $0.gate = gate } }

    package var request: RequestToken {
        { request throws(TokenFailure) in
            let (gate, number) = self.state.withLock { state in
                state.requests.append(request)
                return (state.gate, state.requests.count)
            }
            await gate?.pass()
            return try self.answer(number)
        }
    }

    private func answer(_ number: Int) throws(TokenFailure) -> TokenAnswer {
        let (failure, lifetime, rotates) = state.withLock { state in
            (state.failures.isEmpty ? nil : state.failures.removeFirst(), state.lifetime, state.rotates)
        }
        if let failure { throw failure }
        return TokenAnswer(
            accessToken: Secret("token-\(number)"), lifetime: lifetime, refreshToken: rotates ? Secret("refresh-\(number)") : nil,
            scope: nil)
    }
}

extension TokenRequest {
    package var clientSecret: Secret? {
        if case .secret(let secret) = authentication { secret } else { nil }
    }

    /// The refresh token it came with, or nil for every other kind.
    package var refreshText: String? {
        switch kind {
        case .clientCredentials, .authorizationCode, .deviceCode, .serviceAccount: nil
        case .refresh(let secret): secret.revealText()
        }
    }
}
