import TestSupport
import Testing
import XMLImport

/// Files nobody wrote by mistake. Each is read or refused, and the process is there afterwards.
struct HostileFileTests {
    private static func valid() throws -> [UInt8] { try AutoconfigCase(name: "plain-valid").bytes }

    @Test func everyBeginningOfAFileIsRefused() async throws {
        let bytes = try Self.valid()
        // Behind the last ">" there is a line end, and nothing is missing without it.
        for count in 0..<(bytes.count - 1) {
            await Task.yield()  // there are as many threads as processors, and tests that watch the clock need one
            #expect(throws: ImportProblem.self, "\(count)") { _ = try Autoconfig(Array(bytes[..<count])) }
        }
    }

    @Test func anyByteAnywhereIsReadOrRefused() async throws {
        let bytes = try Self.valid()
        var read = 0
        // Every third place meets each kind of tag and text.
        for index in stride(from: 0, to: bytes.count, by: 3) {
            await Task.yield()
            for byte: UInt8 in [0x26, 0x3C, 0x22, 0xFF] {
                var damaged = bytes
                damaged[index] = byte
                do throws(ImportProblem) { if try Autoconfig(damaged).oauth2 != nil { read += 1 } } catch {
                    #expect(!error.description.isEmpty)
                }
            }
        }
        #expect(read > 0)
    }

    /// Quadratic in the parser, so it must not get there: in quotes, over lines, behind what looks like another tag's end.
    @Test(arguments: ["<a ", "<clientConfig><b\n", "<a t='>' ", "<!-- <a --><a "])
    func attributeBombsAreRefused(_ opening: String) throws {
        let bomb = opening + (0..<5000).map { "a\($0)='' " }.joined() + "/>"
        let problem = #expect(throws: ImportProblem.self) { _ = try Autoconfig(Array(bomb.utf8)) }
        #expect(problem?.reason == .tooManyAttributes(limit: 32), "\(String(describing: problem))")
    }

    @Test func depthIsBounded() throws {
        let deep = String(repeating: "<a>", count: 20_000)
        let problem = #expect(throws: ImportProblem.self) { _ = try Autoconfig(Array(deep.utf8)) }
        #expect(problem == ImportProblem(.tooDeep(limit: 16), line: 1))
    }

    @Test func sizeIsBoundedBeforeTheParse() throws {
        let problem = #expect(throws: ImportProblem.self) { _ = try Autoconfig([UInt8](repeating: 0x3C, count: 10_000_000)) }
        #expect(problem?.reason == .tooBig(limit: 65_536))
    }

    @Test func manyAtOnceAreReadAlike() async throws {
        let bytes = try Self.valid()
        let alone = try Autoconfig(bytes)
        try await withThrowingTaskGroup(of: Autoconfig.self) { group in
            for _ in 0..<200 { group.addTask { try Autoconfig(bytes) } }
            for try await autoconfig in group { #expect(autoconfig == alone) }
        }
    }
}
