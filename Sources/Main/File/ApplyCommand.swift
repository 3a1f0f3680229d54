internal import ArgumentParser
internal import Relay

struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply", abstract: "Make the directory what a file says, all of it or nothing.",
        discussion: """
            Says what `mandate plan` says, and does it in one step, with one story in the journal. Things that are not in the file stay, unless --prune says \
            that they go. Of them, what holds a secret has to be named. A grant whose application or principal becomes another loses its consent; every other \
            change keeps it.

            Examples:
              mandate apply directory.yaml
              mandate apply directory.yaml --prune --forget 'old app'
              mandate apply directory.yaml --at 57     (only if the directory is at edition 57, as `mandate plan` said)
            """)
    @OptionGroup var options: StoreOptions
    @OptionGroup var file: FileOptions

    func run() async throws {
        let live = Live.current
        let document = try DirectoryFile.read(file.file, live)
        try await options.change(live) { opened in
            _ = try await FileChange(document, file, opened).carryOut(isTrial: false)
        }
    }
}
