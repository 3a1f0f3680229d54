internal import ArgumentParser
internal import Relay
internal import Store
internal import XMLImport

/// What every import is told, and how it goes.
struct ImportOptions: ParsableArguments {
    @OptionGroup var store: StoreOptions
    @OptionGroup var form: ListingOptions
    @Argument(help: "The file; - for standard input.", completion: .file()) var file: String
    @Flag(help: "Do what the report says.") var apply = false
    @Option(help: ArgumentHelp("Only lines with these outcomes: new, changed, same, skipped, wrong, noted.", valueName: "outcomes"))
    var only: String?

    func validate() throws { _ = try outcomes }

    private var outcomes: Set<ImportReport.Outcome> {
        get throws {
            guard let only else { return Set(ImportReport.Outcome.allCases) }
            return Set(
                try only.split(separator: ",").map { word in
                    guard let outcome = ImportReport.Outcome(rawValue: String(word).trimmedSpace) else {
                        let all = ImportReport.Outcome.allCases.map(\.rawValue).joined(separator: ", ")
                        throw ValidationError("--only takes \(all), separated by commas; \"\(word)\" is none of them")
                    }
                    return outcome
                })
        }
    }

    func listing(_ live: Live) throws -> ImportListing { ImportListing(try form.listing(ImportListing.columns, live), try outcomes) }

    /// Everything but users, of whom there may be a million.
    func run(_ kind: ImportKind, _ choices: ImportChoices = ImportChoices()) async throws {
        let live = Live.current
        let (name, reading) = try read(kind, choices, live)
        try await store.change(live) { opened in
            var listing = try listing(live)
            if apply {
                // What is shown is what was done.
                var report = ImportReport()
                try await opened.report { editor in
                    let (done, made) = try await importing(reading, kind, choices, editor, isTrial: false)
                    report = made
                    return done
                }
                listing.add(report.lines)
                return listing.finish()
            }
            let (done, report) = try await importing(reading, kind, choices, opened.editor, isTrial: true)
            listing.add(report.lines)
            listing.finish()
            for note in done.plan.notes { live.say(DisplayWidth.printable(note)) }
            for warning in done.plan.warnings { live.complain(DisplayWidth.printable("warning: \(warning)")) }
            live.say(Self.words(report, name))
        }
    }

    /// What the last line of a draft says.
    static func words(_ report: ImportReport, _ name: String) -> String {
        report.differences == 0
            ? "nothing would change: \(report.words)" : "nothing is changed yet: \(report.words) in \(name); with --apply it is done"
    }

    private func importing(
        _ reading: ImportReading, _ kind: ImportKind, _ choices: ImportChoices, _ editor: Editor, isTrial: Bool
    ) async throws -> (Editor.Done, ImportReport) {
        do { return try await editor.importThings(reading, as: kind, choices: choices, isTrial: isTrial) } catch let refusal
            as AdministrationRefusal
        {
            throw CommandFailure(refusal.status, refusal.description { $0 == "mailbox_grant" ? "--mailbox-grant" : "--\($0)" })
        }
    }

    private func read(_ kind: ImportKind, _ choices: ImportChoices, _ live: Live) throws -> (name: String, ImportReading) {
        let input = try InputFile(file, live)
        let bytes = try input.readAll(limit: kind.largest)
        do throws(ImportFault) { return (input.name, try ImportReader.read(bytes, as: kind, choices: choices, xml: XMLRecords())) } catch {
            throw CommandFailure.data("\(input.name)\(error.line.map { ":\($0)" } ?? ""): \(error.sentence)")
        }
    }
}

/// What those are told that say who sends for whom.
struct RightOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Make mailboxes that are missing, through this grant.", valueName: "grant")) var mailboxGrant: String?

    var choices: ImportChoices { ImportChoices(mailboxGrant: mailboxGrant) }
}

/// The difference report, as it comes.
struct ImportListing {
    static let columns: [Column] = [.number("line"), "kind", "thing", "outcome", "why"]

    private(set) var report = ImportReport(most: 0)
    private var listing: Listing
    private let outcomes: Set<ImportReport.Outcome>

    init(_ listing: Listing, _ outcomes: Set<ImportReport.Outcome>) {
        self.listing = listing
        self.outcomes = outcomes
    }

    mutating func add(_ lines: [ImportReport.Line]) { for line in lines { add(line) } }

    mutating func add(_ line: ImportReport.Line) {
        report.add(line)
        guard outcomes.contains(line.outcome) else { return }
        listing.add([
            line.line.map { .number($0) } ?? .none, Cell(line.kind?.noun), .text(line.thing), .text(line.outcome.rawValue), .text(line.why),
        ])
    }

    mutating func finish() { listing.finish() }
}
