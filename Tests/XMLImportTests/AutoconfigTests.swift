import Relay
import TestSupport
import Testing
import XMLImport

struct AutoconfigTests {
    @Test(arguments: try AutoconfigCase.all()) func comesToWhatStandsBesideIt(_ example: AutoconfigCase) throws {
        let words = Autoconfig.words(try example.bytes)
        let expected = try example.expected
        #expect(words == expected, "see \(example.name).failed")
        if words != expected { try example.keep(failed: words) }
    }

    private static func valid(_ change: (String) -> String = { $0 }) throws -> [UInt8] {
        Array(change(String(decoding: try AutoconfigCase(name: "plain-valid").bytes, as: UTF8.self)).utf8)
    }

    private static func provider(_ bytes: [UInt8], replacing before: Provider? = nil) throws -> Provider? {
        if case .provider(let provider) = try Autoconfig(bytes).offer(replacing: before) { provider } else { nil }
    }

    @Test func importedProvidersMayNotReceiveSecrets() throws {
        #expect(try Self.provider(try Self.valid())?.mayReceiveSecrets == false)
    }

    @Test func serversAreInTheFilesOrder() throws {
        let example = AutoconfigCase(name: "several-servers-first-safe-with-oauth2-wins")
        let autoconfig = try Autoconfig(try example.bytes)
        #expect(autoconfig.outgoing.map(\.hostname) == ["legacy", "password", "first", "second"].map { $0 + ".house.example" })
        #expect(autoconfig.outgoing.map(\.socketType) == [.plain, .implicit, .implicit, .startTLS])
        #expect(autoconfig.outgoing[2].authentications == [.passwordCleartext, .oauth2])
        #expect(autoconfig.displayShortName == "House")
    }

    /// Trust was given to places, so it lasts as long as they stay the same, and not a host longer.
    @Test(arguments: [
        ("House Mail", "Home", true), ("mail.send", "mail.all", true), ("login.house.example/token", "evil.example/token", false),
        ("login.house.example/authorize", "evil.example/", false), ("smtp.house.example", "evil.example", false),
        ("<port>587", "<port>25", false), ("STARTTLS", "SSL", false), ("imap.house.example", "evil.example", false),
    ])
    func trustLastsWhileEveryPlaceStaysTheSame(_ old: String, _ new: String, _ isTrusted: Bool) throws {
        var before = try #require(try Self.provider(try Self.valid()))
        before.mayReceiveSecrets = true
        let after = try #require(try Self.provider(try Self.valid { $0.replacing(old, with: new) }, replacing: before))
        #expect(after != before)
        #expect(after.mayReceiveSecrets == isTrusted)
    }

    @Test func whatAFileCannotSayStays() throws {
        var before = try #require(try Self.provider(try Self.valid()))
        before.limits.connections = 2
        before.habits.takesNullSender = true
        before.authorization.userinfoEndpoint = "https://login.house.example/me"
        before.trustedCertificates = "PEM"
        before.scopes[.smtp]?.appOnly = "send.all"
        #expect(try Self.provider(try Self.valid(), replacing: before) == before)
    }
}
