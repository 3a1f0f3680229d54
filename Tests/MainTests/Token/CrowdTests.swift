import CurlTransmit
import Foundation
import Relay
import SQLiteEngine
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// Many mailboxes at once: one request each, however many ask in however many processes; and one trouble for all when it is the application's.
@Suite(.serialized) struct CrowdTests {
    /// Five hundred askers here, five hundred in another process, a hundred tokens that have expired, a provider that takes its time. On cores for itself:
    /// beside all other tests on a slow machine, requests outlast their thirty seconds, and are rightly made again.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["MANDATE_WEB_PEERS"] != nil))
    func thousandAskersInTwoProcessesAreHundredRequests() async throws {
        try await Crowd.with(100) { crowd in
            let curl = try CurlThread()
            let snapshots = try await crowd.snapshots()
            let old = await crowd.broker(curl, snapshots: snapshots, lag: 7200).tokens(crowd.keys, times: 1)
            #expect(old.failures.isEmpty && crowd.sandbox.record.tokenRequests.count == 100)
            crowd.sandbox.add(.atToken(.delay(milliseconds: 100), .always))
            let other = try OtherProcess(store: crowd.folder)
            try await other.isReady()
            try other.go()
            let ours = await crowd.broker(curl, snapshots: snapshots).tokens(crowd.keys, times: 5)
            #expect(await other.end() == 0)
            #expect(ours.failures.isEmpty, "\(ours.failures)")
            #expect(ours.tokens.count == 100 && ours.tokens.values.allSatisfy { $0.count == 1 })
            #expect(crowd.sandbox.record.tokenRequests.count == 200)
            #expect(crowd.sandbox.record.tokensIssued == 200)
            await curl.stop()
        }
    }

    /// What the other process does; it is this test bundle, run again with this one test.
    @Test(.enabled(if: OtherProcess.store != nil)) func askInTheOtherProcess() async throws {
        let folder = try #require(OtherProcess.store)
        let live = Live.system()
        let vault = try KeyFile.vault(in: KeyFile.path(beside: folder), live)
        let store = try await SQLiteStore.open(at: folder, vault: vault, random: { live.randomBytes($0) })
        let directory = try await store.directory()
        let curl = try CurlThread()
        let broker = TokenBroker(
            renewer: live.renewer(store, vault, holder: live.identifier("other"), curl) { directory })
        OtherProcess.announceAndWait()
        let keys = directory.allGrants.map { TokenKey(grant: $0.id, resource: .smtp) }
        let asked = await broker.tokens(keys, times: 5)
        #expect(keys.count == 100)
        #expect(asked.failures.isEmpty, "\(asked.failures)")
        #expect(asked.tokens.values.allSatisfy { $0.count == 1 })
        await curl.stop()
        try await store.close()
    }

    /// The client secret ends over five hundred consents: all of them wait, untouched, and all are well with the new one.
    @Test func expiredSecretSuspendsAllAndTheNewOneHealsAll() async throws {
        try await Crowd.with(500) { crowd in
            let curl = try CurlThread()
            let snapshots = try await crowd.snapshots()
            let broker = crowd.broker(curl, snapshots: snapshots)
            let refreshTokens = try await refreshTokens(crowd)
            let now = crowd.live.now()
            crowd.sandbox.changeTenant { $0.applications[0].secrets = [.init(Crowd.secret, expires: now.timeIntervalSince1970 - 1)] }
            let first = await broker.tokens(crowd.keys, times: 1)
            #expect(first.tokens.isEmpty && first.failures.count == 500)
            let asked = crowd.sandbox.record.tokenRequests.count
            let again = await broker.tokens(crowd.keys, times: 2)
            #expect(again.failures.count == 1000)
            #expect(crowd.sandbox.record.tokenRequests.count == asked, "one refusal is all the provider hears until someone does something")
            #expect(try await states(crowd) == [.suspended: 500])
            #expect(try await self.refreshTokens(crowd) == refreshTokens, "untouched")

            crowd.sandbox.changeTenant { $0.applications[0].secrets = [.init("the new secret")] }
            let edit = DirectoryEdit(
                [], secrets: [try crowd.sealed("the new secret", SecretName(.clientSecret, of: Crowd.application.text))], by: "test",
                at: now)
            _ = try await crowd.store.apply(edit)
            _ = try await snapshots.catchUp(with: crowd.store)
            await broker.forget { _ in true }
            let healed = await broker.tokens(crowd.keys, times: 1)
            #expect(healed.failures.isEmpty && healed.tokens.count == 500)
            #expect(try await states(crowd) == [.healthy: 500])
            await curl.stop()
        }
    }

    private func states(_ crowd: Crowd) async throws -> [Health.State: Int] {
        let report = try await crowd.store.healthReport(crowd.live)
        return try await crowd.store.directory().allGrants.reduce(into: [:]) { $0[report.health(of: $1).state, default: 0] += 1 }
    }

    private func refreshTokens(_ crowd: Crowd) async throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        for key in crowd.keys {
            all.append(try await crowd.store.secret(SecretName(.refreshToken, of: key.grant.text))?.bytes ?? [])
        }
        return all
    }
}

/// This test bundle in a process of its own, held at the line until it is told to go.
private struct OtherProcess {
    private static let variable = "MANDATE_TEST_OTHER_PROCESS"
    static var store: String? { ProcessInfo.processInfo.environment[variable] }

    private let program: Program
    private let input: ProgramPipe
    private let output: AsyncStream<String>

    init(store: String) throws {
        input = try ProgramPipe()
        let page = try ProgramPipe()
        program = try Program(
            [
                try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"), "--testing-library", "swift-testing",
                "--filter", "askInTheOtherProcess",
            ], environment: [Self.variable: store],
            Program.Streams(input: input.reading.fileDescriptor, output: page.writing.fileDescriptor))
        output = try page.pieces()
    }

    static func announceAndWait() {
        FileHandle.standardOutput.write(Data("\nat the line\n".utf8))
        _ = FileHandle.standardInput.availableData
    }

    func isReady() async throws {
        for await piece in output where piece.contains("at the line") { return }
        throw CommandFailure.data("the other process did not come to the line")
    }

    func go() throws { try input.writing.close() }

    func end() async -> Int32 { await program.end() }
}
