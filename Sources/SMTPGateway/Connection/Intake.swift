internal import Relay

/// One message being taken in: a task that passes pieces to Accept while they arrive, so that a message never stands whole in memory.
struct Intake: Sendable {
    let pipe: ContentPipe
    private let submission: Submission
    private let surroundings: AcceptStage.Surroundings

    init(_ submission: Submission, _ surroundings: AcceptStage.Surroundings, drained: @escaping @Sendable () -> Void) {
        self.submission = submission
        self.surroundings = surroundings
        pipe = ContentPipe(drained: drained)
    }

    /// Its octets cannot be a message, whatever they say.
    func refused(_ why: String) { surroundings.report(AcceptReport(submission, .refused(why: why, nil))) }

    /// nil: it was cut off, and nothing was kept.
    func run() async -> Result<Receipt, AcceptFailure>? {
        var stage = AcceptStage(submission, surroundings)
        do throws(AcceptFailure) {
            while let piece = await pipe.next() { try await stage.consume(piece) }
            guard !pipe.isCut else {
                await stage.discard()
                return nil
            }
            return .success(try await stage.finish())
        } catch {
            // The client goes on sending what nobody reads any more.
            pipe.cut()
            return .failure(error)
        }
    }
}
