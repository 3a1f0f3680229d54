internal import ArgumentParser
internal import Relay
internal import Store

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the whole directory as one YAML file.",
        discussion: """
            Everything that people decide: settings, users, providers, applications, grants, mailboxes, families, delegations, denials and clients, always in \
            the same order, so that a version control system shows what changed. No secrets, no consents, and nothing that was observed. Clients are known by \
            the digests of their keys and passwords. Edit it, see `mandate plan`, then `mandate apply`. On an empty store it makes the same directory again.

            Examples:
              mandate export >directory.yaml
              mandate export --edition >directory.yaml     (may be applied only to the directory as it is now)
            """)
    @OptionGroup var options: StoreOptions
    @Flag(help: "Say in the file which edition it was made of: it is refused once somebody has changed the directory.") var edition = false

    func run() async throws {
        let live = Live.current
        let directory = try await options.read(live) { try await $0.directory() }
        try DirectoryText.write(directory, edition: edition ? directory.edition : nil, to: live.standardOutput)
        live.say("edition \(directory.edition)")
    }
}
