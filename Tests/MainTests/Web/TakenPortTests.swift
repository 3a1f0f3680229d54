import Foundation
import Glibc
import TestSupport
import Testing

@testable import Main

/// A port for browsers that somebody else has keeps consents waiting, and no mail.
struct TakenPortTests {
    @Test(.timeLimit(.minutes(20))) func mailGoesOnAndTheWayInOpensOnceThePortIsFree() async throws {
        try await Premises.with { premises in
            let (port, taken) = try FreePorts.occupied()
            let words = try ProgramPipe()
            let program = try Program(
                [
                    try Premises.program(), "serve", "--store", premises.folder, "--set", "http.port=\(port)", "--set",
                    "smtp.listen=127.0.0.1:\(try FreePorts.take())",
                ], Program.Streams(errors: words.writing.fileDescriptor))
            var printed = ""
            var isFreed = false
            for await piece in try words.pieces() {
                printed += piece
                // Longer than one try: it was the second that ended the service.
                if !isFreed, printed.contains("cannot be listened on") {
                    isFreed = true
                    await Live.system().wait(6)
                    close(taken)
                } else if printed.contains("listening for browsers") {
                    program.signal(SIGTERM)
                }
            }
            #expect(await program.end() == 0, "\(printed)")
            #expect(printed.contains("listening for browsers"), "\(printed)")
        }
    }
}
