import Foundation
import Relay
import Testing
@testable import Main

struct ImportTests {
    @Test func usersAreAddedAndChanged() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "users add ann --address ann@example.org", "users set ann --off ann@example.org", "users add carl --address carl@example.org")
        let path = try shell.file(
            "users.csv",
            "\u{FEFF}id,name,address,login\r\nann,\"Lee, Ann\",ann@example.org\r\nbob,Bob,bob@example.org,bob.b,robert@example.org,bobby@example.org\r\n"
                + "carl,,carl@example.org\r\n")
        let answer = await shell.run("users import \(path)")
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.err.contains("1 added, 1 changed, 1 unchanged"))
        let directory = try await shell.directory()
        let ann = try #require(directory.user(UserID(trusted: "ann")))
        #expect(ann.name == "Lee, Ann" && ann.addresses[0].isOn == false)
        let bob = try #require(directory.user(UserID(trusted: "bob")))
        #expect(bob.login == "bob.b" && bob.addresses.count == 3)
        let edition = try await shell.edition()
        #expect(await shell.run("users import \(path)").err.hasPrefix("unchanged"))
        #expect(try await shell.edition() == edition)
    }

    @Test func whatIsWrongIsNamedByLineAndNothingIsImported() async throws {
        let shell = try await Shell.withStore()
        try await shell.set("settings set intake intake@example.org")
        let edition = try await shell.edition()
        let text = """
            ann,Ann,ann@example.org
            bob,Bob,bob
            ,Nobody,x@example.org
            ann,Ann,other@example.org
            carl,Carl
            dora,Dora,intake@example.org
            emil,Emil,e@example.org,,E@example.org

            """
        let answer = await shell.run("users import -", input: text)
        #expect(answer.status == 65)
        for words in [
            "input:2: \"bob\" is no address", "input:3: ", "input:4: the id ann stands in line 1", "input:5: ", "input:6: ", "input:7: ",
        ] {
            #expect(answer.err.contains(words), "\(words)")
        }
        #expect(answer.err.contains("6 lines are wrong"))
        #expect(try await shell.edition() == edition)
    }

    @Test(arguments: [
        "ann,A\u{0}nn,ann@example.org\n", "ann,\"A\nBcc: x\",ann@example.org\n", "ann,Ann,ann@example.org,a\u{1B}[2J\n",
        "ann,A\u{9B}2Jnn,ann@example.org\n", "ann,Ann\u{2028}Bob,ann@example.org\n", "ann,A\u{202E}nn,ann@example.org\n",
    ])
    func namesAndLoginsAreLines(line: String) async throws {
        let shell = try await Shell.withStore()
        let answer = await shell.run("users import -", input: line)
        #expect(answer.status == 65)
        #expect(answer.err.contains("input:1: the ") && answer.err.contains("one line without control characters"), "\(answer.err)")
        #expect(try await shell.edition() == 1)
    }

    @Test func everyRepetitionNamesTheFirst() async throws {
        let shell = try await Shell.withStore()
        let answer = await shell.run("users import -", input: String(repeating: "ann,Ann,ann@example.org\n", count: 3))
        #expect(answer.status == 65)
        for line in [2, 3] { #expect(answer.err.contains("input:\(line): the id ann stands in line 1 already")) }
    }

    @Test(arguments: [("a;b;c\n", ":1: "), ("a,b,\"c@d.example\n", ":1: a quote is not closed"), ("a,b,c@d.example\n\"x\"y\n", ":2: ")])
    func brokenFilesAreRefused(_ text: String, _ words: String) async throws {
        let shell = try await Shell.withStore()
        let answer = await shell.run("users import -", input: text)
        #expect(answer.status == 65)
        #expect(answer.err.contains(words))
        #expect(try await shell.edition() == 1)
    }

    @Test func aDryRunChangesNothing() async throws {
        let shell = try await Shell.withStore()
        let answer = await shell.run("users import --dry-run -", input: "ann,Ann,ann@example.org\n")
        #expect(answer.status == 0)
        #expect(answer.err.contains("would import 1 users: 1 added"))
        #expect(try await shell.edition() == 1)
    }

    @Test func manyLinesShowProgressOnATerminal() async throws {
        let shell = try await Shell.withStore()
        var text = ""
        for number in 0..<11_000 { text += "user\(number),User \(number),user\(number)@example.org\n" }
        let answer = await shell.run(["users", "import", try shell.file("many.csv", text)], isTerminal: true)
        #expect(answer.status == 0, "\(answer.err.suffix(300))")
        #expect(answer.err.contains("reading") && answer.err.contains("11000 added"))
        #expect(try await shell.directory().userCount == 11_000)
    }
}
