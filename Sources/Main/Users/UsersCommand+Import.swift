internal import ArgumentParser
internal import Relay
internal import Store

extension UsersCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add and change users from a CSV, LDIF or XML file.",
            discussion: """
                Columns of CSV: id,name,address[,login][,further addresses…], UTF-8, with or without that header. Users who are not in the file stay as \
                they are. If anything in the file is wrong, its lines are named and nothing is changed. A large file is put in by the two thousand, each of \
                them whole or not at all, so that a service goes on meanwhile; if that stops half-way, it says how far it came: run it again, and what is in \
                already counts as unchanged. `mandate import users` is the same with a report of each line, and only looks unless told to --apply.

                Examples:
                  mandate users import users.csv
                  export-users | mandate users import -
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The file; - for standard input.", completion: .file(extensions: ["csv", "ldif", "xml"])) var file: String
        @Flag(help: "Read and check the file, change nothing.") var dryRun = false

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                let input = UserFile(path: file, live: live)
                let read = try input.read(try await opened.store.directory(of: DirectorySlice()).settings.intake)
                guard read.problemCount == 0 else {
                    complain(about: read, input.name, live)
                    throw input.failure(read)
                }
                if read.skippedCount > 0 { live.say("\(read.skippedCount) skipped: `mandate import users` says why") }
                let tally = try await UserFile.importing(read.users, opened, isTrial: dryRun)
                say(tally, of: read.users.count, live)
            }
        }

        private func say(_ tally: ImportTally, of count: Int, _ live: Live) {
            if dryRun { return live.say("would import \(count) users: \(tally.words)") }
            live.say((tally.unchanged == count ? "unchanged: " : "") + "imported \(count) users: \(tally.words)")
        }

        private func complain(about users: UserImport, _ name: String, _ live: Live) {
            for problem in users.problems { live.say("\(name):\(problem.line): \(problem.sentence)") }
            let rest = users.problemCount - users.problems.count
            if rest > 0 { live.say("… and \(rest) more") }
        }
    }
}
