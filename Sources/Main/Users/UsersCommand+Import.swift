internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

extension UsersCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add and change users from a CSV file.",
            discussion: """
                Columns: id,name,address[,login][,further addresses…], UTF-8, with or without that header. Users who are not in the file stay as they \
                are. If anything in the file is wrong, its lines are named and nothing is changed. A large file is put in by the two thousand, each of them \
                whole or not at all, so that a service goes on meanwhile; if that stops half-way, it says how far it came: run it again, and what is in \
                already counts as unchanged.

                Examples:
                  mandate users import users.csv
                  export-users | mandate users import -
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The file; - for standard input.", completion: .file(extensions: ["csv"])) var file: String
        @Flag(help: "Read and check the file, change nothing.") var dryRun = false

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                let users = try read(try await opened.store.directory(of: DirectorySlice()).settings.intake, live).users
                var bar = ProgressBar(dryRun ? "comparing" : "importing", of: users.count, live)
                defer { bar.finish() }
                do {
                    let tally = try await opened.editor.importUsers(users, isTrial: dryRun) { bar.advance(to: $0.done) }
                    bar.finish()
                    say(tally, of: users.count, live)
                } catch let failure as ImportFailure {
                    let ending = Ending(failure.reason)
                    throw CommandFailure(
                        ending.status,
                        "it stopped after \(failure.tally.done) of \(users.count) users (\(failure.tally.words)): \(ending.sentence); "
                            + "run it again, and what is in already counts as unchanged")
                }
            }
        }

        private func say(_ tally: ImportTally, of count: Int, _ live: Live) {
            if dryRun { return live.say("would import \(count) users: \(tally.words)") }
            live.say((tally.unchanged == count ? "unchanged: " : "") + "imported \(count) users: \(tally.words)")
        }

        private func read(_ intake: EmailAddress?, _ live: Live) throws -> UserImport {
            let input = try InputFile(file, live)
            var users = UserImport(intake: intake)
            var progress = ProgressBar("reading \(input.name)", of: input.size, live)
            var done = 0
            while case let bytes = try input.read(), !bytes.isEmpty {
                users.read(bytes)
                done += bytes.count
                progress.advance(to: done)
            }
            users.finish()
            progress.finish()
            guard users.problemCount == 0 else { throw complaint(about: users, input.name, live) }
            return users
        }

        private func complaint(about users: UserImport, _ name: String, _ live: Live) -> CommandFailure {
            for problem in users.problems { live.say("\(name):\(problem.line): \(problem.sentence)") }
            let rest = users.problemCount - users.problems.count
            if rest > 0 { live.say("… and \(rest) more") }
            let lines = users.problemCount == 1 ? "one line is wrong" : "\(users.problemCount) lines are wrong"
            return .data("nothing was imported: \(lines) in \(name)")
        }
    }
}
