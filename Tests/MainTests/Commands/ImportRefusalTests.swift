import Foundation
import Mail
import Relay
import TestSupport
import Testing

@testable import Main

/// What cannot be read, or not be taken as a whole: each is refused with its line and a reason, and loses nothing.
struct ImportRefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let line: String
        let input: String
        let status: Int32
        let words: String

        init(_ line: String, _ input: String, _ words: String, status: Int32 = 65) {
            (self.line, self.input, self.status, self.words) = (line, input, status, words)
        }

        var testDescription: String { "\(line): \(words)" }
    }

    static let cases = [
        Case("users -", "dn: uid=a\nchangetype: delete\n", "these are changes"),
        Case("users -", "dn: uid=a\nuid:: !!\n", "the uid is no base64"),
        Case("users -", "dn: uid=a\nuid: a\nmail:< file:///etc/passwd\n", "the mail is in another file"),
        Case("users -", "dn: uid=a\nuid: a\nmail: nobody\n", "\"nobody\" is no address"),
        Case("users - --as ldif", "id,name,address\n", "a colon is missing"),
        Case("users -", "dn: uid=a\nuid: a\nmail: a@example.org\ndn: uid=b\n", "an empty line is missing"),
        Case("users -", "<users><user id='a'><mail>a@example.org</mail></users>", "not well-formed XML"),
        Case("users -", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><users><user id='&e;'/></users>", "a DOCTYPE is refused"),
        Case("users -", "<users><user><mail>a@example.org</mail></user></users>", "<user> has no id"),
        Case("users -", String(repeating: "<a>", count: 40), "elements are more than 16 deep"),
        Case("users - --as csv", "<users/>\n", "at least id,name,address"),
        Case(
            "settings -", "EMAIL_FROM_USER_ID=a\nEMAIL_FROM_USER_ID=b\n", "input:2: EMAIL_FROM_USER_ID stands in line 1 with another value"),
        Case("settings -", "A=\\u12\n", "input:1: \\u wants four hexadecimal digits"),
        Case("settings -", " \n", "the file is empty"),
        Case("settings -", "<settings><a></settings>", "not well-formed XML"),
        Case("exchange-permissions -", "Name,Email\nann,ann@example.org\n", "neither a column Trustee"),
        Case("exchange-permissions -", "Trustee,AccessRights\nann,SendAs\n", "no column says which mailbox"),
        Case("exchange-permissions -", "Identity,Trustee\n\"ann,SendAs\n", "a quote is not closed"),
        Case("exchange-permissions -", "Identity\u{0}\n", "it has NUL bytes"),
        Case("exchange-permissions - --mailbox-grant nowhere", "Identity,Trustee\nann,bob\n", "there is no grant \"nowhere\""),
        Case("gmail-send-as -", "{\"sendAs\": [{\"sendAsEmail\": }]}", "input:1: this is not JSON"),
        Case("gmail-send-as -", "{\"aliases\": []}", "there is no list `sendAs`"),
        Case("gmail-send-as -", "[{\"sendAsEmail\": \"a@example.org\"}]", "say whose list it is, with --mailbox"),
        Case("gmail-send-as - --mailbox nobody", "[{\"sendAsEmail\": \"a@example.org\"}]", "there is no mailbox \"nobody\""),
        Case("postfix-logins -", "# only words\n", "nothing but comments"),
        Case("postfix-logins -", "a@example.org ann\n/^(.*)@example.net$/ $1\n", "input:2: this is a table of patterns"),
        Case("postfix-logins -", "  ann\n", "input:1: it goes on with the line before"),
        Case("postfix-generic -", "if /x/\n/x/ y\nendif\n", "a table of patterns"),
        Case("email-oauth2-proxy -", "client_id = 1\n", "input:1: a [section] is missing"),
        Case("email-oauth2-proxy -", "[a@example.org]\nnonsense\n", "input:2: this is neither a [section] nor a key"),
        Case("email-oauth2-proxy -", "# nothing\n", "it has no [section]"),
        Case("users /nonexistent/users.csv", "", "cannot be read", status: 66),
        Case("postfix-logins - --only good", "a@example.org ann\n", "--only takes new, changed", status: 64),
    ]

    @Test(arguments: cases) func whatCannotBeReadIsRefused(_ one: Case) async throws {
        let shell = try await Shell.withCompany()
        let edition = try await shell.edition()
        let answer = await shell.run("import \(one.line) --apply", input: one.input)
        #expect(answer.status == one.status, "\(answer.err)")
        #expect((answer.out + answer.err).contains(one.words), "\(answer.out)\(answer.err)")
        #expect(try await shell.edition() == edition)
    }

    @Test func aWrongLineKeepsEveryUserOut() async throws {
        let shell = try await Shell.withStore()
        let answer = await shell.run("import users - --apply --format csv", input: "ann,Ann,ann@example.org\nbob,Bob,bob\n")
        #expect(answer.status == 65 && answer.err.contains("nothing was imported: one line is wrong in standard input"))
        #expect(answer.out.contains("2,user,bob,wrong,") && answer.out.contains("is no address"), "\(answer.out)")
        #expect(try await shell.edition() == 1)
    }

    /// PowerShell writes UTF-16 where its output is redirected.
    @Test func windowsTextIsRead() async throws {
        let shell = try await Shell.withCompany()
        let text = "\"Identity\",\"Trustee\",\"AccessRights\"\r\n\"sales@example.org\",\"tracker@example.org\",\"SendAs\"\r\n"
        let path = try shell.file("utf16.csv", "")
        let units = [0xFEFF] + Array(text.utf16)
        try Data(units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }).write(to: URL(filePath: path))
        let answer = await shell.run("import exchange-permissions \(path) --columns thing,outcome --format csv")
        #expect(answer.out == "thing,outcome\r\ntracker@example.org for sales@example.org,new\r\n", "\(answer.out)\(answer.err)")
    }

    @Test func denyRowsBecomeDenials() async throws {
        let shell = try await Shell.withCompany()
        let text = "Identity,Trustee,AccessControlType,AccessRights,Deny\nbob@example.org,tracker@example.org,Deny,SendAs,True\n"
        let answer = await shell.run("import exchange-permissions - --apply --format csv", input: text)
        #expect(answer.out.contains("2,deny entry,tracker@example.org for bob@example.org,new"), "\(answer.out)\(answer.err)")
        let denials = try await shell.directory().allDenials
        #expect(denials.contains { $0.covers.description == "bob@example.org" && $0.reason == "Exchange: Send As" })
    }
}
