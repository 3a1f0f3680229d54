import Foundation
import TestSupport
import Testing

@testable import Main

/// Somebody who is logged in to the console, without a browser: a cookie, and what its forms carry.
struct ConsolePerson {
    var client: WebClient
    let cookie: String
    let token: String
    /// Of the log-in.
    let answer: WebClient.Answer

    static func logIn(to house: WebHouse, base: String = "") async throws -> ConsolePerson {
        let answer = try await answer(of: house, name: "ann", secret: WebHouse.password, base: base)
        #expect(answer.status == 303, "\(answer.text)")
        let field = try #require(answer.all("Set-Cookie").first { $0.contains("mandate-session-") })
        let cookie = String(field.prefix { $0 != ";" })
        var client = WebClient(port: house.port)
        client.fields = [("Cookie", cookie)]
        let page = try await client.get("\(base)/")
        return ConsolePerson(client: client, cookie: cookie, token: try #require(token(in: page.text)), answer: answer)
    }

    /// What a try to log in is answered.
    static func answer(
        of house: WebHouse, name: String, secret: String, base: String = "", _ fields: [(String, String)] = []
    ) async throws -> WebClient.Answer {
        let page = try await WebClient(port: house.port).get("\(base)/login")
        let cookie = try #require(page.all("Set-Cookie").first).prefix { $0 != ";" }
        let words = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let form = "csrf=\(try #require(token(in: page.text)))&name=\(name)&key_or_password=\(words)&next=/"
        return try await WebClient(port: house.port).send(
            "POST", "\(base)/login", [("Cookie", String(cookie)), ("Content-Type", "application/x-www-form-urlencoded")] + fields,
            body: Array(form.utf8))
    }

    func post(_ path: String, _ form: String, _ fields: [(String, String)] = []) async throws -> WebClient.Answer {
        let hasType = fields.contains { $0.0 == "Content-Type" }
        return try await client.send(
            "POST", path, fields + (hasType ? [] : [("Content-Type", "application/x-www-form-urlencoded")]), body: Array(form.utf8))
    }

    /// A form with a file, as browsers send it (RFC 7578).
    func upload(
        _ path: String, file name: String, _ content: String, _ fields: [(name: String, value: String)] = []
    ) async throws -> WebClient.Answer {
        let mark = "----a-line-that-is-in-no-file"
        let form =
            "--\(mark)\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n\(token)\r\n"
            + fields.map { "--\(mark)\r\nContent-Disposition: form-data; name=\"\($0.name)\"\r\n\r\n\($0.value)\r\n" }.joined()
            + "--\(mark)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\nContent-Type: text/csv\r\n\r\n\(content)\r\n"
            + "--\(mark)--\r\n"
        return try await post(path, form, [("Content-Type", "multipart/form-data; boundary=\(mark)")])
    }

    private static func token(in page: String) -> String? {
        page.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/).map { String($0.1) }
    }
}
