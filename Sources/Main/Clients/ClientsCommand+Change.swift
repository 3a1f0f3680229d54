internal import ArgumentParser
internal import Relay
internal import Store

extension ClientsCommand {
    /// What a client may ask for, and what holds when it says nothing.
    struct LimitOptions: ParsableArguments {
        @Option(
            help: "A purpose it may name: notification, ad-hoc, administrator. Repeat it.",
            completion: .list(Purpose.allCases.map(\.rawValue)))
        var purpose: [String] = []
        @Option(help: "An address, @domain or \"*\" it may send as. Repeat it.") var address: [String] = []
        @Option(help: "The purpose of a message that names none.", completion: .list(Purpose.allCases.map(\.rawValue))) var defaultPurpose:
            String?
        @Option(help: "The current user of a message that names none, by id.") var defaultUser: String?
        @Option(help: "The author when a message's From cannot be used.") var authorIfUnusable: String?
        @Option(help: "Where notices of failure go when a message has no envelope sender.") var noticeAddress: String?

        @Option(help: "Messages it may hand in within an hour; beyond that it hears 451 or 429 and comes again.") var messagesPerHour:
            String?
        @Option(help: "Recipients it may name within an hour.") var recipientsPerHour: String?
        @Option(help: "Messages of its that may wait in the queue.") var queuedMessages: String?
        @Option(help: "Octets of its that may wait in the queue.") var queuedOctets: String?

        @Flag(
            inversion: .prefixedNo,
            help: "Refuse a From that breaks the grammar; else one like \"[Shop] Info <info@shop.example>\" is read as it is meant.")
        var strict: Bool?

        var areNone: Bool { purpose.isEmpty && address.isEmpty }

        /// What was given; "" is none.
        var entries: [DocumentValue.Entry] {
            let limits = [("purposes", purpose), ("addresses", address)].filter { !$0.1.isEmpty }.map { key, texts in
                DocumentValue.Entry(key, DocumentValue(texts.filter { !$0.isEmpty }))
            }
            let defaults = [
                ("default_purpose", defaultPurpose), ("default_user", defaultUser), ("author_if_unusable", authorIfUnusable),
                ("notice_address", noticeAddress),
            ].compactMap { key, text in text.map { DocumentValue.Entry(key, $0.isEmpty ? .null : .text($0)) } }
            let quota = quota.compactMap { key, text in
                text.map { DocumentValue.Entry(key.rawValue, $0.isEmpty ? .null : .text($0)) }
            }
            return (limits.isEmpty ? [] : [.init("limits", .map(limits))]) + (quota.isEmpty ? [] : [.init("quota", .map(quota))])
                + defaults + (strict.map { [.init("strict", .flag($0))] } ?? [])
        }

        private var quota: [(Quota.Quantity, String?)] {
            [
                (.messagesPerHour, messagesPerHour), (.recipientsPerHour, recipientsPerHour), (.queuedMessages, queuedMessages),
                (.queuedOctets, queuedOctets),
            ]
        }

        static let names = [
            "limits.purposes": "--purpose", "limits.addresses": "--address", "default_purpose": "--default-purpose",
            "default_user": "--default-user", "author_if_unusable": "--author-if-unusable", "notice_address": "--notice-address",
            "quota.messages_per_hour": "--messages-per-hour", "quota.recipients_per_hour": "--recipients-per-hour",
            "quota.queued_messages": "--queued-messages", "quota.queued_octets": "--queued-octets",
        ]
    }

    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a client's limits and defaults.",
            discussion: """
                Purposes and addresses limit what it may send, its quota how much: so many messages and recipients in an hour, so many messages and \
                octets that wait in the queue. Whatever waits for one client, others have their turns beside it.
                What is not given stays as it is; "" takes it away, as in --default-purpose "". Purposes and addresses are given in the place of those there are.

                Examples:
                  mandate clients limit batchmail --purpose notification --address @example.org
                  mandate clients limit newsletter --messages-per-hour 5000 --queued-messages 20000
                  mandate clients limit cron --unlimited
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var limits: LimitOptions
        @Argument(help: "Id or name.") var client: String
        @Flag(help: "Lift the limits of what it may send: all purposes, all addresses.") var unlimited = false

        func validate() throws {
            if unlimited, !limits.areNone {
                throw ValidationError("--unlimited lifts what --purpose and --address limit: give one or the other")
            }
            if !unlimited, limits.entries.isEmpty {
                throw ValidationError("give what is to change, such as --purpose or --address, or --unlimited to lift what they limit")
            }
        }

        func run() async throws {
            let lifted = DocumentValue.Entry("limits", ["purposes": .list([]), "addresses": .list([])])
            try await ClientsCommand.change(
                client, (unlimited ? [lifted] : []) + limits.entries, options, calling: LimitOptions.names)
        }
    }

    /// By its id or name; what is not named stays.
    static func change(
        _ client: String, _ patch: [DocumentValue.Entry], _ options: StoreOptions, calling names: [String: String]
    ) async throws {
        try await options.change(.current) { opened in
            try await opened.carryOut(Particulars(.client, patch).slice, calling: names) {
                try $0.change($0.directory.find(Client.self, client).entity.key, by: patch)
            }
        }
    }

    struct Rekey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a client a new key, printed once, on standard output; the one before is worth nothing at once.",
            discussion: """
                For a key that was lost or seen by somebody. Write it to a new file, and put that in the place of the old one when you have it.

                Example:
                  mandate clients rekey batchmail >batchmail.key.new && mv batchmail.key.new batchmail.key
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var client: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.carryOut { try $0.rekey($0.directory.find(Client.self, client).id) }
            }
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a person at the console another password.",
            discussion: """
                It is asked for, or read from standard input, and has \(PasswordHash.leastLength) characters at least.

                Example:
                  mandate clients password ann
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var client: String

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                // A name that is none is said before anybody thinks of a password.
                let id = try await opened.store.directory(of: DirectorySlice()).find(Client.self, client).id
                let hash = try ClientsCommand.chosenPassword(live)
                try await opened.carryOut { try $0.setPassword(of: id, to: hash) }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shut a client out; it stays listed, since the journal speaks of it.",
            discussion: """
                `mandate clients add` with the same name lets it in again, with a new key. The last administrator stays: let another in first.

                Example:
                  mandate clients revoke printer
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var client: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.carryOut { try $0.revoke($0.directory.find(Client.self, client).id) }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a client from the list; the journal then knows it by its id alone.",
            discussion: """
                Example:
                  mandate clients remove printer
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var client: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.carryOut { try $0.remove([$0.directory.find(Client.self, client).entity.key]) }
            }
        }
    }
}
