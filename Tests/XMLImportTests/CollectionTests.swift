import Foundation
import Relay
import TestSupport
import Testing
import XMLImport

/// Mozilla's collection, where it lies beside the checkout.
struct CollectionTests {
    private static let folder = FixtureFolder.collection("ispdb")

    private static let files: [String] = {
        let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.url.path) }
        return (names ?? []).filter { $0.hasSuffix(".xml") }.sorted()
    }()

    /// Those with a token endpoint and an outgoing server that takes a token. Two more have an endpoint alone: for reading mail, or for nothing.
    private static let withOAuth2 = ["aol.com", "comcast.net", "googlemail.com", "office365.com", "umich.edu", "yahoo.com"]
    private static let withEndpointAlone = ["mail.ru", "yandex.ru"]

    @Test(.enabled(if: !files.isEmpty)) func everyFileIsRead() async throws {
        let folder = try #require(Self.folder)
        var providers: [String] = []
        var others: [Autoconfig.Shortfall: [String]] = [:]
        for file in Self.files {
            await Task.yield()  // tests that watch the clock need the thread too
            let autoconfig = try Autoconfig(try folder.bytes(file))
            #expect(!autoconfig.domains.isEmpty, "\(file)")
            switch autoconfig.offer() {
            case .noOAuth2(let shortfall): others[shortfall, default: []].append(autoconfig.id)
            case .provider(let provider):
                providers.append(provider.id.text)
                #expect(provider.smtp != nil && !provider.mayReceiveSecrets)
                let asked = provider.scopes.values.map(\.delegated).joined(separator: " ")
                #expect(!asked.contains("contacts") && !asked.contains("calendar") && !asked.contains("carddav"), "\(file)")
            }
        }
        #expect(Self.files.count == 163)
        #expect(providers == Self.withOAuth2)
        #expect(others[.noServer] == Self.withEndpointAlone)
        #expect(others[.noEndpoints]?.count == 155)
    }
}
