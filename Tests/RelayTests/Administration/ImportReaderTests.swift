import Relay
import TestSupport
import Testing

/// Files that were cut off or damaged: each is read or refused with a sentence, and nothing else happens.
struct ImportReaderTests {
    /// Hands on nothing.
    private struct NoXML: XMLReader {
        func read(_ bytes: [UInt8], each: (XMLElement) -> Void) throws(ImportFault) { throw ImportFault("no XML") }
    }

    private static let files: [(kind: ImportKind, path: String)] = [
        (.settings, "settings-properties/in.properties"), (.exchangePermissions, "exchange-send-as/in.csv"),
        (.exchangePermissions, "exchange-on-behalf/in.csv"), (.gmailSendAs, "gmail/in.json"), (.postfixLogins, "postfix-logins/in"),
        (.postfixGeneric, "postfix-generic/in"), (.emailOAuth2Proxy, "email-oauth2-proxy/in.config"),
    ]

    private func outcome(_ bytes: [UInt8], _ kind: ImportKind) -> String {
        do throws(ImportFault) {
            return "\(try ImportReader.read(bytes, as: kind, choices: ImportChoices(), xml: NoXML()).count) things"
        } catch { return error.description }
    }

    @Test(arguments: files.map(\.path)) func damageIsAnswered(_ path: String) throws {
        let bytes = try FixtureFolder.at("import/draft").bytes(path)
        let kind = try #require(Self.files.first { $0.path == path }?.kind)
        #expect(outcome(bytes, kind).hasSuffix(" things"))
        for end in stride(from: 0, to: bytes.count, by: 7) { #expect(!outcome(Array(bytes[..<end]), kind).isEmpty) }
        for strange: UInt8 in [0x00, 0x0A, 0x20, 0x22, 0x5B, 0x5C, 0x7B, 0xFF] {
            for place in stride(from: 0, to: bytes.count, by: 17) {
                var damaged = bytes
                damaged[place] = strange
                #expect(!outcome(damaged, kind).isEmpty)
            }
        }
    }

    @Test(arguments: ImportKind.allCases.filter { $0 != .users }) func whatIsTooBigOrEmptyIsRefused(_ kind: ImportKind) {
        #expect(outcome([UInt8](repeating: 0x20, count: kind.largest + 1), kind).contains("more than"))
        #expect(outcome([], kind) == "the file is empty")
    }

    @Test func nobodyHasThousandsOfAddresses() {
        var users = UserImport(intake: nil)
        let lines = (0..<2000).map { "mail: ann\($0)@example.org\n" }.joined()
        users.read(Array("dn: uid=ann\nuid: ann\n\(lines)".utf8))
        users.finish()
        #expect(users.users.isEmpty && users.problems.first?.sentence.contains("more than 500 addresses") == true)
    }
}
