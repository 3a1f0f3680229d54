import ArgumentParser
import Foundation
import Synchronization
import Testing

@testable import Main

/// A table is read in a terminal, where a line that is too long breaks the table; and by a pipe, which must get all of it.
struct ListingFitTests {
    private static let columns: [Column] = [.id, "state", "author", .number("size", isSpare: true), .spare("client"), "why"]
    private static let row: [Cell] = [
        .text("m-0123456789abcdef"), .text("waiting"), .text("printer-on-the-second-floor@support.fabrikam.example"), .number(12_345),
        .text("a client"), .text(String(repeating: "the mailbox is stopped until tomorrow ", count: 5)),
    ]

    private func written(_ width: Int?, _ rows: [[Cell]] = [row], isWide: Bool = false, chosen: [Int]? = nil) -> [String] {
        let bytes = Mutex([UInt8]())
        let output = OutputStream(isTerminal: width != nil, width: width) { more in bytes.withLock { $0 += more } }
        var listing = Listing(Self.columns, chosen: chosen, .table, to: output, isWide: isWide)
        for row in rows { listing.add(row) }
        listing.finish()
        return String(decoding: bytes.withLock { $0 }, as: UTF8.self).components(separatedBy: "\n").dropLast()
    }

    private func words(_ lines: [String]) -> String { lines.joined().replacing(" ", with: "") }

    @Test(arguments: [30, 40, 60, 79, 80, 100, 120, 200]) func noLineIsWiderThanTheTerminal(width: Int) {
        let wide: [Cell] = [.text("m-2"), .text("held"), .text(String(repeating: "字", count: 90)), .number(1), .none, .text("x y")]
        let lines = written(width, [Self.row, wide])
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= width }, "\(lines.joined(separator: "\n"))")
        #expect(words(lines).filter { $0 == "字" }.count == 90, "nothing is lost")
    }

    @Test func sentencesBreakBelowEachOther() {
        let lines = written(100)
        #expect(lines[0].hasPrefix("ID                  STATE    AUTHOR"))
        #expect(lines[1].hasPrefix("m-0123456789abcdef  waiting  printer-on-the-"))
        #expect(lines.count > 2 && lines[2].hasPrefix(String(repeating: " ", count: 29)))
        #expect(lines.filter { $0.contains("m-0123456789abcdef") }.count == 1)
    }

    @Test func whatCanBeSparedGoesFirst() {
        #expect(written(200)[0].contains("CLIENT"))
        #expect(!written(80)[0].contains("CLIENT") && written(80)[0].contains("WHY"))
    }

    @Test func whereThereIsNoRoomForATableEachRowIsABlock() {
        let lines = written(40, [Self.row, Self.row])
        #expect(lines[0] == "id      m-0123456789abcdef")
        #expect(lines.filter { $0.isEmpty }.count == 1)
    }

    @Test func aPipeGetsEverythingUncut() {
        let lines = written(nil)
        #expect(lines.count == 2 && lines[0].contains("CLIENT"))
        #expect(lines[1].hasSuffix("the mailbox is stopped until tomorrow"))
        #expect(written(80, isWide: true) == lines)
    }

    @Test func chosenColumnsStandInTheirOrderAndStay() {
        let lines = written(80, chosen: [4, 0, 5])
        #expect(lines[0].hasPrefix("CLIENT") && lines[0].contains("WHY"))
    }

    @Test(arguments: [
        ("one two three", 7, ["one two", "three"]), ("", 5, [""]), ("ann@example.org", 8, ["ann@", "example.", "org"]),
        ("字字字", 4, ["字字", "字"]), ("字", 1, ["字"]), ("abcdefgh", 3, ["abc", "def", "gh"]),
    ])
    func linesBreakBetweenWordsAndAtJoints(_ text: String, _ width: Int, _ lines: [String]) {
        #expect(LineBreaker.lines(text, width: width) == lines)
    }
}

/// All listings there are, found by walking the commands, on a store with a little of everything.
struct ListingWalkTests {
    private static let fixtures = #filePath.components(separatedBy: "/Tests/")[0] + "/Fixtures/import/"

    /// What a listing needs to be told beside its name.
    private static let more = [
        "providers import": [fixtures + "autoconfig"], "settings list": ["--all"],
        "audit impact": ["--setting", "AD_HOC_EMAIL_FROM_ADDRESS"], "audit dmarc read": [reports],
        "import users": [fixtures + "draft/users-ldif/in.ldif"], "import settings": [fixtures + "draft/settings-properties/in.properties"],
        "import exchange-permissions": [fixtures + "draft/exchange-send-as/in.csv"],
        "import gmail-send-as": [fixtures + "draft/gmail/in.json"], "import postfix-logins": [fixtures + "draft/postfix-logins/in"],
        "import postfix-generic": [fixtures + "draft/postfix-generic/in"],
        "import email-oauth2-proxy": [fixtures + "draft/email-oauth2-proxy/in.config"],
    ]
    private static let reports = #filePath.components(separatedBy: "/Tests/")[0] + "/Fixtures/dmarc"

    private static func listings(_ command: any ParsableCommand.Type = Mandate.self, _ name: [String] = []) -> [[String]] {
        let children = command.configuration.subcommands
        guard children.isEmpty else {
            return children.flatMap { listings($0, name + [$0.configuration.commandName ?? "\($0)".lowercased()]) }
        }
        return Mandate.helpMessage(for: command).contains("--columns") ? [name] : []
    }

    private static func busyDesk() async throws -> Shell {
        let shell = try await Shell.withCompany()
        let long = "a-rather-long-name-of-somebody-in-the-second-warehouse"
        try await shell.set(
            "users add \(long) --address \(long)@logistics.contoso.example", "settings set AD_HOC_EMAIL_FROM_ADDRESS \(long)")
        shell.program.withLock { $0 = (try? Premises.program()) ?? "" }  // without it nothing is reported, and the walk says so
        await shell.run(["audit", "dmarc", "read", reports])
        for purpose in ["notification", "administrator"] {
            await shell.run(["send", "--purpose", purpose, "--to", "\(long)@example.net"], input: "Subject: x\n\nHello\n")
        }
        return shell
    }

    @Test func everyListingFitsEveryTerminal() async throws {
        let listings = Self.listings()
        #expect(listings.count >= 13, "\(listings)")
        let shell = try await Self.busyDesk()
        for name in listings {
            let line = name + (Self.more[name.joined(separator: " ")] ?? [])
            let piped = await shell.run(line)
            #expect(
                piped.out.split(separator: "\n").count > 1 || name == ["standings", "list"], "\(line) has nothing to list: \(piped.err)")
            for width in [80, 100, 200] {
                let answer = await shell.run(line, width: width)
                // What is to be typed or pasted stays in one piece.
                let table = answer.out.components(separatedBy: "\nWhat to do:")[0]
                let tooLong = table.split(separator: "\n").filter { DisplayWidth.of(String($0)) > width }
                #expect(tooLong.isEmpty, "\(line) at \(width): \(tooLong)")
                #expect(width < 100 || table.isEmpty || table.first?.isUppercase == true, "\(line) is no table at \(width)")
            }
        }
    }

    @Test func aPipeHasTheWholeReason() async throws {
        let shell = try await Self.busyDesk()
        let answer = await shell.run("audit unauthorized")
        #expect(!answer.out.contains("…"), "\(answer.out)")
    }

    @Test func columnsAreChosenByName() async throws {
        let shell = try await Shell.withCompany()
        #expect(await shell.run("users list --columns address,id --format csv").out.hasPrefix("address,id\r\nann@example.org,ann\r\n"))
        #expect(await shell.run("users list --columns ID").out.hasPrefix("ID\nann\nbob\n"))
        let wrong = await shell.run("users list --columns name,colour")
        #expect(wrong.status == 64 && wrong.err.contains("there is no column colour: choose among id,name,address"))
    }

    @Test func whatIsLeftOutIsSaid() async throws {
        let shell = try await Shell.withCompany()
        let narrow = await shell.run(["applications", "list"], width: 80)
        #expect(narrow.err.contains("not shown:") && narrow.err.contains("client_id") && narrow.err.contains("--wide"), "\(narrow.err)")
        #expect(await shell.run("applications list").err.isEmpty)
    }

    @Test func theJournalIsCutToItsLastAndToAKind() async throws {
        let shell = try await Self.busyDesk()
        let all = await shell.run("audit journal --format csv --columns number,kind").out.split(separator: "\r\n").dropFirst()
        let last = await shell.run("audit journal --limit 3 --format csv --columns number,kind").out.split(separator: "\r\n").dropFirst()
        #expect(all.count > 5 && Array(last) == Array(all.suffix(3)))
        let changes = await shell.run("audit journal --kind changed --limit 2 --format csv --columns kind").out
        #expect(changes == "kind\r\nchanged\r\nchanged\r\n")
        let shown = await shell.run(["audit", "journal"], width: 100).out
        #expect(shown.contains("id=tracker@example.org"), "\(shown)")
        #expect(shown.firstMatch(of: /\d\d:\d\d:\d\dZ/) != nil, "with seconds: \(shown)")
    }
}
