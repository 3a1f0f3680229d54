internal import ArgumentParser
internal import Mail
internal import Relay
internal import Store

extension MailboxesCommand {
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try a mailbox without sending: token, sign-in, and out again.",
            discussion: """
                What is wrong is said in words, with the commands that mend it here and at the provider. Ends with 0 when all is well, 75 when it may \
                pass by itself, 78 when somebody has to do something.

                With --outgoing the message is read back over IMAP, where the provider has it and the grant opens it: a From that the provider replaced in \
                silence is an error, and mail takes another route from then on.

                Examples:
                  mandate mailboxes check tracker@example.org
                  mandate mailboxes check --all
                  mandate mailboxes check --grant tracker
                  mandate mailboxes check intake@example.org --incoming
                  mandate mailboxes check tracker@example.org --outgoing
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "By address, login or id; an address of a family stands for its own mailbox.") var mailbox: String?
        @Flag(help: "Every mailbox that is switched on.") var all = false
        @Option(help: "Every mailbox of this grant.") var grant: String?
        @Flag(help: "Where mail is read, too: signs in over IMAP or POP3, and out again.") var incoming = false
        @Flag(help: "Sends one marked message from the mailbox to itself, too.") var outgoing = false

        func validate() throws {
            guard [mailbox != nil, all, grant != nil].count(where: { $0 }) == 1 else {
                throw ValidationError("name a mailbox, or a grant with --grant, or say --all")
            }
        }

        func run() async throws {
            let live = Live.current
            let worst = try await options.change(live) { opened in
                let directory = try await opened.store.directory(of: DirectorySlice())
                let mailboxes = try await chosen(opened, directory)
                let families = grant == nil && !all ? [] : try families(directory)
                for family in families { live.say("family \(family.name) is not tried: check an address of it") }
                guard !mailboxes.isEmpty else {
                    throw CommandFailure.data(families.isEmpty ? "there is no mailbox to check" : "there is no single mailbox to check")
                }
                return try await opened.asking(directory) { means in
                    let check = opened.check(directory, means)
                    var worst = ExitStatus.success
                    for mailbox in mailboxes {
                        let reports = try await reports(check, mailbox)
                        show(mailbox, reports, live)
                        worst = reports.map(\.status).reduce(worst) { $1.rawValue > $0.rawValue ? $1 : $0 }
                    }
                    return worst
                }
            }
            if worst != .success { throw worst }
        }

        /// A provider's words are long, and where one token is refused the next is refused with the same: once is enough.
        private func show(_ mailbox: Mailbox, _ reports: [CheckReport], _ live: Live) {
            var told: [String] = []
            live.output(mailbox.address.description)
            for step in reports.flatMap(\.steps) {
                let isNew = step.isGood || !told.contains(step.detail)
                told.append(step.detail)
                let detail = isNew ? step.detail : "\(step.stage.rawValue): the same as above"
                live.output(DisplayWidth.printable("  \(step.isGood ? "✓" : "✗") \(detail)"))
                for line in step.fix { live.output(DisplayWidth.printable("      \(line)")) }
            }
        }

        /// Nothing is sent from a mailbox that cannot sign in.
        private func reports(_ check: MailboxCheck, _ mailbox: Mailbox) async throws -> [CheckReport] {
            var reports = [try await check.report(mailbox, .signIn)]
            if outgoing, reports[0].isGood { reports.append(try await check.report(mailbox, .outgoing)) }
            if incoming { reports.append(try await check.report(mailbox, .incoming)) }
            return reports
        }

        private func chosen(_ opened: OpenedStore, _ directory: Directory) async throws -> [Mailbox] {
            if let grant { return directory.mailboxes(of: try directory.find(Grant.self, grant).id) }
            guard let mailbox else { return directory.allMailboxes.filter(\.isEnabled).sorted { $0.address < $1.address } }
            return [try await opened.mailbox(mailbox)]
        }

        private func families(_ directory: Directory) throws -> [Family] {
            let wanted = try grant.map { try directory.find(Grant.self, $0).id }
            return directory.allFamilies.filter { $0.isEnabled && (wanted == nil || $0.grant == wanted) }.sorted { $0.name < $1.name }
        }
    }
}

extension CheckReport {
    var status: ExitStatus { isGood ? .success : mayPass ? .temporary : .configuration }
}

extension OpenedStore {
    /// A mailbox by its names, or the one that an address of a family is.
    func mailbox(_ text: String) async throws -> Mailbox {
        var slice = DirectorySlice()
        slice.add(address: text)
        return try administration(try await store.directory(of: slice)).account(text)
    }
}
