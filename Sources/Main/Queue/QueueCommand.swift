internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay
internal import Store

struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Messages that were accepted and are not yet settled.",
        discussion: """
            Examples:
              mandate queue list
              mandate queue retry m-0123456789abcdef
            """,
        subcommands: [List.self, Show.self, Retry.self, Hold.self, Release.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List messages in the order they were accepted.",
            discussion: """
                Example:
                  mandate queue list --state held
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @Option(help: "Only those that are waiting, claimed, held or failed.") var state: QueuedMessage.StateName?

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let columns: [Column] = [
                    .id, "state", .spare("accepted"), "author", .number("recipients", isSpare: true), .number("size", isSpare: true),
                    .number("attempts", isSpare: true), "next_attempt", .spare("unknown"), "why",
                ]
                var listing = try form.listing(columns, live)
                var filter = QueueFilter(state: state)
                while case let page = try await store.list(filter), !page.isEmpty {
                    for queued in page { listing.add(row(queued, at: live.now())) }
                    filter.after = page.last?.message.id
                }
                listing.finish()
            }
        }

        private func row(_ queued: QueuedMessage, at now: Date) -> [Cell] {
            [
                .text(queued.message.id.text), .text(queued.state.rawValue), .date(queued.message.acceptedAt),
                .text(queued.message.author.description), .number(queued.recipients.filter { $0.outcome == nil }.count),
                .number(queued.message.size), .number(queued.attempts), Cell(queued.nextAttempt), .flag(queued.isUnknown),
                .text(queued.words(at: now)),
            ]
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one message and the fate of each recipient.",
            discussion: """
                Example:
                  mandate queue show m-0123456789abcdef
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "The message's id.") var message: String

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let queued = try await store.find(message)
                let message = queued.message
                let slice = DirectorySlice(
                    users: message.user.map { [$0] } ?? [], addresses: Set(message.author.all.map(\.address)))
                let decider = Decider(
                    directory: try await store.directory(of: slice), conditions: try await store.conditions(of: nil))
                let isServed = try FolderLock.isServed(options.location(live).folder)
                let turn = try await store.turn(of: message.id, at: live.now())
                let outlook = decider.outlook(of: queued, at: live.now(), turn: turn, isServed: isServed)
                var sheet = Sheet()
                sheet.add("id", .text(message.id.text))
                sheet.add("state", .text(queued.state.rawValue))
                sheet.add("why", .text(outlook.why))
                sheet.add("way", Cell(outlook.way))
                sheet.add("now", .text(outlook.outlook.words))
                if !outlook.outlook.steps.isEmpty { sheet.add("next", .lines(outlook.outlook.steps)) }
                sheet.add("accepted", .date(message.acceptedAt))
                sheet.add("client", Cell(message.client?.text))
                sheet.add("purpose", Cell(message.purpose?.rawValue))
                sheet.add("user", Cell(message.user?.text))
                sheet.add("author", .text(message.author.description))
                sheet.add("envelope_sender", Cell(message.hasEnvelopeSender ? message.envelope.sender.description : nil))
                sheet.add("message_id", .text(message.messageID))
                sheet.add("size", .number(message.size))
                sheet.add("sha256", .text(message.digest.hexadecimal))
                sheet.add("attempts", .number(queued.attempts))
                sheet.add("next_attempt", Cell(queued.nextAttempt))
                sheet.add("unknown", .flag(queued.isUnknown))
                sheet.add("recipients", .list(queued.recipients.map(QueueWords.fate)))
                let passage = try await store.entries(JournalFilter(message: message.id)).map(\.entry)
                sheet.add("passage", .lines(passage.compactMap(QueueWords.attempt)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }
}
