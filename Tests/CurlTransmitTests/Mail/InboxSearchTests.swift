import CurlTransmit
import Relay
import Sandbox
import TestSupport
import Testing

/// Finding a message by its Message-ID and reading its header, over IMAP.
struct InboxSearchTests {
    /// A message to Ann herself, through Gmail's API, which needs no dialogue.
    private func deliver(_ house: InboxHouse, _ token: Secret, id: String, subject: String) async throws {
        let message = "Subject: \(subject)\r\nFrom: \(InboxHouse.ann)\r\nTo: \(InboxHouse.ann)\r\nMessage-ID: \(id)\r\n\r\nbody\r\n"
        let answer = try await house.curl.perform(
            HTTPRequest(
                .post, house.sandbox.baseAddress + "/upload/gmail/v1/users/me/messages/send?uploadType=resumable",
                fields: [HTTPField("Authorization", "Bearer \(token.revealText())")],
                trustedCertificates: house.sandbox.authority.certificatePEM))
        _ = try await house.curl.perform(
            HTTPRequest(
                .put, answer.value(of: "Location") ?? "", fields: [HTTPField("Authorization", "Bearer \(token.revealText())")],
                body: Array(message.utf8), trustedCertificates: house.sandbox.authority.certificatePEM))
    }

    @Test func theLastCopyIsFoundAndNothingElse() async throws {
        try await InboxHouse.with(.google) { house in
            let token = try await house.token()
            for (id, subject) in [("<1@x.example>", "first"), ("<2@x.example>", "other"), ("<1@x.example>", "last")] {
                try await deliver(house, token, id: id, subject: subject)
            }
            #expect(house.sandbox.record.messages.count == 3)
            let found = try await InboxSearch("<1@x.example>", by: house.signIn(.imap, token)).header()
            #expect(
                String(decoding: found ?? [], as: UTF8.self)
                    == "Subject: last\r\nFrom: \(InboxHouse.ann)\r\nTo: \(InboxHouse.ann)\r\nMessage-ID: <1@x.example>\r\n\r\n")
            let missing = try await InboxSearch("<3@x.example>", by: house.signIn(.imap, token)).header()
            #expect(missing == nil)
            #expect(house.sandbox.record.readingConnections == 2, "one conversation for each")
        }
    }

    /// A header that no sane message has is not taken into memory.
    @Test func anEndlessHeaderIsGivenUp() async throws {
        try await InboxHouse.with(.google) { house in
            let token = try await house.token()
            try await deliver(house, token, id: "<1@x.example>", subject: String(repeating: "x", count: 300 << 10))
            await #expect(throws: InboxSignIn.Failure.self) {
                try await InboxSearch("<1@x.example>", by: house.signIn(.imap, token)).header()
            }
        }
    }

    @Test func aRefusalIsToldInTheServersWords() async throws {
        try await InboxHouse.with(.microsoft) { house in
            let token = try await house.token(["https://outlook.office.com/SMTP.Send"])
            await #expect(throws: InboxSignIn.Failure.refused("AUTHENTICATE failed.")) {
                try await InboxSearch("<1@x.example>", by: house.signIn(.imap, token)).header()
            }
        }
    }
}
