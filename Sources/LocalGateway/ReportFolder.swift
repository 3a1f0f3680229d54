package import Logging
package import Relay
internal import ServiceLifecycle
package import struct FoundationEssentials.Date

/// Takes in the DMARC reports that lie in a folder, one file after the other, and moves each to `taken`, or to `rejected` with the reason beside it. Nothing is
/// removed: what receivers say is somebody's evidence.
///
/// A file needs no claim, as a message does: a report that was taken twice, by two nodes or after a crash, counts once.
package struct ReportFolder: Service {
    /// What became of a file.
    package enum Outcome: Sendable, Hashable {
        case done([DmarcIntake.Line])
        /// It says nothing of the file.
        case later(String)
    }

    package struct Surroundings: Sendable {
        let take: @Sendable (_ path: String, _ name: String) async -> Outcome
        let now: @Sendable () -> Date
        let wait: @Sendable (_ seconds: Double) async -> Void
        let logger: Logger

        package init(
            take: @escaping @Sendable (_ path: String, _ name: String) async -> Outcome, now: @escaping @Sendable () -> Date,
            wait: @escaping @Sendable (_ seconds: Double) async -> Void, logger: Logger
        ) {
            self.take = take
            self.now = now
            self.wait = wait
            self.logger = logger
        }
    }

    /// Seconds from one look to the next: reports come once a day.
    private static let pause = 5.0
    /// Seconds that a file must have been left alone, and looks between two tries with what could not be taken in for now.
    private static let settle = 2.0
    private static let patience = 60

    private let disk: ReportDisk
    private let surroundings: Surroundings

    package init(_ folder: String, _ surroundings: Surroundings) {
        disk = ReportDisk(folder: folder)
        self.surroundings = surroundings
    }

    /// Until graceful shutdown; the file under way is taken in first.
    package func run() async throws {
        let stop = PickupStop()
        await withTaskCancellationOrGracefulShutdownHandler {
            var memory = PickupMemory()
            var looks = 0
            var waiting: Set<PickupFile> = []
            while !stop.isRequested {
                if looks % Self.patience == 0 { waiting = [] }
                await look(&memory, &waiting, until: stop)
                looks += 1
                if !stop.isRequested { await stop.wait(Self.pause, surroundings.wait) }
            }
        } onCancelOrGracefulShutdown: {
            stop.request()
        }
    }

    /// One look. `waiting`: what could not be taken in for now, as it was then.
    func look(_ memory: inout PickupMemory, _ waiting: inout Set<PickupFile>, until stop: PickupStop = PickupStop()) async {
        do {
            let found = try await disk.run { disk in
                try disk.prepare()
                return try disk.look()
            }
            memory.tell(nil, surroundings.logger)
            for file in memory.ready(found, settle: Self.settle, at: surroundings.now()) where !stop.isRequested && !waiting.contains(file)
            {
                if await !take(file) { waiting.insert(file) }
            }
        } catch {
            memory.tell("the folder \(disk.folder) cannot be looked into: \(error)", surroundings.logger)
        }
    }

    /// False: it stays where it is.
    private func take(_ file: PickupFile) async -> Bool {
        let name = file.name.debugDescription
        switch await surroundings.take(file.path, file.name) {
        case .later(let why):
            surroundings.logger.error("\(name) cannot be taken in for now: \(why)")
            return false
        case .done(let lines):
            let reasons = lines.filter { $0.outcome == .refused }.map { "\($0.file): \($0.why)" }
            do {
                if reasons.isEmpty {
                    try await disk.run { try $0.keep(file) }
                    surroundings.logger.info("\(name): \(lines.words)")
                } else {
                    try await disk.run { try $0.reject(file, reasons.joined(separator: "\n")) }
                    surroundings.logger.notice("\(name): \(lines.words); it is in \(disk.rejected) with the reason")
                }
                return true
            } catch {
                surroundings.logger.error("\(name) was read (\(lines.words)) and cannot be moved: \(error)")
                return false
            }
        }
    }
}
