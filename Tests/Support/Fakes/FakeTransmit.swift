package import Mail
package import Relay
internal import Synchronization

/// A way out that keeps what it was given, byte for byte, and answers by script; without a script everything is taken.
package final class FakeTransmit: Sendable {
    package struct Sent: Sendable {
        package let login: String
        package let host: String?
        package let token: String
        package let envelope: Envelope
        /// Header, empty line and body.
        package let bytes: [UInt8]
    }

    package typealias Answer = @Sendable (Sent) -> Result<[RecipientReply], TransmitFailure>

    // A class because attempts and the test share it; its state is behind the mutex.
    private struct State {
        var sent: [Sent] = []
        var underWay = 0
        var mostUnderWay = 0
        var answer: Answer?
        var gate: FakeGate?
    }

    private let state = Mutex(State())

    package init() {}

    package var sent: [Sent] { state.withLock { $0.sent } }
    package var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    package func answer(_ answer: @escaping Answer) { state.withLock { $0.answer = answer } }
    package func stop(at gate: FakeGate?) { state.withLock { $0.gate = gate } }

    package var transmit: Transmit {
        { message throws(TransmitFailure) in try await self.take(message) }
    }

    private func take(_ message: OutgoingMessage) async throws(TransmitFailure) -> [RecipientReply] {
        var bytes = message.header + [0x0D, 0x0A]
        var number = 0
        do throws(StoreFailure) {
            while let chunk = try await message.body(number) {
                bytes += chunk
                number += 1
            }
        } catch { throw TransmitFailure(stage: .content, cause: .ours(error.description)) }
        let sent = Sent(
            login: message.login, host: message.provider.smtp?.host, token: message.token.revealText(), envelope: message.envelope,
            bytes: bytes)
        let (gate, answer) = state.withLock { state in
            state.sent.append(sent)
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            return (state.gate, state.answer)
        }
        await gate?.pass()
        state.withLock { $0.underWay -= 1 }
        guard let answer else { return message.envelope.recipients.map { _ in .taken } }
        return try answer(sent).get()
    }
}

extension RecipientReply {
    package static let taken = RecipientReply(stage: .content, reply: ProviderReply(code: 250, enhanced: "2.0.0", text: "ok"))
}
