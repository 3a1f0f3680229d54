import CurlTransmit
import Foundation
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// One token request for everyone who asks, in and across processes.
@Suite struct TokenSharingTests {
    private let key = TokenKey(grant: GrantID(trusted: "grant-tracker"), resource: .smtp)

    private func broker(_ premises: Premises, _ curl: CurlThread) async throws -> TokenBroker {
        let directory = try await premises.store.directory()
        let holder = premises.live.identifier("test")
        return TokenBroker(
            renewer: premises.live.renewer(premises.store, premises.vault, holder: holder, curl) { directory })
    }

    @Test func hundredAsksAreOneRequest() async throws {
        try await Premises.with { premises in
            let curl = try CurlThread()
            let broker = try await broker(premises, curl)
            let tokens = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<100 { group.addTask { try await broker.token(for: key).secret.revealText() } }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(tokens.count == 1)
            #expect(premises.sandbox.record.tokenRequests.count == 1)
            await curl.stop()
        }
    }

    /// Two programs and this process, all at once, the provider slow enough that they meet.
    @Test func twoProcessesShareOneRequest() async throws {
        try await Premises.with { premises in
            premises.sandbox.add(.atToken(.delay(milliseconds: 1500), .times(1)))
            let pipes = [try ProgramPipe(), try ProgramPipe()]
            let processes = try pipes.map { try premises.spawn(["token", "tracker@fabrikam.example"], output: $0) }
            let curl = try CurlThread()
            let broker = try await broker(premises, curl)
            let ours = try await broker.token(for: key).secret.revealText()
            for (process, pipe) in zip(processes, pipes) {
                let printed = try await pipe.text()
                #expect(await process.end() == 0)
                #expect(printed == ours + "\n")
            }
            #expect(premises.sandbox.record.tokenRequests.count == 1)
            await curl.stop()
        }
    }
}
