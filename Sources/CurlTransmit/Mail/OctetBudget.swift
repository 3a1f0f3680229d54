internal import Synchronization

/// So many octets at once, first come, first served. Who wants more than there are waits until nobody else has any, and then goes alone.
final class OctetBudget: Sendable {
    // A class because all sends share it; its only state is behind the mutex.
    private struct State {
        var taken = 0
        var waiting: [(number: Int, octets: Int, turn: CheckedContinuation<Bool, Never>)] = []
        var last = 0
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    /// Waits for its turn; false, and nothing is taken, when the task is cancelled meanwhile.
    func take(_ octets: Int) async -> Bool {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    guard state.waiting.isEmpty, fits(octets, state) else {
                        state.waiting.append((number, octets, turn))
                        return nil
                    }
                    state.taken += octets
                    return true
                }
                if let answer { turn.resume(returning: answer) }
            }
        } onCancel: {
            let (left, admitted) = state.withLock { state in
                let index = state.waiting.firstIndex { $0.number == number }
                return (index.map { state.waiting.remove(at: $0).turn }, admit(&state))
            }
            left?.resume(returning: false)
            for turn in admitted { turn.resume(returning: true) }
        }
    }

    func give(back octets: Int) {
        let admitted = state.withLock { state in
            state.taken -= octets
            return admit(&state)
        }
        for turn in admitted { turn.resume(returning: true) }
    }

    private func fits(_ octets: Int, _ state: State) -> Bool { state.taken == 0 || octets <= limit - state.taken }

    /// Those whose turn it is; nobody overtakes one who waits for much.
    private func admit(_ state: inout State) -> [CheckedContinuation<Bool, Never>] {
        var admitted: [CheckedContinuation<Bool, Never>] = []
        while let first = state.waiting.first, fits(first.octets, state) {
            state.waiting.removeFirst()
            state.taken += first.octets
            admitted.append(first.turn)
        }
        return admitted
    }
}
