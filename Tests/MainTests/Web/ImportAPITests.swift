import Foundation
import Mail
import Relay
import TestSupport
import Testing

@testable import Main

/// Files of other programs, sent to the API: looked at first, applied only when told to.
@Suite(.serialized) struct ImportAPITests {
    private static let permissions = """
        Identity,Trustee,AccessRights,Deny
        press@fabrikam.example,tracker@fabrikam.example,SendAs,False
        Nobody Knows,tracker@fabrikam.example,SendAs,False

        """

    private func send(_ client: WebClient, _ path: String, _ body: String, type: String = "text/csv") async throws -> WebClient.Answer {
        try await client.send("POST", path, [("Content-Type", type)], body: Array(body.utf8))
    }

    @Test(.timeLimit(.minutes(20))) func theAPILooksUnlessToldToApply() async throws {
        try await WebHouse.with { house in
            let before = try await house.directory()
            let draft = try await send(house.administrator, "/v1/imports/exchange-permissions", Self.permissions)
            #expect(draft.status == 200, "\(draft.text)")
            #expect(draft["applied"] as? Bool == false)
            #expect(
                (draft["counts"] as? [String: Int])?["new"] == 1 && (draft["counts"] as? [String: Int])?["skipped"] == 1, "\(draft.text)")
            let lines = try #require(draft["lines"] as? [[String: Any]])
            #expect(lines.map { $0["line"] as? Int } == [2, 3])
            #expect(lines[0]["thing"] as? String == "tracker@fabrikam.example for press@fabrikam.example")
            #expect(try await house.directory().edition == before.edition)

            let done = try await send(house.administrator, "/v1/imports/exchange-permissions?apply=true&format=csv", Self.permissions)
            #expect(done.status == 200 && done.text.hasPrefix("line,kind,thing,outcome,why\r\n2,delegation,"), "\(done.text)")
            let after = try await house.directory()
            #expect(after.edition != before.edition && after.allDelegations.contains { $0.covers.description == "press@fabrikam.example" })
        }
    }

    @Test(.timeLimit(.minutes(20))) func usersComeInEachForm() async throws {
        try await WebHouse.with { house in
            let files = [
                ("text/csv", "nora,Nora,nora@fabrikam.example\n"),
                ("text/ldif", "dn: uid=otto\nuid: otto\ncn: Otto\nmail: otto@fabrikam.example\n"),
                ("application/xml", "<users><user id='pia' name='Pia'><mail>pia@fabrikam.example</mail></user></users>"),
            ]
            for (type, text) in files {
                let answer = try await send(house.administrator, "/v1/imports/users?apply=true", text, type: type)
                #expect(answer.status == 200 && (answer["counts"] as? [String: Int])?["new"] == 1, "\(answer.text)")
            }
            let directory = try await house.directory()
            for id in ["nora", "otto", "pia"] { #expect(directory.user(UserID(trusted: id)) != nil, "\(id)") }
            let edition = directory.edition
            let wrong = "quin,Quin,quin@fabrikam.example\nrob,Rob,rob\n"
            let draft = try await send(house.administrator, "/v1/imports/users", wrong)
            #expect(draft.status == 200 && (draft["counts"] as? [String: Int])?["wrong"] == 1, "\(draft.text)")
            let refused = try await send(house.administrator, "/v1/imports/users?apply=true", wrong)
            #expect(refused.status == 422 && refused.text.contains("line 2"), "\(refused.text)")
            #expect(try await house.directory().edition == edition)
        }
    }

    @Test(.timeLimit(.minutes(20))) func whatIsNoneIsRefused() async throws {
        try await WebHouse.with { house in
            #expect(try await send(house.administrator, "/v1/imports/recipes", "x").status == 404)
            #expect(try await send(house.auditor, "/v1/imports/users", "x").status == 403)
            let table = try await send(house.administrator, "/v1/imports/postfix-logins?apply=true", "/^a/ b\n", type: "text/plain")
            #expect(table.status == 422 && table.text.contains("a table of patterns"), "\(table.text)")
            let grant = try await send(
                house.administrator, "/v1/imports/exchange-permissions?mailbox_grant=nowhere", Self.permissions)
            #expect(grant.status == 422 || grant.status == 404, "\(grant.text)")
        }
    }
}
