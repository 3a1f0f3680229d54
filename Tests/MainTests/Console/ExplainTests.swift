import Foundation
import Relay
import TestSupport
import Testing

@testable import Main

/// *Explain*, as a link leads there, and as its own form asks again.
@Suite(.serialized) struct ExplainTests {
    @Test(.timeLimit(.minutes(20))) func whatALinkKnowsIsShownAndAskedAgain() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let query = "address=nobody%40fabrikam.example&purpose=ad-hoc&user=ann&client=sender"
            for page in [
                try await person.client.get("/explain?\(query)"), try await person.post("/explain", "csrf=\(person.token)&\(query)"),
            ] {
                #expect(page.status == 200, "\(page.text)")
                for words in [
                    "name=\"address\" value=\"nobody@fabrikam.example\"", "<option value=\"ad-hoc\" selected>",
                    "name=\"user\" value=\"ann\"",
                    "<option value=\"sender\" selected>", "--purpose ad-hoc --user ann --client sender",
                ] { #expect(page.text.contains(words), "\(words)") }
            }
            let client = try await person.client.get("/clients/sender").text
            #expect(client.contains("href=\"/explain?purpose=notification&amp;client=sender\""), "\(client)")
        }
    }
}
