import Foundation
import Relay
import TestSupport
import Testing
@testable import Main

/// Providers from files: a draft first, then one edit, and trust only from a person.
struct ProviderImportTests {
    private static let folder = FixtureFolder.at("import/autoconfig").url.path
    private static let house = folder + "/plain-valid.xml"

    private func rows(_ shell: Shell, _ line: String) async throws -> [String: String] {
        let answer = await shell.run(line + " --format json")
        let objects = try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [[String: Any]] ?? []
        let pairs = objects.map { object in
            (URL(filePath: object["file"] as? String ?? "").lastPathComponent, "\(object["outcome"] ?? "") \(object["why"] ?? "")")
        }
        return Dictionary(pairs, uniquingKeysWith: { $0 + "; " + $1 })
    }

    /// The fixture, with something else in it.
    private func file(_ shell: Shell, _ name: String, _ old: String = "", _ new: String = "") throws -> String {
        let text = try FixtureFolder.at("import/autoconfig").text("plain-valid.xml")
        return try shell.file(name, old.isEmpty ? text : text.replacing(old, with: new))
    }

    @Test func aDryRunChangesNothing() async throws {
        let shell = try await Shell.withStore()
        let answer = await shell.run("providers import --dry-run \(Self.house)")
        #expect(answer.status == 0)
        #expect(answer.out.contains("house.example") && answer.out.contains("new") && answer.out.contains("token-endpoint https://"))
        #expect(answer.err.contains("would import 1 file: 1 new, 0 changed, 0 unchanged, 0 no OAuth2, 0 refused"))
        #expect(try await shell.edition() == 1)
    }

    @Test func writtenOnceItIsUnchangedAndNotTrusted() async throws {
        let shell = try await Shell.withStore()
        #expect(await shell.run("providers import \(Self.house)").err.contains("imported 1 file: 1 new"))
        let provider = try #require(try await shell.directory().provider(ProviderID(trusted: "house.example")))
        #expect(!provider.mayReceiveSecrets && provider.kind == .custom && provider.name == "House Mail")
        let again = await shell.run("providers import \(Self.house)")
        #expect(again.err.hasPrefix("unchanged: ") && again.err.contains("1 unchanged"))
        #expect(try await shell.edition() == 2)
        #expect(await shell.run("providers list --format csv").out.contains("house.example,custom,House Mail,own,false"))
        #expect(await shell.run("doctor").out.contains("mandate providers trust house.example"))
    }

    /// One edit for all that is good; each bad file is named, and the status says that there were some.
    @Test func aFolderIsReadFileByFile() async throws {
        let shell = try await Shell.withStore()
        let found = try await rows(shell, "providers import \(Self.folder)")
        #expect(found["doctype.xml"]?.hasPrefix("refused line 2: a DOCTYPE") == true)
        #expect(found["too-big.xml"]?.contains("65536 bytes") == true)
        #expect(found["no-oauth2-part.xml"]?.hasPrefix("no OAuth2 ") == true)
        #expect(found.values.count { $0.hasPrefix("new ") } == 1)
        #expect(found["plain-valid.xml"]?.contains("stands in") == true, "one file for an id: the first")
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { $0.hasSuffix(".xml") }
        #expect(found.count == names.count)
        let answer = await shell.run("providers import --dry-run \(Self.folder)")
        #expect(answer.status == 65 && answer.err.contains("were refused; the report says why"))
        #expect(try await shell.edition() == 2)
        #expect(await shell.run("audit verify").status == 0)
    }

    @Test func movedEndpointsEndTrustAndSaySo() async throws {
        let shell = try await Shell.withStore()
        try await shell.set("providers import \(Self.house)", "providers trust house.example")
        let renamed = try file(shell, "renamed.xml", "House Mail", "Home Mail")
        #expect(try await rows(shell, "providers import \(renamed)")["renamed.xml"] == "changed name differs")
        #expect(try await shell.directory().provider(ProviderID(trusted: "house.example"))?.mayReceiveSecrets == true)
        let moved = try file(shell, "moved.xml", "login.house.example/token", "evil.example/token")
        let row = try #require(try await rows(shell, "providers import \(moved)")["moved.xml"])
        #expect(row.hasPrefix("changed NO LONGER TRUSTED: token-endpoint, name differ; "))
        let provider = try #require(try await shell.directory().provider(ProviderID(trusted: "house.example")))
        #expect(!provider.mayReceiveSecrets && provider.tokenEndpoint == "https://evil.example/token")
    }

    @Test(arguments: [("google", "catalogue"), ("MICROSOFT", "catalogue"), ("own", "another provider"), ("Google", "catalogue")])
    func anotherProvidersIDIsRefused(_ id: String, _ words: String) async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "providers add house --name own --token-endpoint https://l.example.org/t --smtp m.example.org:25 --scope smtp=x")
        let path = try file(shell, "other.xml", "emailProvider id=\"house.example\"", "emailProvider id=\"\(id)\"")
        let row = try #require(try await rows(shell, "providers import \(path)")["other.xml"])
        #expect(row.hasPrefix("refused ") && row.contains(words), "\(row)")
        #expect(try await shell.edition() == 2)
    }

    /// Otherwise the name would mean neither of the two any more.
    @Test func anotherProvidersNameIsToldApart() async throws {
        let shell = try await Shell.withStore()
        try await shell.set("providers import \(try file(shell, "other.xml", "House Mail", "Google"))")
        #expect(try await shell.directory().provider(ProviderID(trusted: "house.example"))?.name == "Google (house.example)")
        #expect(await shell.run("providers show Google").out.contains("accounts.google.com"))
    }

    @Test func whatAnAdministratorSetStays() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "providers import \(Self.house)",
            "providers set house.example --limit connections=2 --habit takes-null-sender=yes --userinfo-endpoint https://login.house.example/me"
        )
        #expect(await shell.run("providers import \(Self.house)").err.hasPrefix("unchanged"))
        #expect(try await shell.directory().provider(ProviderID(trusted: "house.example"))?.limits.connections == 2)
    }

    @Test func trustPrintsTheEndpointsFirst() async throws {
        let shell = try await Shell.withStore()
        try await shell.set("providers import \(Self.house)")
        let answer = await shell.run("providers trust house.example")
        #expect(answer.status == 0)
        #expect(answer.out.contains("https://login.house.example/token") && answer.out.contains("smtp.house.example:587 starttls"))
        #expect(answer.err.contains("from now on secrets go to House Mail (house.example)") && answer.err.contains("userinfo"))
        #expect(await shell.run("providers trust house.example").err.hasPrefix("unchanged"))
        #expect(await shell.run("doctor").out.contains("house.example") == false)
    }

    @Test func standardInputAndHostileNamesAreHarmless() async throws {
        let shell = try await Shell.withStore()
        let text = try FixtureFolder.at("import/autoconfig").text("plain-valid.xml")
        // What is only space is one; what turns a line around is refused.
        for (evil, status) in [("Ho\u{202E}use", 65), ("House &#x9B;31m", 65), ("House &#x85;", 0), ("House \u{2028}Mail", 0)]
            as [(String, Int32)]
        {
            let answer = await shell.run(["providers", "import", "-"], input: text.replacing("House Mail", with: evil))
            #expect(answer.status == status, "\(evil.debugDescription): \(answer.err)")
            let shown = await shell.run("providers list").out
            #expect(
                !(answer.out + answer.err + shown).unicodeScalars.contains { ["\u{202E}", "\u{2028}", "\u{85}", "\u{9B}"].contains($0) })
        }
        let good = await shell.run(["providers", "import", "-"], input: text)
        #expect(good.status == 0 && good.out.contains("standard input") == false)
    }

    /// Mozilla's whole collection, where it lies beside the checkout: each file becomes a provider, or says why not, and the second time nothing changes.
    @Test(.enabled(if: FixtureFolder.collection("ispdb") != nil)) func aCollectionIsReadToItsLastFile() async throws {
        let folder = try #require(FixtureFolder.collection("ispdb")).url.path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".xml") }
        let shell = try await Shell.withStore()
        let found = try await rows(shell, "providers import \(folder)")
        #expect(found.count == files.count && files.count >= 163)
        #expect(found.allSatisfy { !$0.value.hasPrefix("refused ") || $0.value.count > "refused ".count + 10 })
        let outcomes = Dictionary(grouping: found.values) {
            $0.split(separator: " ").prefix($0.hasPrefix("no OAuth2") ? 2 : 1).joined(separator: " ")
        }
        #expect(outcomes.mapValues(\.count) == ["new": 6, "no OAuth2": 157], "\(outcomes.mapValues(\.count))")
        let edition = try await shell.edition()
        #expect(await shell.run("providers import \(folder)").err.contains("6 unchanged"))
        #expect(try await shell.edition() == edition)
    }
}
