import Foundation
import Glibc
import Relay
import Sandbox
import TestSupport
import Testing

@testable import Main

/// A disk that is full: programs are told to come again, nothing that was promised is lost, and the service goes on by itself when there is room.
@Suite(.serialized, .timeLimit(.minutes(20)), .enabled(if: SmallDisk.isAllowed, "only root may mount a small disk"))
struct FullDiskTests {
    @Test(arguments: CrowdWay.allCases) func fullDiskIsHeardAndPasses(_ way: CrowdWay) async throws {
        try await SmallDisk.with(megabytes: 24) { disk in
            let ballast = disk + "/ballast"
            try Data(count: 10 << 20).write(to: URL(filePath: ballast))
            try await ServedHouse.with(on: disk) { house in
                // What was accepted stays in the store while the provider says nothing, so that the disk fills with mail.
                house.sandbox.add(.at(.connect, .stall, .always))
                let port = way == .smtp ? house.port : try await house.log.webPort()
                let crowd = way.crowd(at: port, name: "app", key: house.key, senders: ["ann@fabrikam.example"], octets: 100_000)
                crowd.allow(1_000)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<4 { group.addTask { try await LoopbackSocket.aside { crowd.run() } } }
                    let full = await crowd.tally { $0.refused.values.reduce(0, +) >= 40 }
                    #expect(full.accepted.count >= 10)
                    #expect(Set(full.refused.keys).isSubset(of: way.isFull) && full.unanswered == 0, "\(full.refused)")
                    try FileManager.default.removeItem(atPath: ballast)
                    let roomy = await crowd.tally { $0.accepted.count >= full.accepted.count + 20 }
                    #expect(Set(roomy.refused.keys).isSubset(of: way.isFull) && roomy.unanswered == 0, "\(roomy.refused)")
                    // Full again, and the provider comes back: there is room to settle, so what waits leaves and more can come.
                    let again = await crowd.tally { $0.refused.values.reduce(0, +) >= 80 }
                    house.sandbox.removeFaults()
                    house.sandbox.release()
                    _ = await crowd.tally { $0.accepted.count >= again.accepted.count + 20 }
                    crowd.stop()
                    try await group.waitForAll()
                }
                let accepted = crowd.tally.accepted
                let record = await house.sandbox.record { Set($0.messages.map(\.messageID)).isSuperset(of: accepted.keys) }
                let bodies = Dictionary(grouping: record.messages, by: \.messageID)
                for (id, digest) in accepted { #expect(bodies[id]?.allSatisfy { $0.bodyDigest == digest } == true, "\(id)") }
                #expect(await house.service.stop() == 0)
                #expect(house.log.all.contains("the disk is full"), "the operator is told, too")
            }
        }
    }
}

/// A disk of a few megabytes, in memory, that goes away with its test.
private enum SmallDisk {
    static let isAllowed: Bool = {
        guard let folder = try? mount(megabytes: 1) else { return false }
        unmount(folder)
        return true
    }()

    struct NotAllowed: Error { let reason: Int32 }

    static func with(megabytes: Int, _ body: (String) async throws -> Void) async throws {
        let folder = try mount(megabytes: megabytes)
        defer { unmount(folder) }
        try await body(folder)
    }

    private static func mount(megabytes: Int) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: Live.system().identifier("mandate-disk")).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        guard Glibc.mount("tmpfs", folder, "tmpfs", 0, "size=\(megabytes)m,mode=0700") == 0 else {
            let reason = errno
            rmdir(folder)
            throw NotAllowed(reason: reason)
        }
        return folder
    }

    /// Lazily: somebody's last file may be closed a moment later.
    private static func unmount(_ folder: String) {
        umount2(folder, Int32(MNT_DETACH))
        rmdir(folder)
    }
}
