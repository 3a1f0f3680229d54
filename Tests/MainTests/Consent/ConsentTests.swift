import CurlTransmit
import Foundation
import Relay
import Store
import Sandbox
import Synchronization
import TestSupport
import Testing
import Console

@testable import Main

/// Consent from the first click to the token in the store, over real HTTP on both sides.
struct ConsentTests {
    private static func google(_ change: (inout Habits) -> Void = { _ in }) -> Habits {
        var habits = Habits.google
        change(&habits)
        return habits
    }

    private static func microsoft(_ change: (inout Habits) -> Void) -> Habits {
        var habits = Habits.microsoft
        change(&habits)
        return habits
    }

    /// Nothing of the grant has changed, and the page says why.
    private func expectRefused(_ house: ConsentHouse, _ page: Browser.Page, _ words: String...) async throws {
        #expect((400..<500).contains(page.status), "\(page.status)")
        for word in words { #expect(page.body.contains(word), "\(word) in \(page.body)") }
        #expect(try await house.refreshToken() == "the old one")
        #expect(try await house.store.directory().grant(ConsentHouse.grant)?.pin == nil)
    }

    @Test(arguments: [Habits.microsoft, .google]) func consentIsKept(_ habits: Habits) async throws {
        try await ConsentHouse.with(habits) { house in
            let attempt = try await house.begin()
            let browser = house.browser()
            let back = try await browser.consent(attempt, as: ConsentHouse.ann)
            let answer = try await browser.get(back)
            #expect(answer.status == 303)
            #expect(answer.location == "http://localhost:1/instance/OAuth2/app-one/done?consent=\(attempt.id)", "no code in it")
            let page = try await browser.follow(back.replacingOccurrences(of: "code=", with: "code=x"))
            #expect(page.status == 410, "an answer counts once")
            let done = try await browser.get(answer.location ?? "")
            #expect(done.status == 200)
            #expect(done.body.contains(ConsentHouse.ann))
            #expect(try await house.refreshToken() != "the old one")
            let grant = try #require(try await house.store.directory().grant(ConsentHouse.grant))
            #expect(grant.pin?.realm.isEmpty == false)
            let token = try #require(try await house.store.token(TokenKey(grant: grant.id, resource: .smtp)))
            let revision = try await house.store.credentials(of: grant.id)?.revision
            #expect(token.revision == revision)
            let uses = try await house.store.uses()
            #expect(uses[grant.id]?.consentedAt == house.clock.now)
        }
    }

    @Test(arguments: [Habits.microsoft, .google]) func wrongPersonIsRefusedWithBothNames(_ habits: Habits) async throws {
        try await ConsentHouse.with(habits) { house in
            let browser = house.browser()
            let back = try await browser.consent(try await house.begin(), as: ConsentHouse.bob)
            try await expectRefused(house, try await browser.follow(back), ConsentHouse.ann, ConsentHouse.bob)
        }
    }

    /// Once given, a consent belongs to that person, whatever logins are called later.
    @Test func pinnedPersonIsTheOnlyOne() async throws {
        try await ConsentHouse.with(principal: nil) { house in
            let browser = house.browser()
            #expect(try await house.passThrough(browser, as: ConsentHouse.ann).status == 200)
            let kept = try await house.refreshToken()
            var grant = try #require(try await house.store.directory().grant(ConsentHouse.grant))
            grant.principal = ConsentHouse.bob
            _ = try await house.store.apply(DirectoryEdit([.put(.grant(grant))], by: "test", at: house.clock.now))
            _ = try await house.snapshots.catchUp(with: house.store)
            let page = try await house.passThrough(browser, as: ConsentHouse.bob)
            #expect(page.status == 403)
            #expect(page.body.contains(ConsentHouse.bob))
            #expect(try await house.refreshToken() == kept)
        }
    }

    /// It is told who asked for what, and may begin anew if it knows them: then the first browser's answer is nobody's any more.
    @Test func anotherBrowserIsRefusedAndAsked() async throws {
        try await ConsentHouse.with { house in
            let attempt = try await house.begin()
            let first = house.browser()
            let back = try await first.consent(attempt, as: ConsentHouse.ann)
            let other = house.browser()
            let page = try await other.follow(back)
            try await expectRefused(house, page, "another browser", "tester", ConsentHouse.ann, "close this window")
            let start = try #require(page.link("/start?consent="))
            let mine = try await other.consent(at: start, as: ConsentHouse.ann)
            try await expectRefused(house, try await first.follow(back), "another browser")
            #expect(try await other.follow(mine).status == 200)
            #expect(try await house.refreshToken() != "the old one")
        }
    }

    /// Nobody comes to the provider without having been told what for: what is in a link that somebody else wrote leads to the page, and so does a cookie without it.
    @Test func whatItIsForIsReadFirst() async throws {
        try await ConsentHouse.with { house in
            let start = ConsentHouse.address.start("app-one", consent: try await house.begin().id.text)
            let (attacker, victim) = (house.browser(), house.browser())
            let onward = try #require(try await attacker.get(start).link("go="))
            for address in [onward, start, start + "&go=", start + "&go=x"] {
                let page = try await victim.get(address)
                #expect(page.status == 200 && page.location == nil, "\(address)")
                for word in ["tester", ConsentHouse.ann, "send mail from the mailbox", "If you do not know who asks"] {
                    #expect(page.body.contains(word), "\(word) in \(page.body)")
                }
            }
            // The first of them came without a cookie, which may be why it was not known.
            #expect(try await house.browser().get(onward).body.contains("keeps no cookies"))
        }
    }

    /// What looks at links in mail looks at this one too, before the person and after.
    @Test func whoOnlyLooksTakesNothing() async throws {
        try await ConsentHouse.with { house in
            let start = ConsentHouse.address.start("app-one", consent: try await house.begin().id.text)
            _ = try await house.browser().get(start)
            let browser = house.browser()
            let back = try await browser.consent(at: start, as: ConsentHouse.ann)
            _ = try await house.browser().get(start)
            #expect(try await browser.follow(back).status == 200)
        }
    }

    @Test func anAnswerCountsOnce() async throws {
        try await ConsentHouse.with { house in
            let browser = house.browser()
            let back = try await browser.consent(try await house.begin(), as: ConsentHouse.ann)
            #expect(try await browser.follow(back).status == 200)
            let kept = try await house.refreshToken()
            #expect(try await browser.follow(back).status == 410)
            #expect(try await house.refreshToken() == kept)
            #expect(house.sandbox.record.tokenRequests.count == 1, "the code was not even sent again")
        }
    }

    @Test func twoConsentsInOneBrowserBothWork() async throws {
        try await ConsentHouse.with { house in
            let browser = house.browser()
            let first = try await house.begin()
            let second = try await house.begin()
            let firstBack = try await browser.consent(first, as: ConsentHouse.ann)
            let secondBack = try await browser.consent(second, as: ConsentHouse.ann)
            #expect(try await browser.follow(firstBack).status == 200)
            // The first moved the grant on, so the second says so instead of taking it back.
            #expect(try await browser.follow(secondBack).body.contains("changed while consent was under way"))
            #expect(try await house.passThrough(browser, as: ConsentHouse.ann).status == 200)
        }
    }

    @Test func answerAtAnotherApplicationIsRefused() async throws {
        try await ConsentHouse.with { house in
            let browser = house.browser()
            let back = try await browser.consent(try await house.begin(), as: ConsentHouse.ann)
            try await expectRefused(house, try await browser.follow(back.replacing("/app-one?", with: "/app-two?")), "another application")
        }
    }

    @Test func foreignIssuerIsRefused() async throws {
        try await ConsentHouse.with(Self.microsoft { $0.responseIssuer = "https://evil.example" }) { house in
            let browser = house.browser()
            let back = try await browser.consent(try await house.begin(), as: ConsentHouse.ann)
            try await expectRefused(house, try await browser.follow(back), "evil.example")
            #expect(house.sandbox.record.tokenRequests.isEmpty, "the code went nowhere")
        }
    }

    @Test func promisedIssuerMustBeThere() async throws {
        try await ConsentHouse.with(promisesIssuer: true) { house in
            let browser = house.browser()
            try await expectRefused(
                house, try await house.passThrough(browser, as: ConsentHouse.ann), "issuer")
        }
        try await ConsentHouse.with(Self.microsoft { $0.responseIssuer = "own" }, promisesIssuer: true) { house in
            let browser = house.browser()
            let page = try await house.passThrough(browser, as: ConsentHouse.ann)
            #expect(page.status == 200)
        }
    }

    @Test(arguments: IDTokenDefect.allCases) func wrongIDTokenIsRefused(_ defect: IDTokenDefect) async throws {
        for habits in [Self.microsoft { $0.idTokenDefect = defect }, Self.google { $0.idTokenDefect = defect }] {
            try await ConsentHouse.with(habits) { house in
                let browser = house.browser()
                let back = try await browser.consent(try await house.begin(), as: ConsentHouse.ann)
                try await expectRefused(house, try await browser.follow(back), "id token")
            }
        }
    }

    @Test func missingPermissionIsNamed() async throws {
        try await ConsentHouse.with(Self.google { $0.withheldScopes = ["email"] }) { house in
            let browser = house.browser()
            let page = try await house.passThrough(browser, as: ConsentHouse.ann)
            #expect(page.status == 200, "only what the mailbox needs counts")
        }
        try await ConsentHouse.with(Self.google { $0.withheldScopes = ["https://mail.google.com/"] }) { house in
            let browser = house.browser()
            try await expectRefused(
                house, try await house.passThrough(browser, as: ConsentHouse.ann), "lacks https://mail.google.com/")
        }
        try await ConsentHouse.with(Self.microsoft { $0.withheldScopes = ["offline_access"] }) { house in
            let browser = house.browser()
            try await expectRefused(
                house, try await house.passThrough(browser, as: ConsentHouse.ann), "refresh token")
        }
    }

    @Test func noIsNo() async throws {
        try await ConsentHouse.with { house in
            let browser = house.browser()
            let back = try await browser.consent(try await house.begin(), as: ConsentHouse.ann, "deny")
            try await expectRefused(house, try await browser.follow(back), "access_denied")
        }
    }

    @Test func tooLateIsTooLate() async throws {
        try await ConsentHouse.with { house in
            let browser = house.browser()
            let back = try await browser.consent(try await house.begin(), as: ConsentHouse.ann)
            house.clock.advance(by: 901)
            try await expectRefused(house, try await browser.follow(back), "quarter of an hour")
        }
    }

    /// Somebody changed the grant while Ann was at the provider.
    @Test func grantChangedMeanwhileIsLeftAlone() async throws {
        try await ConsentHouse.with { house in
            let browser = house.browser()
            let back = try await browser.consent(try await house.begin(), as: ConsentHouse.ann)
            var grant = try #require(try await house.store.directory().grant(ConsentHouse.grant))
            grant.principal = "somebody@else.example"
            _ = try await house.store.apply(DirectoryEdit([.put(.grant(grant))], by: "another", at: house.clock.now))
            try await expectRefused(house, try await browser.follow(back), "changed")
        }
    }

    /// A name is corrected while somebody signs in: both count.
    @Test func renamedMeanwhileItIsConsentedToAllTheSame() async throws {
        try await ConsentHouse.with { house in
            let browser = house.browser()
            let back = try await browser.consent(try await house.begin(), as: ConsentHouse.ann)
            var grant = try #require(try await house.store.directory().grant(ConsentHouse.grant))
            grant.name = "renamed"
            _ = try await house.store.apply(DirectoryEdit([.put(.grant(grant))], by: "another", at: house.clock.now))
            _ = try await browser.follow(back)
            #expect(try await house.refreshToken() != "the old one")
            let kept = try #require(try await house.store.directory().grant(ConsentHouse.grant))
            #expect(kept.name == "renamed" && kept.pin != nil)
        }
    }

    @Test func pastedAddressIsAsGood() async throws {
        try await ConsentHouse.with { house in
            let attempt = try await house.begin(.pasted)
            let back = try await house.browser().answer(try house.flow.authorizationAddress(attempt), as: ConsentHouse.ann)
            let response = try #require(AuthorizationResponse(back))
            let words = try await house.flow.finish(response, from: .administrator, at: nil).words
            #expect(words.contains(ConsentHouse.ann))
            #expect(try await house.refreshToken() != "the old one")
        }
    }

    /// RFC 8628 section 3.1: what has a secret gives it when it asks for a device code, too, and names one audience to whatever it signs.
    @Test func deviceCodeIsAskedForAsTheApplication() async throws {
        try await ConsentHouse.with { house in
            let asked = Mutex<DeviceRequest?>(nil)
            do {
                _ = try await house.flow.invite(ConsentHouse.grant, by: "tester") { request throws(TokenFailure) in
                    asked.withLock { $0 = request }
                    throw .missing("enough is known")
                }
            } catch { #expect("\(error)".contains("enough is known")) }
            let request = try #require(asked.withLock { $0 })
            guard case .secret(let secret) = request.authentication else { return #expect(Bool(false), "it names nobody") }
            #expect(secret.revealText() == "sesame" && request.audience == house.sandbox.tokenEndpoint)
        }
    }

    @Test(arguments: [
        "/instance/OAuth2", "/instance/OAuth2/app-one", "/instance/OAuth2/app-one?code=x", "/instance/OAuth2/app-one?state=",
        "/instance/OAuth2/app-one?state=a&state=b&code=c", "/instance/OAuth2/app-one?state=%ZZ&code=c",
        "/instance/OAuth2/app-one?state=unknown&code=c", "/instance/OAuth2/app-one/start", "/instance/OAuth2/app-one/start?consent=nope",
        "/instance/OAuth2/app-one/done?consent=nope", "/instance/OAuth2/%3Cscript%3E?state=x&error=%3Cscript%3E",
    ]) func nonsenseIsToldSo(_ path: String) async throws {
        try await ConsentHouse.with { house in
            let page = try await house.browser().get("http://localhost:1" + path)
            #expect((400..<500).contains(page.status), "\(page.status)")
            #expect(page.body.contains("<h1>"))
            #expect(!page.body.contains("<script"))
            #expect(page.fields.contains { $0.name.lowercased() == "content-security-policy" })
        }
    }
}
