internal import ArgumentParser
internal import Relay
internal import Store
internal import XMLImport

extension ProvidersCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read providers from Mozilla autoconfig files (config-v1.1.xml).",
            discussion: """
                Shows what each file changes, and writes all of it in one edit; with --dry-run nothing is written. A folder stands for the .xml files in it. \
                Files that are refused are named with the line, and the command ends with 65; the others count all the same. A file may come from anyone: no \
                secret goes to the endpoints it names before `mandate providers trust`, and an imported provider whose endpoints change is not trusted any more. \
                A file says nothing of who a token belongs to, nor of limits and habits: `mandate providers set` does.

                Examples:
                  mandate providers import --dry-run yahoo.com.xml
                  mandate providers import --dry-run ispdb --format csv >report.csv
                  mandate providers import ispdb
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @Argument(help: "Files, or folders of them; - for standard input.", completion: .file(extensions: ["xml"])) var file: [String]
        @Flag(help: "Show what would change, write nothing.") var dryRun = false
        @Flag(help: .hidden) var apply = false

        func validate() throws {
            if dryRun, apply { throw ValidationError("--dry-run and --apply contradict each other") }
        }

        func run() async throws {
            let live = Live.current
            let files = try AutoconfigFiles(live: live).read(file)
            let report = try await dryRun ? draft(files, live) : write(files, live)
            try show(report, live)
            if dryRun { live.say("would import \(report.words)") }
            if apply { live.say("it is written without --apply by now; --dry-run shows it first") }
            let refused = report.count(.refused)
            guard refused == 0 else {
                throw CommandFailure.data(
                    "\(refused) of \(files.count) files \(refused == 1 ? "was" : "were") refused; the report says why")
            }
        }

        private func draft(_ files: [ImportedFile], _ live: Live) async throws -> ProviderImport {
            try await options.read(live) { store in report(files, into: try await store.directory(of: DirectorySlice())) }
        }

        private func write(_ files: [ImportedFile], _ live: Live) async throws -> ProviderImport {
            try await options.change(live) { opened in
                var report: ProviderImport?
                try await opened.carryOut { administration in
                    let made = self.report(files, into: administration.directory)
                    report = made
                    return made.plan
                }
                guard let report else { throw CommandFailure(.fault, "nothing was read") }
                return report
            }
        }

        private func report(_ files: [ImportedFile], into directory: Directory) -> ProviderImport {
            var report = ProviderImport(into: directory)
            for file in files {
                let autoconfig: Autoconfig
                do throws(ImportProblem) { autoconfig = try Autoconfig(file.bytes) } catch {
                    report.refuse(file.name, error.description)
                    continue
                }
                report.add(ProviderID(trusted: autoconfig.id), from: file.name) { before in
                    switch autoconfig.offer(replacing: before) {
                    case .provider(let provider): .provider(provider)
                    case .noOAuth2(let shortfall): .noOAuth2(shortfall.description)
                    }
                }
            }
            return report
        }

        private func show(_ report: ProviderImport, _ live: Live) throws {
            var listing = try form.listing(["id", "file", "outcome", .spare("endpoints"), "why"], live)
            for line in report.lines {
                listing.add([Cell(line.id), .text(line.file), .text(line.outcome.rawValue), .list(line.places), .text(line.why)])
            }
            listing.finish()
        }
    }
}
