internal import Crypto
internal import Glibc
internal import Synchronization

/// Clients that hand mail over at once, each keeping a message until it has heard that it was taken (250, or 202) and coming again where it did not, as mail
/// programs do.
///
/// A class because its clients' threads and whoever watches them share it; what changes is behind a lock.
package final class SubmissionCrowd: Sendable {
    package struct Tally: Sendable {
        /// SHA-256 of the body, in hexadecimal, by Message-ID: of those that were taken and no others.
        package var accepted: [String: String] = [:]
        /// Messages whose content had been said when the connection ended without an answer: nobody knows what became of them, so they are handed over again.
        package var unanswered = 0
        /// Times a refusal was heard after the content, by code.
        package var refused: [Int: Int] = [:]
    }

    private struct State {
        var tally = Tally()
        var next = 0
        var allowed = 0
        var isOver = false
        var waiting: [(condition: @Sendable (Tally) -> Bool, done: CheckedContinuation<Tally, Never>)] = []
    }

    private let dial: @Sendable () throws(LoopbackSocket.Trouble) -> any CrowdMember
    private let senders: [String]
    private let octets: Int
    private let state = Mutex(State())

    /// `dial` opens a way in, for each client anew after each break.
    package init(senders: [String], octets: Int, dial: @escaping @Sendable () throws(LoopbackSocket.Trouble) -> any CrowdMember) {
        self.dial = dial
        self.senders = senders
        self.octets = octets
    }

    /// So many messages in all may be handed over by now.
    package func allow(_ count: Int) { state.withLock { $0.allowed = count } }

    /// Who has a message in hand sees it through; then the clients end.
    package func stop() { state.withLock { $0.isOver = true } }

    package var tally: Tally { state.withLock { $0.tally } }

    /// Waits, without polling, until the tally fulfils the condition.
    package func tally(when condition: @escaping @Sendable (Tally) -> Bool) async -> Tally {
        await withCheckedContinuation { done in
            let tally = state.withLock { state -> Tally? in
                if condition(state.tally) { return state.tally }
                state.waiting.append((condition, done))
                return nil
            }
            if let tally { done.resume(returning: tally) }
        }
    }

    /// One client, until `stop`; run each aside.
    package func run() {
        var member: (any CrowdMember)?
        while let number = take() {
            let message = CrowdMessage(number: number, sender: senders[number % senders.count], body: body(number))
            var isDone = false
            while !isDone {
                if member == nil { member = try? dial() }
                if let open = member {
                    do throws(CrowdTrouble) { isDone = try handOver(message, to: open) } catch { member = nil }
                }
                // It is not there, or has no room: five milliseconds, lest the clients take the time that a service needs to start.
                if !isDone { usleep(5_000) }
            }
        }
    }

    private func handOver(_ message: CrowdMessage, to member: any CrowdMember) throws(CrowdTrouble) -> Bool {
        do throws(CrowdTrouble) {
            let code = try member.handOver(message)
            let isTaken = code == 250 || code == 202
            note { tally in
                if isTaken {
                    tally.accepted[message.id] =
                        SHA256.hash(data: message.body).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                } else {
                    tally.refused[code, default: 0] += 1
                }
            }
            return isTaken
        } catch {
            if error == .noAnswer { note { $0.unanswered += 1 } }
            throw error
        }
    }

    /// No two alike, and none of the same length as its neighbours.
    private func body(_ number: Int) -> [UInt8] {
        let line = Array("Line of message \(number), as long as lines in letters usually are, ends here.\r\n".utf8)
        let count = max(octets / line.count + number % 7, 1)
        return (0..<count).flatMap { _ in line }
    }

    /// nil: it is over.
    private func take() -> Int? {
        while true {
            let (number, isOver) = state.withLock { state -> (Int?, Bool) in
                if state.isOver { return (nil, true) }
                guard state.next < state.allowed else { return (nil, false) }
                defer { state.next += 1 }
                return (state.next, false)
            }
            if number != nil || isOver { return number }
            usleep(1_000)
        }
    }

    private func note(_ change: (inout Tally) -> Void) {
        let (tally, met) = state.withLock { state in
            change(&state.tally)
            let tally = state.tally
            let met = state.waiting.filter { $0.condition(tally) }.map(\.done)
            state.waiting.removeAll { $0.condition(tally) }
            return (tally, met)
        }
        for done in met { done.resume(returning: tally) }
    }
}
