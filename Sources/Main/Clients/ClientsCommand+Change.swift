internal import ArgumentParser
internal import Mail
internal import Relay

extension ClientsCommand {
    /// What a client may ask for, and what holds when it says nothing.
    struct LimitOptions: ParsableArguments {
        @Option(help: "A purpose it may name: notification, ad-hoc, administrator. Repeat it.") var purpose: [Purpose] = []
        @Option(help: "An address, @domain or \"*\" it may send as. Repeat it.", transform: Parse.pattern) var address: [AddressPattern] =
            []
        @Option(help: "The purpose of a message that names none.") var defaultPurpose: Purpose?
        @Option(help: "The current user of a message that names none, by id.", transform: Parse.userID) var defaultUser: UserID?
        @Option(help: "The author when a message's From cannot be used.", transform: Parse.address) var authorIfUnusable: EmailAddress?
        @Option(help: "Where notices of failure go when a message has no envelope sender.", transform: Parse.address) var noticeAddress:
            EmailAddress?
        @Flag(help: "Refuse a From that breaks the grammar; else one like \"[Shop] Info <info@shop.example>\" is read as it is meant.")
        var strict = false

        var limits: Client.Limits { Client.Limits(purposes: Swift.Set(purpose), addresses: address) }

        func validate() throws {
            if let defaultPurpose, !purpose.isEmpty, !purpose.contains(defaultPurpose) {
                throw ValidationError("--default-purpose \(defaultPurpose.rawValue) is outside its own limits")
            }
            if let authorIfUnusable, !address.isEmpty, !address.contains(where: { $0.matches(authorIfUnusable) }) {
                throw ValidationError("--author-if-unusable \(authorIfUnusable) is outside its own limits")
            }
        }
    }

    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace a client's limits and defaults.",
            discussion: """
                What is not given is no longer limited, or no longer set.

                Examples:
                  mandate clients limit batchmail --purpose notification --address @example.org
                  mandate clients limit cron --unlimited
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var limits: LimitOptions
        @Argument(help: "Id or name.") var client: String
        @Flag(help: "Lift all limits.") var unlimited = false

        func validate() throws {
            if unlimited != limits.limits.areEmpty {
                throw ValidationError("give --purpose or --address, or --unlimited to lift all limits")
            }
        }

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.edit { finder in
                    let before = try await finder.find(Client.self, client)
                    var after = before
                    after.limits = limits.limits
                    after.defaultPurpose = limits.defaultPurpose
                    after.defaultUser = limits.defaultUser
                    after.authorIfUnusable = limits.authorIfUnusable
                    after.noticeAddress = limits.noticeAddress
                    after.isStrict = limits.strict
                    if let problem = after.problem { throw CommandFailure.data("client \(before.title): \(problem)") }
                    return after == before ? Plan("client \(before.title)") : Plan("limited client \(after.title)", [.put(after.entity)])
                }
            }
        }
    }
}
