internal import ArgumentParser
internal import Mail
internal import Relay
internal import SQLiteStore

extension UsersCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add and change users from a CSV file: all of them, or none.",
            discussion: """
                Columns: id,name,address[,login][,further addresses…], UTF-8, with or without that header. Users who are not in the file stay as they \
                are. If anything in the file is wrong, its lines are named and nothing is changed.

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
                let intake = try await opened.store.directory(of: DirectorySlice()).settings.intake
                let users = try read(intake, live)
                let (fresh, changed) = try await differing(from: opened.store, users, live)
                let count = users.users.count
                let words = "\(fresh.count) added, \(changed.count) changed, \(count - fresh.count - changed.count) unchanged"
                if dryRun { return live.say("would import \(count) users: \(words)") }
                try await opened.edit { finder in
                    let now = try await finder.store.directory(of: DirectorySlice()).settings.intake
                    guard now == intake else { throw StoreFailure.conflict("the intake address was changed meanwhile; import again") }
                    return Plan("imported \(count) users: \(words)", (fresh + changed).map { .put(.user($0)) })
                }
            }
        }

        private func read(_ intake: EmailAddress?, _ live: Live) throws -> UserImport {
            let input = try InputFile(file, live)
            var decoder = CSVDecoder()
            var users = UserImport(intake: intake)
            var progress = ProgressBar("reading \(input.name)", of: input.size, live)
            var done = 0
            do throws(CSVDecoder.Failure) {
                while case let bytes = try piece(of: input), !bytes.isEmpty {
                    for record in try decoder.decode(bytes) { users.add(record) }
                    done += bytes.count
                    progress.advance(to: done)
                }
                for record in try decoder.finish() { users.add(record) }
            } catch {
                // What follows a broken quote cannot be told apart any more.
                users.note(error.sentence, at: error.line)
            }
            progress.finish()
            guard users.problemCount == 0 else { throw complaint(about: users, input.name, live) }
            return users
        }

        private func piece(of input: borrowing InputFile) throws(CSVDecoder.Failure) -> [UInt8] {
            do throws(CommandFailure) { return try input.read() } catch { throw CSVDecoder.Failure(line: 0, sentence: error.sentence) }
        }

        private func complaint(about users: UserImport, _ name: String, _ live: Live) -> CommandFailure {
            for problem in users.problems { live.say("\(name):\(problem.line): \(problem.sentence)") }
            let rest = users.problemCount - users.problems.count
            if rest > 0 { live.say("… and \(rest) more") }
            let lines = users.problemCount == 1 ? "one line is wrong" : "\(users.problemCount) lines are wrong"
            return .data("nothing was imported: \(lines) in \(name)")
        }

        /// Which are new and which differ from what is there.
        private func differing(
            from store: some DirectoryStore, _ imported: UserImport, _ live: Live
        ) async throws -> (fresh: [User], changed: [User]) {
            var users = imported.users
            var isKnown = [Bool](repeating: false, count: users.count)
            var isSame = isKnown
            var last: String?
            var progress = ProgressBar("comparing", of: nil, live)
            var done = 0
            while case let page = try await store.entities(.user, after: last, limit: 5000), let end = page.last {
                for case .user(let user) in page {
                    guard let place = imported.places[user.id] else { continue }
                    isKnown[place] = true
                    // A file says nothing about on and off: an address that was switched off stays off.
                    users[place] = users[place].keepingOff(of: user)
                    isSame[place] = users[place] == user
                }
                last = end.key.id
                done += page.count
                progress.advance(to: done)
            }
            progress.finish()
            return (
                users.indices.filter { !isKnown[$0] }.map { users[$0] },
                users.indices.filter { isKnown[$0] && !isSame[$0] }.map { users[$0] }
            )
        }
    }
}
