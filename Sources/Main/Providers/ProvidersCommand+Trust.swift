internal import ArgumentParser
internal import Relay
internal import Store

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
                let seen = try await opened.store.find(Provider.self, provider)
                var sheet = Sheet()
                for place in seen.places { sheet.add(place.name.replacing("-", with: "_"), .text(place.address)) }
                sheet.write(.table, to: live.standardOutput)
                try await opened.carryOut { try $0.trust(seen.id, seen: seen.places) }
            }
        }
    }
}
