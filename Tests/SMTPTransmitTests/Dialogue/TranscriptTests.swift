import Testing

@testable import SMTPTransmit

@Suite struct TranscriptTests {
    @Test(arguments: try Transcript.names(), Transcript.Feeding.allCases)
    func goesAsWritten(_ name: String, _ feeding: Transcript.Feeding) throws {
        try Transcript(named: name).play(feeding)
    }
}
