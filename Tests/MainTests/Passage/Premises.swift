import Crypto
import Foundation
import Logging
import Mail
import Relay
import Store
import Sandbox
import TestSupport

@testable import Main

/// A store with the demo's company, the pretend provider beside it, and the built program to run on both: everything as a user has it, on
/// loopback, in a folder of its own.
struct Premises: Sendable {
    let folder: String
    let sandbox: Sandbox
    let store: DatabaseStore
    let vault: Vault
    let live: Live

    /// `disk`: a folder to put its own into; nil: where temporary files are.
    static func with(keepingContent: Bool = false, on disk: String? = nil, _ body: (Premises) async throws -> Void) async throws {
        let live = Live.system()
        let folder = URL(filePath: disk ?? FileManager.default.temporaryDirectory.path).appending(path: live.identifier("mandate-test"))
            .path
        defer { try? FileManager.default.removeItem(atPath: folder) }  // what is left in a temporary folder harms no test
        var settings = SandboxSettings()
        if !keepingContent { settings.contentLimit = 0 }
        let sandbox = try Sandbox(
            Company.tenant(), settings: settings, clock: { live.now().timeIntervalSince1970 }, generator: live.generator)
        try await sandbox.start()
        let store = try await DemoCommand.makeStore(live, in: folder)
        let vault = try KeyFile.vault(in: KeyFile.path(beside: folder), live)
        let premises = Premises(folder: folder, sandbox: sandbox, store: store, vault: vault, live: live)
        try await DemoRun(sandbox: sandbox, store: store, vault: vault, live: live)
            .settle(Company(at: live.now(), provider: DemoCommand.provider(sandbox), live: live))
        do {
            try await body(premises)
        } catch {
            try await store.close()
            try await sandbox.stop()
            throw error
        }
        try await store.close()
        try await sandbox.stop()
    }

    /// Accepts a small notification from this process, which is not the one that sends it.
    func accept(_ number: Int) async throws -> Receipt {
        let submission = Submission(
            purpose: .notification, recipients: [Recipient(address: try EmailAddress("customer@elsewhere.example"))])
        let decider = StoreDecider(store: store)
        var stage = AcceptStage(
            submission,
            AcceptStage.Surroundings(
                store: store, decider: { question throws(StoreFailure) in try await decider.decider(for: question) }, now: live.now,
                generator: { [live] in live.generator }, domain: try Domain("test.mandate.example")))
        try await stage.consume(
            Array("To: customer@elsewhere.example\r\nSubject: message \(number)\r\n\r\nThe body of \(number).\r\n".utf8))
        return try await stage.finish()
    }

    /// The built program, run on this store.
    func spawn(_ arguments: [String], output: ProgramPipe? = nil) throws -> Program {
        try Program([try Self.program()] + arguments + ["--store", folder], Program.Streams(output: output?.writing.fileDescriptor))
    }

    /// Beside the test bundle, wherever the scratch folder is: the bundle is mapped into this process. Or the one that is named, such as a release build.
    static func program() throws -> String {
        try ProcessInfo.processInfo.environment["MANDATE_TEST_PROGRAM"] ?? product("mandate")
    }

    /// Another program that was built with the tests.
    static func product(_ name: String) throws -> String {
        let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
        for line in maps.split(separator: "\n") where line.hasSuffix(".xctest") {
            guard let slash = line.firstIndex(of: "/") else { continue }
            return URL(filePath: String(line[slash...])).deletingLastPathComponent().appending(path: name).path
        }
        throw CommandFailure.input("the test bundle is not mapped, so the program beside it cannot be found")
    }
}
