internal import ArgumentParser
internal import Relay
internal import Store

struct SettingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "The application's three settings, and Mandate's own beside them.",
        discussion: """
            EMAIL_FROM_USER_ID (notifications), AD_HOC_EMAIL_FROM_ADDRESS (mail a user sends) and EMAIL_ADMINISTRATOR_USER_ID (administrative mail) hold a \
            user's id, an address, or "* Current User *". mode, carrier, reply and fallback may end in .notification, .ad-hoc or .administrator. \
            delivery keeps mail from leaving (hold) or from its recipients (redirect ADDRESS), delivery.CLIENT that of one client.

            Examples:
              mandate settings set EMAIL_FROM_USER_ID tracker
              mandate settings set mode.ad-hoc reply-to
              mandate settings set delivery "redirect test@example.org"
              mandate settings list --all
            """,
        subcommands: [List.self, Get.self, Set.self, Unset.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List settings with what they mean.",
            discussion: """
                Example:
                  mandate settings list --all
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var form: ListingOptions
        @Flag(help: "Also those that are not set, with what holds then.") var all = false

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let directory = try await store.directory(of: DirectorySlice())
                var listing = try form.listing(["setting", "value", "meaning"], live)
                for key in directory.settings.keys where all || directory.settings[key] != nil {
                    let text = directory.settings[key]
                    listing.add([.text(key.description), Cell(text), .text(SettingWords.meaning(of: key, text, directory))])
                }
                listing.finish()
            }
        }
    }

    struct Get: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print one setting's value.",
            discussion: """
                Example:
                  mandate settings get EMAIL_FROM_USER_ID
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The setting.", completion: SettingWords.completion, transform: Parse.settingKey) var key: SettingKey

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let directory = try await store.directory(of: DirectorySlice())
                let key = key.named(in: directory)
                if let text = directory.settings[key] { return live.output(text) }
                live.say("\(key) is not set: \(SettingWords.meaning(of: key, nil, directory))")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one setting: value, meaning, and what it can be.",
            discussion: """
                Example:
                  mandate settings show mode.ad-hoc
                """)
        @OptionGroup var options: StoreOptions
        @OptionGroup var format: FormatOption
        @Argument(help: "The setting.", completion: SettingWords.completion, transform: Parse.settingKey) var key: SettingKey

        func run() async throws {
            let live = Live.current
            try await options.read(live) { store in
                let directory = try await store.directory(of: DirectorySlice())
                let key = key.named(in: directory)
                var sheet = Sheet()
                sheet.add("setting", .text(key.description))
                sheet.add("value", Cell(directory.settings[key]))
                sheet.add("meaning", .text(SettingWords.meaning(of: key, directory.settings[key], directory)))
                sheet.add("takes", .text(SettingWords.choices(of: key.name)))
                sheet.write(format.format, to: live.standardOutput)
            }
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set a value.",
            discussion: """
                Examples:
                  mandate settings set AD_HOC_EMAIL_FROM_ADDRESS "* Current User *"
                  mandate settings set reply.notification intake
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The setting.", completion: SettingWords.completion) var key: String
        @Argument(help: "The value; `mandate settings show` says what it can be.") var value: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.carryOut(Administration.slice(of: value), calling: ["value": key]) { try $0.set(key, to: value) }
            }
        }
    }

    struct Unset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a value away, so that the default holds.",
            discussion: """
                Example:
                  mandate settings unset mode.ad-hoc
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "The setting.", completion: SettingWords.completion) var key: String

        func run() async throws {
            try await options.change(.current) { opened in
                try await opened.carryOut(calling: ["value": key]) { try $0.set(key, to: nil) }
            }
        }
    }
}
