import Foundation
import Mail
import Relay
import TestSupport
import Testing

@testable import Main

/// Users from a file at the console: what would change is seen before anything does, and long work is followed to its end.
struct UserImportTests {
    private static let head = "id,name,address,login\n"

    @Test(.timeLimit(.minutes(20))) func aFileIsComparedBeforeItIsApplied() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let before = try await house.directory().userCount
            let file = Self.head + "nora,Nora Example,nora@fabrikam.example,\nbob,Bob Changed,bob@fabrikam.example,\n"
            let place = try #require(try await person.upload("/users/import", file: "some.csv", file).field("Location"))
            let report = try await person.client.get(place)
            #expect(Self.figures(report.text) == ["added": "1", "changed": "1", "unchanged": "0", "wrong lines": "0", "lines read": "2"])
            #expect(report.text.contains("Nora Example &lt;nora@fabrikam.example&gt;"))
            #expect(report.text.contains("Bob Changed"))
            #expect(try await house.directory().userCount == before, "a look changes nothing")
            #expect(try await person.post(place + "/apply", "csrf=\(person.token)").status == 303)
            #expect(try await Self.end(of: place, person).hasSuffix("1 user is added and 1 changed."))
            #expect(try await house.directory().userCount == before + 1)
            #expect(try await house.directory().user(UserID(trusted: "bob"))?.name == "Bob Changed")
            // The same file again is no difference, and what is applied cannot be applied twice.
            let again = try #require(try await person.upload("/users/import", file: "some.csv", file).field("Location"))
            #expect(Self.figures(try await person.client.get(again).text)["unchanged"] == "2")
            #expect(try await person.post(again + "/apply", "csrf=\(person.token)").field("Location") == again)
        }
    }

    /// Each line that is wrong is named; a file that is wrong anywhere changes nothing, even if somebody forces the button.
    @Test(.timeLimit(.minutes(20))) func aWrongFileChangesNothing() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let before = try await house.directory().userCount
            let file = Self.head + "nora,Nora,nora@fabrikam.example,\nx,X,not an address,\nnora,Nora again,n@fabrikam.example,\n"
            let place = try #require(try await person.upload("/users/import", file: "../../etc/bad.csv", file).field("Location"))
            let report = try await person.client.get(place).text
            #expect(report.contains("bad.csv") && !report.contains("../"))
            #expect(report.contains("2 lines are wrong"))
            #expect(report.firstMatch(of: /class="number">3<\/th>/) != nil && report.firstMatch(of: /class="number">4<\/th>/) != nil)
            #expect(try await person.post(place + "/apply", "csrf=\(person.token)").field("Location") == place)
            #expect(try await house.directory().userCount == before)
            for (name, content) in [("empty.csv", ""), ("head.csv", Self.head)] {
                let answer = try await person.upload("/users/import", file: name, content)
                #expect(answer.status == 422, "\(name)")
            }
            #expect(try await person.post(place + "/discard", "csrf=\(person.token)").status == 303)
            #expect(try await person.client.get(place).status == 404)
        }
    }

    /// More than one handful: the bar moves, for a browser with script and for one without, and another change finds its turn in between.
    @Test(.timeLimit(.minutes(20))) func longWorkIsFollowed() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let lines = (0..<11_000).map { "u\($0),User \($0),u\($0)@fabrikam.example,\n" }.joined()
            let place = try #require(try await person.upload("/users/import", file: "many.csv", Self.head + lines).field("Location"))
            #expect(Self.figures(try await person.client.get(place).text)["added"] == "11,000")
            #expect(try await person.post(place + "/apply", "csrf=\(person.token)").status == 303)
            let page = try await person.client.get(place + "/progress")
            if page.status == 200 {
                #expect(page.text.contains(#"<progress id="bar" max="11000""#))
                #expect(page.text.contains("http-equiv=\"refresh\""))
            }
            #expect(try await Self.end(of: place, person).hasPrefix("many.csv is applied"))
            #expect(try await house.directory().userCount >= 11_000)
        }
    }

    /// What is no user is shown line by line; what cannot be read stays at the form.
    @Test(.timeLimit(.minutes(20))) func theConsoleShowsLineByLine() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let before = try await house.directory().edition
            let permissions = """
                Identity,Trustee,AccessRights,Deny
                press@fabrikam.example,tracker@fabrikam.example,SendAs,False
                Nobody Knows,tracker@fabrikam.example,SendAs,False

                """
            let kind = [(name: "kind", value: "exchange-permissions")]
            let place = try #require(try await person.upload("/imports", file: "send-as.csv", permissions, kind).field("Location"))
            let report = try await person.client.get(place).text
            #expect(report.contains("tracker@fabrikam.example for press@fabrikam.example") && report.contains("Nobody Knows"))
            #expect(try await house.directory().edition == before)
            #expect(try await person.post(place + "/apply", "csrf=\(person.token)").status == 303)
            while try await person.client.get(place + "/progress.json")["finished"] as? Bool != true { await Live.system().wait(0.02) }
            #expect(try await house.directory().allDelegations.contains { $0.covers.description == "press@fabrikam.example" })
            let patterns = try await person.upload("/imports", file: "x", "/^a/ b\n", [(name: "kind", value: "postfix-logins")])
            #expect(patterns.status == 422 && patterns.text.contains("able of patterns"), "\(patterns.text)")
        }
    }

    /// Follows the work as the script does, and says how it ended.
    private static func end(of place: String, _ person: ConsolePerson) async throws -> String {
        var last = 0
        while true {
            let state = try await person.client.get(place + "/progress.json")
            let (done, total) = (state["done"] as? Int ?? -1, state["total"] as? Int ?? 0)
            #expect(done >= last && done <= total, "\(state.text)")
            last = done
            if state["finished"] as? Bool == true { return state["words"] as? String ?? "" }
            await Live.system().wait(0.02)
        }
    }

    private static func figures(_ page: String) -> [String: String] {
        Dictionary(
            page.matches(of: /<dt>([^<]+)<\/dt><dd>([0-9,]+)<\/dd>/).map { (String($0.1), String($0.2)) },
            uniquingKeysWith: { first, _ in first })
    }
}
