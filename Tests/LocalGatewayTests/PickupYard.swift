import Foundation
import Logging
import Mail
import Relay
import Synchronization
import TestSupport

@testable import LocalGateway

/// A folder of its own, and a store in memory.
final class PickupYard: Sendable {
    static let letter = "From: ann@example.org\nTo: rob@example.com\nSubject: Hi\n\nHello.\n"

    let path: String
    let store = MemoryStore()
    let now = Mutex(Date())
    private let seeds = Mutex<UInt64>(0)

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "mandate-pickup-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }  // what is left in a temporary folder harms no test

    func folder(_ settings: PickupSettings? = nil, clients: [Client] = []) -> PickupFolder {
        let directory = Directory(FakeCompany.entities() + clients.map { .client($0) }, edition: Edition(1))
        let store = store
        return PickupFolder(
            settings ?? .pickup(path, node: "main", client: nil, settle: 0),
            PickupFolder.Surroundings(
                accept: AcceptStage.Surroundings(
                    store: store,
                    decider: { _ throws(StoreFailure) in Decider(directory: directory, conditions: Conditions()) },
                    now: { [self] in now.withLock { $0 } },
                    generator: { [self] in
                        FakeGenerator(
                            seed: seeds.withLock {
                                $0 += 1
                                return $0
                            })
                    }, domain: FakeCompany.ann.domain),
                isAccepted: { id throws(StoreFailure) in try await store.show(id) != nil }, directory: { directory },
                address: { $0 == "root" ? FakeCompany.desk : nil }, owner: geteuid(), accepted: {}, wait: { _ in },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    }

    func put(_ text: String, as name: String) throws {
        let url = URL(filePath: path + "/" + name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func look(_ folder: PickupFolder, times: Int = 1) async {
        var memory = PickupMemory()
        for _ in 0..<times { await folder.look(&memory, again: true) }
    }

    /// Every file below, but for folders.
    func files() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path + "/" + $0, isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    func kept() async throws -> [AcceptedMessage] {
        var kept: [AcceptedMessage] = []
        for id in await store.keptMessages { if let shown = try await store.show(id) { kept.append(shown.message) } }
        return kept
    }
}
