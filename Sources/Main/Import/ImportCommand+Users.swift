internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store
internal import XMLImport

extension ImportCommand {
    struct Users: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: ImportKind.users.rawValue, abstract: "Users from CSV, LDIF or XML.",
            discussion: """
                By content, unless --as says it. CSV: id,name,address[,login][,further addresses…]. LDIF: uid or sAMAccountName, displayName or cn, mail and \
                proxyAddresses, userPrincipalName; groups, computers and disabled accounts are skipped. XML: an element for each user below the root, with id, \
                name, login and address or email as attributes or elements. Users who are not in the file stay as they are. If a line is wrong, all such lines \
                are named and nothing is changed. Of a large file two thousand are put in at a time; if that stops half-way, run it again: what is in already \
                counts as the same.

                Examples:
                  mandate import users users.csv
                  ldapsearch -LLL -o ldif-wrap=no -b dc=example,dc=org '(mail=*)' | mandate import users - --apply
                  mandate import users users.xml --only changed,skipped
                """)
        @OptionGroup var options: ImportOptions
        @Option(name: .customLong("as"), help: "What the file is: csv, ldif or xml.") var form: UserForm?

        func run() async throws {
            let live = Live.current
            try await options.store.change(live) { opened in
                var listing = try options.listing(live)
                let file = UserFile(path: options.file, form: form, live: live)
                let intake = try await opened.store.directory(of: DirectorySlice()).settings.intake
                let users = try file.read(intake) { listing.add($0) }
                guard users.problemCount == 0 else {
                    listing.finish()
                    throw file.failure(users)
                }
                try await importing(users, &listing, opened)
                listing.finish()
                let report = listing.report
                guard options.apply else { return live.say(ImportOptions.words(report, file.name)) }
                live.say((report.differences == 0 ? "unchanged: " : "imported: ") + report.words)
            }
        }

        private func importing(_ users: UserImport, _ listing: inout ImportListing, _ opened: OpenedStore) async throws {
            var start = 0
            try await UserFile.importing(
                users.users, opened, isTrial: !options.apply,
                telling: { some, difference in
                    listing.add(users.lines(from: start, some, difference))
                    start += some.count
                })
        }
    }
}

extension UserForm: ExpressibleByArgument {}

/// A file of users: read piece by piece, and put in by the handful.
struct UserFile {
    let path: String
    var form: UserForm?
    let live: Live

    var name: String { path == "-" ? "standard input" : path }

    func read(_ intake: EmailAddress?, noting: UserImport.Note = { _ in }) throws -> UserImport {
        let input = try InputFile(path, live)
        var users = UserImport(intake: intake, form: form, xml: XMLRecords())
        var progress = ProgressBar("reading \(input.name)", of: input.size, live)
        var done = 0
        while case let bytes = try input.read(), !bytes.isEmpty {
            done += bytes.count
            guard done <= ImportKind.users.largest else {
                throw CommandFailure.data("\(name) has more than \(ImportKind.users.largest) bytes: split it")
            }
            users.read(bytes, noting: noting)
            progress.advance(to: done)
        }
        users.finish(noting: noting)
        progress.finish()
        return users
    }

    func failure(_ users: UserImport) -> CommandFailure {
        let lines = users.problemCount == 1 ? "one line is wrong" : "\(users.problemCount) lines are wrong"
        return .data("nothing was imported: \(lines) in \(name)")
    }

    @discardableResult
    static func importing(
        _ users: PackedUsers, _ opened: OpenedStore, isTrial: Bool, telling: ([User], UserDifference) -> Void = { _, _ in }
    ) async throws -> ImportTally {
        var bar = ProgressBar(isTrial ? "comparing" : "importing", of: users.count, opened.live)
        defer { bar.finish() }
        do {
            return try await opened.editor.importUsers(
                users, isTrial: isTrial, progress: { bar.advance(to: $0.done) }, telling: telling)
        } catch let failure as ImportFailure {
            let ending = Ending(failure.reason)
            throw CommandFailure(
                ending.status,
                "it stopped after \(failure.tally.done) of \(users.count) users (\(failure.tally.words)): \(ending.sentence); "
                    + "run it again, and what is in already counts as unchanged")
        }
    }
}
