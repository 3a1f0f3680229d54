import CurlTransmit
import Mail
import Relay
import Synchronization
import TestSupport
import Testing

/// What API sends hold in memory at once, counted: bodies that were read and requests that are not answered yet.
@Suite(.timeLimit(.minutes(20)))
struct OctetBudgetTests {
    /// Counts messages in hand, and answers a request when as many are under way as are expected, or when told to.
    private final class Counter: Sendable {
        private struct State {
            var held: [String: Int] = [:]
            var most = 0
            var waiting: [CheckedContinuation<Void, Never>] = []
            var isOpen = false
        }

        private let state = Mutex(State())

        var most: Int { state.withLock { $0.most } }
        var underWay: Int { state.withLock { $0.waiting.count } }

        func read(_ login: String, _ octets: Int) {
            state.withLock { state in
                state.held[login] = octets
                state.most = max(state.most, state.held.values.reduce(0, +))
            }
        }

        func answer(_ url: String) async -> HTTPResponse {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting.append(continuation) }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
            state.withLock { state in
                for login in state.held.keys where url.contains("/users/\(login)/") { state.held[login] = nil }
            }
            return HTTPResponse(status: 202, fields: [])
        }

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    private static let mebibyte = 1 << 20

    private func transmit(_ counter: Counter, mebibytes: Int) -> APITransmit {
        APITransmit(now: { Samples.start }, budget: mebibytes * Self.mebibyte) { request throws(CurlFailure) in
            await counter.answer(request.url)
        }
    }

    private func message(_ login: String, octets: Int, _ counter: Counter) throws -> OutgoingMessage {
        let header = Array("From: ann@example.org\r\nTo: rob@example.com\r\n".utf8)
        let body = [UInt8](repeating: 65, count: octets - header.count - 2)
        var provider = Provider.microsoft
        provider.limits.requestSize = nil
        return OutgoingMessage(
            transport: .graph, provider: provider, login: login, token: Secret("t"),
            envelope: Envelope(sender: .null, recipients: [Recipient(address: try EmailAddress("rob@example.com"))]), header: header,
            bodySize: body.count,
            body: { number in
                if number == 0 { counter.read(login, octets) }
                return number == 0 ? body : nil
            })
    }

    @Test func twentyMessagesHoldNoMoreThanTheBudget() async throws {
        let counter = Counter()
        // Two of a mebibyte, four times each.
        let transmit = transmit(counter, mebibytes: 9)
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                let message = try message("u\(number)", octets: Self.mebibyte, counter)
                group.addTask { _ = try await transmit.send(message) }
            }
            while counter.underWay < 2 { await Task.yield() }
            for _ in 0..<1000 { await Task.yield() }
            #expect(counter.underWay == 2, "the others wait, with nothing read")
            counter.open()
            try await group.waitForAll()
        }
        #expect(counter.most == 2 * Self.mebibyte)
    }

    @Test func aMessageBeyondTheBudgetGoesAlone() async throws {
        let counter = Counter()
        let transmit = transmit(counter, mebibytes: 1)
        try await withThrowingTaskGroup { group in
            for number in 0..<3 {
                let message = try message("u\(number)", octets: 2 * Self.mebibyte, counter)
                group.addTask { _ = try await transmit.send(message) }
            }
            while counter.underWay < 1 { await Task.yield() }
            counter.open()
            try await group.waitForAll()
        }
        #expect(counter.most == 2 * Self.mebibyte)
    }

    @Test func whoIsToldToStopDoesNotWaitForMemory() async throws {
        let counter = Counter()
        let transmit = transmit(counter, mebibytes: 4)
        let first = try message("first", octets: Self.mebibyte, counter)
        let second = try message("second", octets: Self.mebibyte, counter)
        let sending = Task { try await transmit.send(first) }
        while counter.underWay < 1 { await Task.yield() }
        let waiting = Task { try await transmit.send(second) }
        waiting.cancel()
        let failure = await #expect(throws: TransmitFailure.self) { _ = try await waiting.value }
        #expect(failure?.contentHadLeft == false)
        counter.open()
        _ = try await sending.value
    }
}
