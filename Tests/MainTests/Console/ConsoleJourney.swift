import Foundation
import Mail
import Relay
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// What an administrator does at the console on the first day, in a real browser, from the log-in to a message that has arrived.
struct ConsoleJourney {
    static let tracker = "helpdesk@fabrikam.example"
    private static let clientID = "c0ffee00-0000-4000-8000-000000000001"
    private static let secret = "a-secret-of-the-console's"

    let browser: WebDriver
    let house: WebHouse
    /// Where people come to, with the path.
    let home: String

    func walk() async throws {
        try await logIn()
        try await addApplication()
        try await consent()
        try await check()
        try await read()
        try await delegate()
        try await importUsers()
        try await set()
        try await explain()
        try await audit()
        try await follow()
        // The wrong password was answered with 403, as it should be.
        let complaints = try await browser.complaints.filter { !$0.contains("/login - ") && !$0.contains("favicon.ico") }
        // The wrong form that is sent on purpose is answered with 422, which Chromium notes like any answer that is no page.
        let unexpected = complaints.filter { !$0.contains("/delegations - ") || !$0.contains("status of 422") }
        #expect(unexpected.isEmpty, "\(complaints)")
    }

    func logIn() async throws {
        try await browser.open("\(home)/")
        #expect(try await browser.address == "\(home)/login?next=%2F")
        try await browser.type("ann", into: "#name")
        try await browser.type("not the password", into: "#key_or_password")
        try await browser.press("Sign in")
        try await browser.shows("not a name and its password")
        try await browser.type("ann", into: "#name")
        try await browser.type(WebHouse.password, into: "#key_or_password")
        try await browser.press("Sign in")
        try await browser.shows("Overview")
        #expect(try await browser.address == "\(home)/")
    }

    /// A new mailbox at the provider, and an app registration, of which the administrator copies what the form asks for.
    private func addApplication() async throws {
        house.premises.sandbox.changeTenant { tenant in
            tenant.mailboxes.append(HostedMailbox(Self.tracker))
            tenant.applications.append(
                AppRegistration(clientID: Self.clientID, name: "Help desk", secrets: [.init(Self.secret)], redirectURIs: []))
        }
        try await browser.open("\(home)/tokens")
        try await browser.press("New application")
        let provider = try #require(
            try await house.directory().allProviders.first { $0.kind == .microsoft && !Provider.builtIn.map(\.id).contains($0.id) })
        try await browser.open("\(home)/applications/new?provider=\(provider.id)")
        for (field, value) in [
            ("name", "Help desk"), ("tenant_id", Company.tenantID), ("client_id", Self.clientID), ("client_secret", Self.secret),
            ("domains", "fabrikam.example"), ("mailbox_address", Self.tracker),
        ] { try await browser.type(value, into: "#\(field)") }
        try await browser.press("Add the application")
        try await browser.shows("At the provider")
        let application = try #require(try await house.directory().allApplications.first { $0.name == "Help desk" })
        let address = "\(home)/OAuth2/\(application.id)"
        #expect(try await browser.text.contains(address))
        house.premises.sandbox.changeTenant { tenant in
            for place in tenant.applications.indices where tenant.applications[place].clientID == Self.clientID {
                tenant.applications[place].redirectURIs = [address]
            }
        }
        #expect(!(try await browser.text).contains(Self.secret))
    }

    private func consent() async throws {
        let application = try #require(try await house.directory().allApplications.first { $0.name == "Help desk" })
        let grant = try #require(try await house.directory().allGrants.first { $0.application == application.id })
        try await browser.open("\(home)/tokens")
        try await browser.click("button[formaction$='/tokens/\(grant.id)/consent']")
        try await allow()
        // The way on leads to the mailbox that the consent opened.
        try await browser.press("Test that \(Self.tracker) can send")
        try await browser.shows("What it may send as")
        try await browser.open("\(home)/tokens")
        try await browser.shows("healthy")
    }

    private func check() async throws {
        let box = try #require(try await house.directory().allMailboxes.first { $0.address.description == Self.tracker })
        try await check(box.id, "sign-in", "igned in as")
        try await check(box.id, "outgoing", "a test message was taken")
    }

    private func check(_ id: MailboxID, _ kind: String, _ words: String) async throws {
        try await browser.open("\(home)/tokens")
        try await browser.click("form[action$='/mailboxes/\(id)/check'] button[value=\(kind)]")
        try await browser.shows(words)
        try await browser.shows("It works")
    }

    /// The consent was to sending alone; what a test of incoming mail finds leads to a consent that asks for reading, too.
    private func read() async throws {
        let box = try #require(try await house.directory().allMailboxes.first { $0.address.description == Self.tracker })
        // Who asks and goes away again finds the same way once more.
        for _ in 0..<2 {
            try await browser.open("\(home)/tokens")
            try await browser.click("form[action$='/mailboxes/\(box.id)/check'] button[value=incoming]")
            try await browser.shows("It does not work")
            try await browser.press("Ask for reading, too")
            try await browser.shows("Continue at")
        }
        try await allow()
        try await check(box.id, "incoming", "took it")
        // And the From of a test message can be read back now.
        try await check(box.id, "outgoing", "that is the From it has")
        try await browser.shows("the same")
    }

    /// From the page that leads to the provider to the one that comes back.
    private func allow() async throws {
        try await browser.click("main a[href*='/OAuth2/']")
        try await browser.shows("If you do not know who asks")
        try await browser.click("main a[href*='go=']")
        try await browser.click("input[name=login][value='\(Self.tracker)']")
        try await browser.click("button[value=allow]")
        try await browser.shows("Consent given")
    }

    private func delegate() async throws {
        house.premises.sandbox.changeTenant {
            $0.grants.append(SendingGrant(.sendAs, login: Self.tracker, address: "sales@fabrikam.example"))
        }
        try await browser.open("\(home)/delegations/new?from=sales@fabrikam.example")
        try await browser.type("nobody@fabrikam.example", into: "#g-mailbox")
        try await browser.press("Allow")
        // What is wrong is said first, and the focus is there.
        try await browser.shows("Mailbox: ")
        #expect(try await browser.run("return document.activeElement.getAttribute('role')") as? String == "alert")
        try await browser.type(Self.tracker, into: "#g-mailbox")
        try await browser.choose("send-as", in: "#g-kind")
        try await browser.type("ticket 311", into: "#g-reason")
        try await browser.press("Allow")
        try await browser.shows("sales@fabrikam.example")
        #expect(try await browser.address == "\(home)/identities?q=sales%40fabrikam.example")
        try await browser.open("\(home)/identities?q=sales")
        try await browser.click("form[action$='/standings/probe'] button")
        try await browser.shows("proven")
    }

    /// A file as the browser uploads it, looked at before it is applied.
    private func importUsers() async throws {
        let file = house.premises.folder + "/new colleagues.csv"
        try Data("id,name,address\nnora,Nora Example,nora@fabrikam.example\nbob,Bob Changed,bob@fabrikam.example\n".utf8)
            .write(to: URL(filePath: file))
        try await browser.open("\(home)/users/import")
        try await browser.choose(file: file, in: "#file")
        try await browser.press("Compare")
        try await browser.shows("Nothing has changed yet")
        try await browser.shows("Bob Changed")
        try await browser.press("Apply")
        try await browser.press("Apply", within: "dialog")
        try await browser.shows("new colleagues.csv is applied: 1 user is added and 1 changed.")
        try await browser.open("\(home)/users?q=nora")
        try await browser.shows("nora@fabrikam.example")
    }

    private func set() async throws {
        try await browser.open("\(home)/settings?user=bob")
        try await browser.type("sales@fabrikam.example", into: "#v-EMAIL_FROM_USER_ID")
        try await browser.click("form[action$='/settings/EMAIL_FROM_USER_ID'] button")
        try await browser.shows("sales@fabrikam.example")
        #expect(try await house.directory().settings[SettingKey(.emailFromUserID)] == "sales@fabrikam.example")
    }

    private func explain() async throws {
        try await browser.open("\(home)/explain")
        try await browser.choose("notification", in: "#purpose")
        try await browser.run("document.querySelector('details.more').open = true")
        try await browser.type("From: App <app@localhost>\nTo: rob@elsewhere.example\nSubject: Hello\n\nGood morning.", into: "#message")
        try await browser.press("Explain")
        try await browser.shows("send-as")
        try await browser.shows("The rules, in order")
        try await browser.shows("sales@fabrikam.example")
    }

    private func audit() async throws {
        try await browser.open("\(home)/unauthorized")
        try await browser.shows("hana@fabrikam.example")
        try await browser.open("\(home)/journal")
        try await browser.shows("changed")
    }

    private func follow() async throws {
        let message = Array("To: rob@elsewhere.example\r\nSubject: Hello\r\n\r\nGood morning.\r\n".utf8)
        let sent = try await house.sender.send(
            "POST", "/v1/messages?purpose=notification", [("Content-Type", "message/rfc822")], body: message)
        let id = try #require(sent["id"] as? String, "\(sent.text)")
        _ = await house.premises.sandbox.messages(atLeast: 1)
        for _ in 0..<100 {
            try await browser.open("\(home)/queue/\(id)")
            if try await browser.text.contains("done") { break }
            await Live.system().wait(0.1)
        }
        try await browser.shows("rob@elsewhere.example")
        try await browser.shows("sent")
    }

    /// Every page there is, for looking at.
    static let pages = [
        "/", "/tokens", "/applications/new", "/applications/app-tracker", "/identities", "/settings", "/users", "/users/ann",
        "/users/import", "/clients", "/clients/administrator", "/delegations/new?from=hana@fabrikam.example", "/denies/new", "/mailboxes",
        "/sent", "/account",
        "/explain?address=hana@fabrikam.example&purpose=ad-hoc&user=hana", "/unauthorized", "/queue", "/journal", "/api", "/nothing",
    ]
}
