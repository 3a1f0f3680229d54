import Foundation
import Testing

@testable import Main

/// The main job on real input, as `mandate demo --once` runs it.
@Suite struct DemoTests {
    /// Beside a thousand other tests the right may be taken back only after its message has left: this one wants the cores, as `.ci/run` gives them.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["MANDATE_WEB_PEERS"] != nil))
    func everyMessageArrivesAsDecided() async throws {
        let answer = try await Shell().run("demo --once --format json")
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.err.contains("everything as decided"))
        // A right revoked, a consent withdrawn, the provider down: each message arrived by another attempt, and the table says so.
        #expect(answer.out.contains("send-as: denied 554 5.2.252, then reply-to: sent"))
        #expect(answer.out.contains("own: needs consent: invalid_grant, then reply-to: sent"))
        #expect(answer.out.contains("own: retry, then own: sent"))
        #expect(answer.out.contains("mandate grants authorize ann"), "what mends the withdrawn consent")
    }

    @Test func folderWithoutMessagesSaysWhatToDo() async throws {
        let answer = try await Shell().run("demo --once --messages /nonexistent")
        #expect(answer.status == 66)
        #expect(answer.err.contains("--messages"))
    }
}
