internal import ArgumentParser
internal import Relay
internal import SQLiteStore

extension ProvidersCommand {
    struct Trust: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Allow secrets to go to an imported provider's endpoints.",
            discussion: """
                Until then no token, code or client secret is sent there. The endpoints are printed first: compare them with what the provider itself says.

                Example:
                  mandate providers trust example.org
                """)
        @OptionGroup var options: StoreOptions
        @Argument(help: "Id or name.") var provider: String

        func run() async throws {
            let live = Live.current
            try await options.change(live) { opened in
                let seen = try await Finder(store: opened.store).find(Provider.self, provider)
                var sheet = Sheet()
                for place in seen.places { sheet.add(place.name.replacing("-", with: "_"), .text(place.address)) }
                sheet.write(.table, to: live.standardOutput)
                try await opened.edit { finder in
                    var provider = try await finder.find(Provider.self, seen.id.text)
                    guard provider.places == seen.places else {
                        throw StoreFailure.conflict("the endpoints of \(provider.title) were changed meanwhile; look at them again")
                    }
                    if provider.mayReceiveSecrets { return Plan("provider \(provider.title) is trusted") }
                    provider.mayReceiveSecrets = true
                    return Plan("from now on secrets go to \(provider.title)", [.put(provider.entity)])
                }
                if seen.cannotTellWhoConsented {
                    live.say(
                        "it has neither a userinfo endpoint nor signing keys, so a consent cannot say who gave it: `mandate providers set \(seen.id)` names them"
                    )
                }
            }
        }
    }
}
