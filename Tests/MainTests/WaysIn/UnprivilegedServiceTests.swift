import Foundation
import Glibc
import TestSupport
import Testing

@testable import Main

/// Who may not do everything on this machine serves mail all the same: a service runs as a user of its own.
struct UnprivilegedServiceTests {
    @Test(.timeLimit(.minutes(20))) func aServiceWithoutCapabilitiesGreets() async throws {
        try await Premises.with { premises in
            let words = try ProgramPipe()
            let bare = geteuid() == 0 ? ["/usr/bin/setpriv", "--bounding-set=-all", "--inh-caps=-all"] : []
            let port = try FreePorts.take()
            let program = try Program(
                bare + [
                    try Premises.program(), "serve", "--store", premises.folder, "--set", "http.port=\(try FreePorts.take())", "--set",
                    "smtp.listen=127.0.0.1:\(port)",
                ], Program.Streams(errors: words.writing.fileDescriptor))
            var printed = ""
            var greeting = ""
            for await piece in try words.pieces() {
                printed += piece
                guard greeting.isEmpty, printed.contains("listening for mail") else { continue }
                greeting = try await LoopbackSocket.aside {
                    let socket = try LoopbackSocket(port: port)
                    return String(decoding: try socket.receive(), as: UTF8.self)
                }
                program.signal(SIGTERM)
            }
            #expect(await program.end() == 0, "\(printed)")
            #expect(greeting.hasPrefix("220 "), "\(printed)")
        }
    }
}
