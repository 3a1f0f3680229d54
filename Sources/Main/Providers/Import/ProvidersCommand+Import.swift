internal import ArgumentParser
internal import Relay
internal import SQLiteStore

extension ProvidersCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read providers from Mozilla autoconfig files (config-v1.1.xml).",
            discussion: """
                Shows what each file would change; nothing is written without --apply, and then all of it in one edit. A folder stands for the .xml files in it. \
                Files that are refused are named with the line, and the command ends with 65; the others count all the same. A file may come from anyone: no \
                secret goes to the endpoints it names before `mandate providers trust`, and an imported provider whose endpoints change is not trusted any more. \
                A file says nothing of who a token belongs to, nor of limits and habits: `mandate providers set` does.

                Examples:
                  mandate providers import yahoo.com.xml
                  mandate providers import ispdb --format csv >report.csv
                  mandate providers import ispdb --apply
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @Argument(help: "Files, or folders of them; - for standard input.", completion: .file(extensions: ["xml"])) var file: [String]
        @Flag(help: "Write what is new and changed.") var apply = false

        func run() async throws {
            let live = Live.current
            let files = try AutoconfigFiles(live: live).read(file)
            let report = try await apply ? write(files, live) : draft(files, live)
            try show(report, live)
            if !apply { live.say("\(words(report)); nothing is written without --apply") }
            let refused = report.count(.refused)
            guard refused == 0 else {
                throw CommandFailure.data(
                    "\(refused) of \(files.count) files \(refused == 1 ? "was" : "were") refused; the report says why")
            }
        }

        private func draft(_ files: [ImportedFile], _ live: Live) async throws -> ProviderImport {
            try await options.read(live) { store in try await self.report(files, Finder(store: store)) }
        }

        private func write(_ files: [ImportedFile], _ live: Live) async throws -> ProviderImport {
            try await options.change(live) { opened in
                var report = ProviderImport([])
                try await opened.edit { finder in
                    report = try await self.report(files, finder)
                    return Plan(
                        report.providers.isEmpty ? words(report) : "imported \(words(report))", report.providers.map { .put($0.entity) })
                }
                return report
            }
        }

        private func report(_ files: [ImportedFile], _ finder: Finder) async throws -> ProviderImport {
            var report = ProviderImport(try await finder.all(Provider.self))
            for file in files { report.add(file) }
            return report
        }

        private func show(_ report: ProviderImport, _ live: Live) throws {
            var listing = try form.listing(["id", "file", "outcome", .spare("endpoints"), "why"], live)
            for line in report.lines {
                listing.add([Cell(line.id), .text(line.file), .text(line.outcome.rawValue), .list(line.places), .text(line.why)])
            }
            listing.finish()
        }

        private func words(_ report: ProviderImport) -> String {
            let counts = ProviderImport.Outcome.allCases.map { "\(report.count($0)) \($0.rawValue)" }
            return "\(report.lines.count) \(report.lines.count == 1 ? "file" : "files"): \(counts.joined(separator: ", "))"
        }
    }
}
