internal import ArgumentParser
internal import Foundation
internal import PostgresEngine
internal import Relay
internal import SQLiteEngine
internal import Store
internal import Synchronization

extension StoreCommand {
    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a store that is not served into another place: from a file into PostgreSQL, or back.",
            discussion: """
                Copies everything, proves that all of it arrived (by the number of rows, and by the journal's chain) and then marks the old store as moved: it refuses to be \
                served or changed. If it is stopped, run it again. The key stays the same one; where it lies beside the old store, a copy of it is put beside the new one.

                Examples:
                  mandate store copy --to postgres://db.example.org/mail
                  mandate store copy --store postgres://db.example.org/mail --to /var/lib/mandate
                """)

        @OptionGroup var options: StoreOptions
        @Option(help: ArgumentHelp("Where to: a folder, or a PostgreSQL database.", valueName: "place")) var to: String
        @Option(
            help: ArgumentHelp(
                "PostgreSQL: what a message that was accepted is to survive, as at init.", valueName: "none|flushed|replicated"))
        var durability: Durability.Promise = .flushed
        @Flag(help: "PostgreSQL: make no roles; whoever runs this owns the tables and serves.") var oneRole = false

        func run() async throws {
            let live = Live.current
            let destination = try StoreLocation(option: to, environment: live.environment, home: live.account.home, files: .live)
            try await options.change(live) { opened in
                guard destination.name != opened.store.place, destination.folder != opened.store.folder else {
                    throw CommandFailure.usage("the store is at \(destination.name) already")
                }
                try await checkIsStopped(opened.store)
                try FileManager.default.createDirectory(
                    atPath: destination.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                try copyKey(from: opened.store.folder, to: destination.folder, live)
                let head: Int64
                if let done = try await headOfTwin(at: destination, opened, live) {
                    head = done
                } else {
                    let copied = try await copy(opened.store, to: destination, live)
                    live.say("copied \(copied.rows) rows to \(destination.name)")
                    head = copied.head
                }
                try await prove(destination, opened, live)
                try await opened.store.leave(to: destination.name, head: head)
                live.say("the journal there is whole")
                live.say("\(opened.store.place) refuses to be served from now on; when the new one has proved itself, remove it")
                if try !StoreOptions.isFound(destination, live) {
                    live.say("for later commands: export MANDATE_STORE=\(destination.name.shellQuoted)")
                }
            }
        }

        private func copy(_ store: DatabaseStore, to destination: StoreLocation, _ live: Live) async throws -> StoreCopy.Snapshot {
            let bar = Mutex(ProgressBar("copying", of: nil, live))
            let snapshot = Mutex<StoreCopy.Snapshot?>(nil)
            let fill: @Sendable (any Engine) async throws -> Void = { engine in
                let copy = StoreCopy(from: store, to: engine)
                let copied = try await copy.run { progress in bar.withLock { $0.advance(to: progress.rows, of: progress.total) } }
                bar.withLock { $0.finish() }
                snapshot.withLock { $0 = copied }
                try copy.finish()
            }
            if let database = destination.database {
                try await PostgresStore.make(at: database, PostgresStore.Plan(hasRoles: !oneRole, promise: durability), fill)
            } else {
                try await SQLiteStore.make(at: destination.folder, fill)
            }
            guard let copied = snapshot.withLock({ $0 }) else { preconditionFailure("a copy that was made has a size") }
            return copied
        }

        /// A run that was stopped may have left a whole copy, and the old store unmarked: its journal ends with the same link.
        private func headOfTwin(at destination: StoreLocation, _ opened: OpenedStore, _ live: Live) async throws -> Int64? {
            guard let twin = try? await StoreOptions.open(destination, opened.vault, live) else { return nil }  // then it is to be made
            let heads = try? await [twin.heads(), opened.store.heads()].map(\.first)
            try await twin.close()
            guard let heads, let ours = heads[1], let theirs = heads[0], theirs.position.number == ours.position.number,
                theirs.mac == ours.mac
            else { return nil }
            return ours.position.number
        }

        private func checkIsStopped(_ store: DatabaseStore) async throws {
            if let holder = try await store.serviceRight?.holder() {
                throw CommandFailure(.unavailable, "the store is served by node \(holder.node) on \(holder.host): stop that first")
            }
            guard try !FolderLock.isServed(store.folder) else {
                throw CommandFailure(.unavailable, "the store is being served: stop `mandate serve` first")
            }
        }

        /// Whoever keeps it elsewhere has named it, and goes on naming it.
        private func copyKey(from old: String, to new: String, _ live: Live) throws {
            guard case .file(let file) = try KeySource(for: old, live), file == KeyFile.path(beside: old) else { return }
            let copy = KeyFile.path(beside: new)
            if !FileManager.default.fileExists(atPath: copy) { try FileManager.default.copyItem(atPath: file, toPath: copy) }
        }

        private func prove(_ destination: StoreLocation, _ opened: OpenedStore, _ live: Live) async throws {
            let store = try await StoreOptions.open(destination, opened.vault, live)
            do {
                let walk = JournalWalk(store: store, vault: opened.vault)
                for strand in try await walk.strands() { _ = try await walk.prove(strand) }
            } catch {
                try await store.close()
                throw error
            }
            try await store.close()
        }
    }
}
