import Foundation
import Logging
import Relay
import Synchronization
import TestSupport
import Testing

@testable import LocalGateway

/// A folder of reports: each file goes where its outcome says, and none is lost.
struct ReportFolderTests {
    private func line(_ outcome: DmarcIntake.Outcome, _ why: String = "") -> DmarcIntake.Line {
        DmarcIntake.Line(file: "r.xml", outcome: outcome, head: nil, messages: 1, why: why)
    }

    private func folder(
        _ yard: PickupYard, _ outcome: @escaping @Sendable (_ name: String) -> ReportFolder.Outcome
    ) -> ReportFolder {
        ReportFolder(
            yard.path,
            ReportFolder.Surroundings(
                take: { _, name in outcome(name) }, now: { yard.now.withLock { $0.addingTimeInterval(86_400) } }, wait: { _ in },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    }

    @Test func eachFileGoesWhereItBelongs() async throws {
        let yard = try PickupYard()
        for name in ["good.xml", "bad.zip", "again.xml", "half.xml.part", ".hidden", "later.gz"] { try yard.put("<feedback/>", as: name) }
        let lines = ["good.xml": [line(.taken)], "again.xml": [line(.known)], "bad.zip": [line(.taken), line(.refused, "line 3: broken")]]
        let folder = folder(yard) { name in lines[name].map { .done($0) } ?? .later("no reader") }
        var (memory, waiting) = (PickupMemory(), Set<PickupFile>())
        await folder.look(&memory, &waiting)
        #expect(try yard.files().allSatisfy { !$0.contains("/") }, "a file that is still written is left alone")
        await folder.look(&memory, &waiting)
        #expect(
            try yard.files() == [
                ".hidden", "half.xml.part", "later.gz", "rejected/bad.zip", "rejected/bad.zip.reason", "taken/again.xml", "taken/good.xml",
            ])
        #expect(try String(contentsOfFile: yard.path + "/rejected/bad.zip.reason", encoding: .utf8) == "r.xml: line 3: broken\n")
        #expect(waiting.map(\.name) == ["later.gz"])
    }

    @Test func aNameThatIsTakenIsNotWrittenOver() async throws {
        let yard = try PickupYard()
        let known = [line(.known)]
        let folder = folder(yard) { _ in .done(known) }
        for _ in 0..<2 {
            try yard.put("<feedback/>", as: "r.xml")
            var (memory, waiting) = (PickupMemory(), Set<PickupFile>())
            for _ in 0..<2 { await folder.look(&memory, &waiting) }
        }
        let files = try yard.files()
        #expect(files.count == 2 && files.allSatisfy { $0.hasPrefix("taken/") && $0.hasSuffix("r.xml") }, "\(files)")
    }

    @Test func whatCouldNotBeTakenIsNotTriedAtEachLook() async throws {
        let yard = try PickupYard()
        let tries = Mutex(0)
        let folder = folder(yard) { _ in
            tries.withLock { $0 += 1 }
            return .later("the disk is full")
        }
        try yard.put("<feedback/>", as: "r.xml")
        var (memory, waiting) = (PickupMemory(), Set<PickupFile>())
        for _ in 0..<5 { await folder.look(&memory, &waiting) }
        #expect(tries.withLock { $0 } == 1)
        #expect(try yard.files() == ["r.xml"])
    }
}
