import Foundation
import Relay
import Store
import TestSupport
import Testing

@testable import Main

/// What somebody does with the own log-in.
@Suite(.serialized) struct AccountTests {
    private static let next = "a new horse for the battery"

    private static func form(_ person: ConsolePerson, old: String, new: String, again: String? = nil) -> String {
        let fields = [("csrf", person.token), ("old", old), ("new", new), ("again", again ?? new)]
        return fields.map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")" }.joined(separator: "&")
    }

    @Test(.timeLimit(.minutes(20))) func aPersonChangesThePasswordWhoKnowsTheOldOne() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let other = try await ConsolePerson.logIn(to: house)
            for (form, words) in [
                (Self.form(person, old: "not the password", new: Self.next), "That is not your password."),
                (
                    Self.form(person, old: WebHouse.password, new: "short"),
                    "A password has \(PasswordHash.leastLength) characters at least."
                ),
                (Self.form(person, old: WebHouse.password, new: Self.next, again: "another"), "The two are not the same"),
                (Self.form(person, old: WebHouse.password, new: WebHouse.password), "is the old one"),
            ] {
                let answer = try await person.post("/account/password", form)
                #expect(answer.status == 422)
                #expect(answer.text.contains(words), "\(words)")
            }
            let done = try await person.post("/account/password", Self.form(person, old: WebHouse.password, new: Self.next))
            #expect(done.status == 303, "\(done.text)")
            // This browser goes on with a cookie of the new password; the others do not.
            #expect(try await person.client.get("/").status == 303)
            #expect(try await other.client.get("/").status == 303)
            var renewed = person.client
            renewed.fields = [("Cookie", String(try #require(done.all("Set-Cookie").first).prefix { $0 != ";" }))]
            #expect(try await renewed.get("/account").text.contains("Your password is changed"))
            #expect(try await ConsolePerson.answer(of: house, name: "ann", secret: WebHouse.password).status == 403)
            #expect(try await ConsolePerson.answer(of: house, name: "ann", secret: Self.next).status == 303)
        }
    }

    @Test(.timeLimit(.minutes(20))) func whoComesInAndWhoTriedToAreInTheJournal() async throws {
        try await WebHouse.with { house in
            #expect(try await ConsolePerson.answer(of: house, name: "ann", secret: "not the password").status == 403)
            #expect(try await ConsolePerson.answer(of: house, name: "the password", secret: "ann").status == 403)
            #expect(try await WebClient(port: house.port, key: "nobodys").get("/v1/me").status == 401)
            let person = try await ConsolePerson.logIn(to: house)
            var filter = JournalFilter()
            filter.kinds = [.signedIn, .signInFailed]
            // Failures are written behind the answer.
            var entries: [JournalEntry] = []
            while entries.count < 3 {
                entries = try await house.premises.store.entries(filter).map(\.entry)
                if entries.count < 3 { await Live.system().wait(0.05) }
            }
            #expect(entries.count { $0.kind == .signedIn } == 1)
            let names = entries.flatMap(\.personal).filter { $0.role == .person }.map(\.text)
            // The key that is nobody's counts with the name that is.
            #expect(names.sorted() == ["", "ann", "ann"])
            #expect(entries.allSatisfy { $0.personal.contains(.init(.origin, "127.0.0.1")) }, "\(entries)")
            let page = try await person.client.get("/journal?kind=sign-in-failed")
            #expect(page.text.contains(">sign in failed</span>") && !page.text.contains(">signed in</span>"), "\(page.text)")
            #expect(try await person.client.get("/journal?kind=nothing").status == 422)
            let found = try await house.auditor.get("/v1/audit/journal?kind=signed-in")
            #expect((found["items"] as? [[String: Any]])?.count == 1, "\(found.text)")
            #expect(try await house.auditor.get("/v1/audit/journal?kind=nothing").status == 400)
        }
    }

    @Test(.timeLimit(.minutes(20))) func aPersonSeesAndEndsTheOwnSessions() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let other = try await ConsolePerson.logIn(to: house)
            let page = try await person.client.get("/account").text
            #expect(page.contains("this one"))
            let id = try #require(page.firstMatch(of: /\/account\/sessions\/([0-9a-f]+)\/end/)?.1)
            #expect(try await person.post("/account/sessions/\(id)/end", "csrf=\(person.token)").status == 303)
            #expect(try await other.client.get("/").status == 303)
            #expect(try await person.client.get("/").status == 200)
            let third = try await ConsolePerson.logIn(to: house)
            #expect(try await person.post("/account/sessions", "csrf=\(person.token)").status == 303)
            #expect(try await third.client.get("/").status == 303)
            #expect(try await person.client.get("/account").status == 200)
        }
    }
}
