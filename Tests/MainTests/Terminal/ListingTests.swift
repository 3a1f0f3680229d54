import Foundation
import Synchronization
import Testing
@testable import Main

struct ListingTests {
    private static let columns = [Column("name"), Column("count", .right), Column("last_seen")]

    private func written(_ rows: [[Cell]], _ format: ListingFormat, columns: [Column] = columns, colour: Bool = false) -> String {
        let bytes = Mutex([UInt8]())
        let output = OutputStream(isTerminal: colour, usesColour: colour) { more in bytes.withLock { $0 += more } }
        var listing = Listing(columns, format, to: output)
        for row in rows { listing.add(row) }
        listing.finish()
        return String(decoding: bytes.withLock { $0 }, as: UTF8.self)
    }

    @Test func columnsAlignByDisplayWidth() {
        let rows: [[Cell]] = [
            [.text("東京"), .number(7), .date(Date(timeIntervalSince1970: 0))], [.text("Zoe\u{308}"), .number(1234), .none],
            [.text("👩‍👩‍👧"), .number(0), .none],
        ]
        #expect(
            written(rows, .table) == """
                NAME  COUNT  LAST SEEN
                東京      7  1970-01-01 00:00Z
                Zoe\u{308}    1234
                👩‍👩‍👧        0

                """)
    }

    @Test func headerIsBoldOnATerminalOnly() {
        #expect(written([[.text("a"), .number(1), .none]], .table, colour: true).hasPrefix("\u{1B}[1mNAME"))
        #expect(!written([[.text("a"), .number(1), .none]], .table).contains("\u{1B}"))
    }

    @Test func nothingInATableIsNothing() { #expect(written([], .table) == "") }

    @Test func nothingInJSONIsAnEmptyList() { #expect(written([], .json) == "[]\n") }

    @Test func nothingInCSVIsAHeader() { #expect(written([], .csv) == "name,count,last_seen\r\n") }

    @Test func csvQuotesWhatWouldBeMisread() {
        let rows: [[Cell]] = [
            [.text("Lee, \"Ann\"\r\nx"), .number(-1), .date(Date(timeIntervalSince1970: 59))], [.text(" a"), .none, .none],
        ]
        #expect(
            written(rows, .csv)
                == "name,count,last_seen\r\n\"Lee, \"\"Ann\"\"\r\nx\",-1,1970-01-01T00:00:59Z\r\n\" a\",,\r\n")
    }

    @Test func jsonKeepsTypesAndEscapes() throws {
        let rows: [[Cell]] = [[.text("a\"\\\u{1B}\u{2028}é"), .number(3), .flag(true)], [.list(["x", "y"]), .none, .none]]
        let text = written(rows, .json)
        let objects = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]])
        #expect(objects[0]["name"] as? String == "a\"\\\u{1B}\u{2028}é")
        #expect(objects[0]["count"] as? Int == 3)
        #expect(objects[0]["last_seen"] as? Bool == true)
        #expect(objects[1]["name"] as? [String] == ["x", "y"])
        #expect(objects[1]["count"] is NSNull)
        #expect(!text.contains("\u{1B}"))
    }

    @Test func aNameCannotMoveTheCursor() {
        let text = written([[.text("a\u{1B}[2Jb\nc\u{202E}d"), .number(1), .none]], .table)
        #expect(text.split(separator: "\n").count == 2)
        #expect(!text.contains("\u{1B}") && !text.contains("\u{202E}"))
    }

    @Test func moreRowsThanSettleWidthsAreStillAllThere() {
        let rows = (0..<2500).map { [Cell.text("n\($0)"), .number($0), .none] }
        #expect(written(rows, .table).split(separator: "\n").count == 2501)
        #expect(written(rows, .csv).split(separator: "\r\n").count == 2501)
    }

    @Test(arguments: [
        ("abc", 3), ("", 0), ("日本", 4), ("e\u{301}", 1), ("\u{200B}", 0), ("한글", 4), ("ﬁ", 1), ("👍🏽", 2), ("☂\u{FE0F}", 2), ("Ａ", 2),
    ])
    func widths(_ text: String, _ width: Int) { #expect(DisplayWidth.of(text) == width) }
}
