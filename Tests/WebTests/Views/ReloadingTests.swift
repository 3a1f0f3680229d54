import HTTPTypes
import Relay
import TestSupport
import Testing

@testable import Console
@testable import Web

/// What stands at the edges of pages: addresses that are loaded again, letters that turn the writing round, ways on.
struct ReloadingTests {
    private static let pages = Set(Console.routes.filter { $0.method == .get }.map(\.path))

    /// Whoever loads an address again that a form was sent to does not meet "there is no such page".
    @Test func everyAddressThatAFormIsSentToCanBeLoaded() {
        for route in Console.routes where route.method == .post {
            #expect(Self.pages.contains(route.path), "\(route.path)")
        }
    }

    @Test(arguments: [
        ("/delegations/{id}/revoke", "/identities"), ("/standings/probe", "/identities"), ("/mailboxes/{id}/check", "/mailboxes/{id}"),
        ("/clients/{id}/key", "/clients/{id}"), ("/queue/all", "/queue"), ("/tokens/{id}/renew", "/tokens"),
        ("/settings/{key}/unset", "/settings"),
        ("/journal/verify", "/journal"), ("/families/{id}/resume", "/tokens"), ("/denies", "/identities"), ("/applications", "/tokens"),
    ]) func itIsThePageThatTheFormIsOf(_ path: String, _ home: String) {
        let pages: Set = [
            "/", "/identities", "/mailboxes", "/mailboxes/{id}", "/clients", "/clients/{id}", "/queue", "/tokens", "/settings", "/journal",
        ]
        #expect(Reloading.home(of: path, pages) == home)
    }

    /// U+202E in a name or a reply would show `moc.elpmaxe` as `example.com`, and our own letters behind it in another order.
    @Test func whatTurnsTheWritingRoundIsWrittenOut() {
        #expect(HTMLText.escaped("ann\u{202E}moc.elpmaxe@\u{202C}") == "ann[U+202E]moc.elpmaxe@[U+202C]")
        #expect(HTMLText.escaped("\u{61C}\u{200E}\u{200F}\u{2066}\u{2069}") == "[U+061C][U+200E][U+200F][U+2066][U+2069]")
        // Arabic and Hebrew are letters like others.
        #expect(HTMLText.escaped("שלום <سلام> Ä") == "שלום &lt;سلام&gt; Ä")
    }

    @Test func aConsentLeadsOn() throws {
        let directory = Directory(FakeCompany.entities())
        let onward = try #require(ConsentOnward(FakeCompany.consent, in: directory))
        let address = try #require(PublicAddress("https://mail.example.org/instance"))
        let page = ConsentPages(address: address).granted("Carol consented", onward)
        #expect(page.contains("<a href=\"/instance/mailboxes/carol\">Test that carol@example.org can send</a>"), "\(page)")
        #expect(page.contains("<a href=\"/instance/tokens#grant-carols\">Back to Carol&#39;s</a>"))
        #expect(ConsentPages(address: address).trouble("declined", onward).contains("Begin the consent again"))
        #expect(ConsentOnward(FakeCompany.appOnly, in: directory)?.next.path == "/mailboxes?grant=all")
        // The command's own pages have no console to lead on to.
        #expect(!ConsentPages(address: address).granted("Carol consented").contains("<a "))
    }
}
