import Foundation
import Testing

@testable import Main

/// The main job on real input, as `mandate demo --once` runs it.
@Suite struct DemoTests {
    @Test func everyMessageArrivesAsDecided() async throws {
        let answer = try await Desk().run("demo --once --format json")
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.err.contains("everything as decided"))
    }

    @Test func folderWithoutMessagesSaysWhatToDo() async throws {
        let answer = try await Desk().run("demo --once --messages /nonexistent")
        #expect(answer.status == 66)
        #expect(answer.err.contains("--messages"))
    }
}
