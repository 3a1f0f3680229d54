package import Logging
package import Mail
package import Relay
internal import ServiceLifecycle
internal import struct FoundationEssentials.Date

/// Takes in what lies in a pickup folder or a maildrop, file by file: claims it by renaming, accepts its message, removes it. It looks once a second and relies
/// on nothing that a network file system does not have.
///
/// A crash leaves a claimed file whose name holds its message's id: if that message was accepted, the file is removed; else it is taken in again under the same id.
package struct PickupFolder: Service {
    package struct Surroundings: Sendable {
        let accept: AcceptStage.Surroundings
        /// Whether a message was accepted before.
        let isAccepted: @Sendable (SpoolID) async throws(StoreFailure) -> Bool
        let directory: @Sendable () -> Directory
        let address: @Sendable (_ account: String) -> EmailAddress?
        /// The store's owner, who needs no client of his own in a maildrop; nor does root.
        let owner: UInt32
        let accepted: @Sendable () -> Void
        let wait: @Sendable (_ seconds: Double) async -> Void
        let logger: Logger

        package init(
            accept: AcceptStage.Surroundings, isAccepted: @escaping @Sendable (SpoolID) async throws(StoreFailure) -> Bool,
            directory: @escaping @Sendable () -> Directory, address: @escaping @Sendable (_ account: String) -> EmailAddress?,
            owner: UInt32,
            accepted: @escaping @Sendable () -> Void, wait: @escaping @Sendable (_ seconds: Double) async -> Void, logger: Logger
        ) {
            self.accept = accept
            self.isAccepted = isAccepted
            self.directory = directory
            self.address = address
            self.owner = owner
            self.accepted = accepted
            self.wait = wait
            self.logger = logger
        }
    }

    /// Messages taken in at once: enough to share a commit, few enough that a folder of thousands leaves room for other ways in.
    private static let width = 16
    /// Looks between two tries with what could not be taken in for now.
    private static let patience = 30

    let settings: PickupSettings
    let surroundings: Surroundings
    let disk: PickupDisk

    package init(_ settings: PickupSettings, _ surroundings: Surroundings) {
        self.settings = settings
        self.surroundings = surroundings
        disk = PickupDisk(settings: settings)
    }

    /// Until graceful shutdown; what is under way is taken in first.
    package func run() async throws {
        let stop = PickupStop()
        await withTaskCancellationOrGracefulShutdownHandler {
            var memory = PickupMemory()
            var looks = 0
            while !stop.isRequested {
                await look(&memory, again: looks % Self.patience == 0, until: stop)
                looks += 1
                if !stop.isRequested { await stop.wait(1, surroundings.wait) }
            }
        } onCancelOrGracefulShutdown: {
            stop.request()
        }
    }

    /// One look, and everything that it finds. `again`: also what was claimed before and is still there.
    func look(_ memory: inout PickupMemory, again: Bool, until stop: PickupStop = PickupStop()) async {
        do {
            try await disk.run { try $0.prepare() }
            if again {
                await each(try await disk.run { try $0.claimed() }, until: stop) { file in await take(file, isLeftOver: true) }
            }
            let now = surroundings.accept.now()
            let found = try await disk.run { try $0.look(now: Int64(now.timeIntervalSince1970)) }
            memory.tell(nil, surroundings.logger)
            memory.tell(unusable: found.unusable, in: settings.folder, surroundings.logger)
            await each(memory.ready(found.files, settle: settings.settle, at: now), until: stop) { file in
                if let claimed = await claim(file) { await take(claimed, isLeftOver: false) }
            }
        } catch {
            memory.tell("the folder \(settings.folder) cannot be looked into: \(error)", surroundings.logger)
        }
    }

    /// One file that cannot be claimed keeps no other from it.
    private func claim(_ file: PickupFile) async -> ClaimedFile? {
        var generator = surroundings.accept.generator()
        let id = SpoolID(prefix: "m", at: surroundings.accept.now(), using: &generator)
        do { return try await disk.run { try $0.claim(file, as: id) } } catch {
            surroundings.logger.error("\(file.name.debugDescription) cannot be claimed: \(error)")
            return nil
        }
    }

    /// A few at once; after a stop is asked for, those that are begun and no others.
    private func each<File: Sendable>(_ files: [File], until stop: PickupStop, _ work: @escaping @Sendable (File) async -> Void) async {
        await withTaskGroup { group in
            var waiting = files[...]
            for file in waiting.prefix(Self.width) { group.addTask { await work(file) } }
            waiting = waiting.dropFirst(Self.width)
            while await group.next() != nil {
                if !stop.isRequested, let file = waiting.popFirst() { group.addTask { await work(file) } }
            }
        }
    }
}
