import Foundation
import Mail
import Relay
import SQLiteEngine
import Store
import Synchronization
@testable import Main

/// A shell to run commands in: a folder of its own, a clock that stands still, dice that always fall the same way, and paper to read afterwards.
final class Shell: Sendable {
    struct Answer: Sendable {
        let status: Int32
        let out: String
        let err: String
    }

    let folder: String
    var store: String { folder + "/store" }
    let now = Date(timeIntervalSince1970: 1_795_000_000)
    /// The file that commands have run of this program.
    let program = Mutex("/usr/bin/mandate")
    private let dice = Mutex(UInt64(42))

    init() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("mandate-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        folder = path
    }

    /// With a store in it.
    static func withStore() async throws -> Shell {
        let shell = try Shell()
        let answer = await shell.run("init")
        guard answer.status == 0 else { throw CommandFailure(.fault, answer.err) }
        return shell
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: folder) } catch { print("left over: \(folder)") }
    }

    /// Runs one command line, its words separated by spaces; what has spaces comes in an array. With a width, a terminal so wide reads its output.
    @discardableResult
    func run(
        _ words: [String], input: String = "", typed: String? = nil, isTerminal: Bool = false, width: Int? = nil, uid: UInt32 = geteuid(),
        environment: [String: String] = [:], at date: Date? = nil
    ) async -> Answer {
        let out = Mutex([UInt8]()), err = Mutex([UInt8]())
        let rest = Mutex(Array(input.utf8)[...])
        let now = date ?? self.now
        let live = live(
            at: now, uid: uid, environment: environment,
            standardInput: InputStream(
                isTerminal: isTerminal,
                read: { count throws(CommandFailure) in
                    rest.withLock { rest in
                        let piece = Array(rest.prefix(count))
                        rest = rest.dropFirst(count)
                        return piece
                    }
                },
                readHiddenLine: { () throws(CommandFailure) -> [UInt8]? in typed.map { Array($0.utf8) } }),
            standardOutput: OutputStream(isTerminal: width != nil, width: width) { bytes in out.withLock { $0 += bytes } },
            standardError: OutputStream(isTerminal: isTerminal) { bytes in err.withLock { $0 += bytes } })
        let status = await Mandate.execute(words, in: live)
        return Answer(
            status: status, out: String(decoding: out.withLock { $0 }, as: UTF8.self),
            err: String(decoding: err.withLock { $0 }, as: UTF8.self))
    }

    /// The world as it is in this shell.
    func live(
        at now: Date? = nil, uid: UInt32 = geteuid(), environment: [String: String] = [:],
        standardInput: Main.InputStream = Main.InputStream(read: { _ throws(CommandFailure) in [] }),
        standardOutput: Main.OutputStream = Main.OutputStream(isTerminal: false) { _ in },
        standardError: Main.OutputStream = Main.OutputStream(isTerminal: false) { _ in }
    ) -> Live {
        let now = now ?? self.now
        return Live(
            now: { now },
            draw: { [self] in
                dice.withLock { state in  // SplitMix64
                    state &+= 0x9E37_79B9_7F4A_7C15
                    var z = state
                    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
                    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
                    return z ^ (z >> 31)
                }
            },
            environment: ["MANDATE_STORE": store].merging(environment) { $1 },
            account: Live.Account(uid: uid, name: uid == geteuid() ? "tester" : "stranger", home: folder),
            standardInput: standardInput, standardOutput: standardOutput, standardError: standardError, program: program.withLock { $0 })
    }

    @discardableResult
    func run(_ line: String, input: String = "") async -> Answer {
        await run(line.split(separator: " ").map(String.init), input: input)
    }

    /// Runs what a test needs before it begins; stops the test if that fails.
    func set(_ lines: String...) async throws {
        for line in lines {
            let answer = await run(line, input: "s3cret\n")
            guard answer.status == 0 else { throw CommandFailure(.fault, "\(line): \(answer.err)") }
        }
    }

    func file(_ name: String, _ text: String, mode: Int = 0o600) throws -> String {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    func read<Answer>(_ work: (DatabaseStore) async throws -> Answer) async throws -> Answer {
        let store = try await SQLiteStore.open(at: store, vault: nil, random: { [UInt8](repeating: 0, count: $0) })
        let answer = try await work(store)
        try await store.close()
        return answer
    }

    /// As a command that has the key file.
    func write(_ work: (DatabaseStore) async throws -> Void) async throws {
        let live = live()
        let store = try await SQLiteStore.open(at: store, vault: try KeyFile.vault(for: store, live), random: { live.randomBytes($0) })
        try await work(store)
        try await store.close()
    }

    func edition() async throws -> Int64 { try await read { try await $0.directory().edition.number } }
    func directory() async throws -> Directory { try await read { try await $0.directory() } }
}
