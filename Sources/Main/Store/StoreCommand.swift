internal import ArgumentParser
internal import PostgresEngine
internal import Relay
internal import Store

/// What concerns the store as a whole.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "The store: where it is, what it promises, and taking it elsewhere.",
        discussion: """
            A store is one SQLite file, or a schema in a PostgreSQL database.

            Examples:
              mandate store status
              mandate store status --store service=mail --format json
              mandate store copy --to postgres://db.example.org/mail
            """,
        subcommands: [Status.self, Copy.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show where the store is, who serves it, and what becomes of a message that was accepted.",
            discussion: """
                Ends with 1 where the database no longer keeps what was promised when the store was made.

                Example:
                  mandate store status
                """)

        @OptionGroup var options: StoreOptions
        @OptionGroup var form: FormatOption

        func run() async throws {
            let live = Live.current
            let objection = try await options.read(live) { store in
                let report = try await PostgresStore.report(on: store)
                var sheet = Sheet()
                sheet.add("store", .text(store.place))
                sheet.add("engine", .text(report.map { "PostgreSQL \($0.version)" } ?? "SQLite"))
                sheet.add("machines_part", .text(store.folder))
                if let report { add(report, to: &sheet) }
                let holder = try await store.serviceRight?.holder()
                let isServedHere = try FolderLock.isServed(store.folder)
                sheet.add(
                    "served_by",
                    .text(holder.map { "node \($0.node) on \($0.host)" } ?? (isServedHere ? "a service on this machine" : "nobody")))
                let depth = try await store.depth()
                sheet.add("in_the_queue", .number(depth.counts.values.reduce(0, +)))
                sheet.write(form.format, to: live.standardOutput)
                return report?.objection
            }
            if let objection {
                live.say("promised was more than is there: \(objection)")
                throw ExitStatus.found
            }
        }

        private func add(_ report: PostgresReport, to sheet: inout Sheet) {
            sheet.add("size", .text("\(max(1, report.size >> 20)) MiB"))
            sheet.add("role", .text(report.role + (report.isOwner ? ", the owner of its tables" : "")))
            sheet.add("encryption", .text(report.encryption ?? "none: a socket, or this machine"))
            if report.isPooled { sheet.add("pooler", .text("yes: nothing is prepared, which costs speed")) }
            sheet.add("promised", .text(report.promise.rawValue))
            sheet.add("durability", .text(report.durability.words))
            if let standbys = report.durability.standbys { sheet.add("standbys_waited_for", .number(standbys)) }
        }
    }
}

extension Durability.Promise: ExpressibleByArgument {}
