import Foundation
import Mail
import Relay
import TestSupport
import Testing

@testable import Console
@testable import Web

/// What a page says is to be done, step by step, and where it leads to have it done.
struct AdviceTests {
    private static func list(_ value: DocumentValue?) -> [DocumentValue] { if case .list(let items)? = value { items } else { [] } }

    private static func hrefs(_ remedy: Remedy, _ address: String? = nil, user: UserID? = nil) -> [String] {
        list(DocumentValue.map(AdviceList(remedy, address: address, user: user).document)["ways"]).compactMap {
            if case .text(let href)? = $0["href"] { href } else { nil }
        }
    }

    @Test func eachStepStandsByItself() {
        let remedy = Remedy(
            .provider("Add-RecipientPermission ann@example.org -Trustee desk"), .provider("in Gmail as desk: add it"),
            .command("mandate standings probe desk ann@example.org", "then"), .words("wait"))
        let steps = Self.list(DocumentValue.map(AdviceList(remedy).document)["steps"])
        #expect(steps.map { $0["is_code"] } == [true, false, true, false])
        #expect(steps.map { $0["note"] } == ["at the provider", "at the provider", "then", .null])
    }

    @Test func aStepLeadsToThePageWhereItIsDone() {
        let address = "lost@example.org"
        #expect(
            Self.hrefs(
                Remedy(
                    .command("mandate delegations allow desk@example.org lost@example.org --kind send-as"),
                    .command("mandate mailboxes add lost@example.org --grant GRANT"),
                    .command("mandate delegations deny '*' lost@example.org"), .look("mandate audit journal --as lost@example.org", "why")),
                address) == [
                    "/delegations/new?from=lost%40example.org&mailbox=desk%40example.org", "/tokens",
                    "/denies/new?from=lost%40example.org&mailbox=%2A", "/journal?as=lost%40example.org",
                ])
        #expect(
            Self.hrefs(
                Remedy(
                    .command("mandate users set u-1 --remove-address lost@example.org"), .command("mandate settings set intake ADDRESS")),
                address, user: UserID(trusted: "u-1")) == ["/users/u-1", "/settings"])
        #expect(Self.hrefs(Remedy(.command("mandate grants set a --enable"), .command("mandate grants authorize a"))) == ["/tokens"])
        #expect(Self.hrefs(Remedy(.provider("mandate users add x"), .words("mandate settings set x"))).isEmpty)
    }

    @Test func anUnauthorizedAddressIsMendedFromItsRow() throws {
        let user = User(id: UserID(trusted: "u-dora"), name: "Dora", addresses: [UserAddress(FakeCompany.dora)])
        let report = UnauthorizedReport(
            directory: Directory(FakeCompany.entities() + [.user(user)]), conditions: Conditions(), sightings: [], now: Samples.start)
        let finding = try #require(report.finding("dora@example.org"))
        let row = report.row(of: finding)
        let page = PageLibrary.shared.render(
            "unauthorized",
            [
                "base": "/instance", "title": "Unauthorized", "can_change": true, "nav": [], "has_rows": true,
                "rows": [UnauthorizedView.row(row, finding, at: Samples.start)], "near_misses": [],
            ])
        let list = try #require(page.components(separatedBy: "<ol class=\"steps\">").dropFirst().first)
        #expect(list.components(separatedBy: "<li").count > row.remedy.steps.count, "\(list)")
        for step in row.remedy.steps { #expect(list.contains(HTMLText.escaped(step.text)), "\(step.text)") }
        #expect(list.contains("href=\"/instance/delegations/new?from=dora%40example.org"), "\(list)")
    }

    /// As long as what it names is there.
    @Test func aFactIsToldByTheNameOfWhatItNames() {
        let directory = Directory(FakeCompany.entities())
        let entry = JournalEntry(
            at: Samples.start, kind: .changed,
            facts: [.init("entity", "mailbox"), .init("id", "desk"), .init("grant", "all"), .init("client", "gone"), .init("code", "all")])
        #expect(
            entry.facts.map { directory.words(of: $0, in: entry) } == ["mailbox", "desk@example.org", "All", "gone", "all"])
    }
}
