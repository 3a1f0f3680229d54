import Glibc
import Synchronization
import Testing
@testable import Main

/// `>/dev/full`, a full disk, a closed descriptor: half an answer must not end with 0.
struct FullOutputTests {
    private func run(_ shell: Shell, _ words: [String], input: String = "") async -> (status: Int32, err: String) {
        let answer = Mutex([UInt8]())
        let rest = Mutex(Array(input.utf8)[...])
        var live = Live.system()
        live.environment = ["MANDATE_STORE": shell.store]
        live.standardInput = InputStream(
            isTerminal: false,
            read: { count throws(CommandFailure) in
                rest.withLock { rest in
                    let piece = Array(rest.prefix(count))
                    rest = rest.dropFirst(count)
                    return piece
                }
            }, readHiddenLine: { () throws(CommandFailure) -> [UInt8]? in nil })
        live.standardOutput = OutputStream { _ throws(OutputStream.WriteFailure) in
            throw OutputStream.WriteFailure(number: ENOSPC)
        }
        live.standardError = OutputStream { bytes in answer.withLock { $0 += bytes } }
        let status = await Mandate.execute(words, in: live)
        return (status, String(decoding: answer.withLock { $0 }, as: UTF8.self))
    }

    private static let message = "From: tracker@example.org\nTo: ann@example.net\n\nHello\n"

    @Test(arguments: ["users list", "settings list --format json", "decide --from tracker@example.org", "rewrite", "audit journal"])
    func isAFailureWithASentence(line: String) async throws {
        let shell = try await Shell.withCompany()
        let answer = await run(shell, line.split(separator: " ").map(String.init), input: Self.message)
        #expect(answer.status == 73)
        #expect(answer.err == "mandate: standard output could not be written: the disk is full\n")
    }

    /// A caller who saw a failure would hand it over again.
    @Test func anAcceptedMessageStaysAccepted() async throws {
        let shell = try await Shell.withCompany()
        let answer = await run(shell, ["send"], input: Self.message)
        #expect(answer.status == 0)
        #expect(answer.err.contains("was accepted as m-"), "\(answer.err)")
        let listed = await shell.run("queue list --format csv")
        #expect(listed.out.split(separator: "\r\n").count == 2, "\(listed.out)")
    }

    @Test func nothingFollowsAHole() {
        let written = Mutex([UInt8]())
        let stream = OutputStream { bytes throws(OutputStream.WriteFailure) in
            if bytes.count > 3 { throw OutputStream.WriteFailure(number: EIO) }
            written.withLock { $0 += bytes }
        }
        for text in ["one", "three", "two"] { stream.write(text) }
        #expect(written.withLock { $0 } == Array("one".utf8))
        #expect(stream.trouble == EIO)
    }
}
