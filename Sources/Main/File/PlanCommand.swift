internal import ArgumentParser
internal import Relay

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say what a directory file would change, and whose mail would go another way; change nothing.",
        discussion: """
            Each line is a thing that would be added (+), changed (~) or removed (-). Below them is every address in use that would go another way, as it is \
            decided now and as it would be then; those that would have none come first. Exit status: 0 if nothing would change, 1 if something would.

            Examples:
              mandate plan directory.yaml
              mandate plan directory.yaml --prune
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var file: FileOptions

    func run() async throws {
        let live = Live.current
        let document = try DirectoryFile.read(file.file, live)
        let changes = try await options.change(live) { opened in
            try await FileChange(document, file, opened).carryOut(isTrial: true)
        }
        if changes { throw ExitStatus.found }
    }
}

/// What both say of a file.
struct FileOptions: ParsableArguments {
    @Argument(help: "The file, YAML or JSON; - for standard input.", completion: .file(extensions: ["yaml", "yml", "json"])) var file:
        String
    @Flag(help: "What the file does not speak of goes.") var prune = false
    @Option(help: ArgumentHelp("With --prune: this application or grant may go with its secret. May be repeated.", valueName: "name"))
    var forget: [String] = []
    @Option(help: ArgumentHelp("Only if the directory is at this edition.", valueName: "edition")) var at: Int64?

    func validate() throws {
        if !forget.isEmpty, !prune { throw ValidationError("--forget says what may go with its secret: it needs --prune") }
    }
}
