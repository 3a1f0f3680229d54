import Relay
import TestSupport
import Testing

/// Users in LDIF and CSV, in whatever pieces a file arrives, with either line end: the same users.
struct UserFormTests {
    private func users(_ bytes: [UInt8], by size: Int) -> (users: [User], lines: [ImportReport.Line]) {
        var file = UserImport(intake: nil)
        var lines: [ImportReport.Line] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            file.read(Array(bytes[start..<min(start + size, bytes.count)])) { lines.append($0) }
        }
        file.finish { lines.append($0) }
        return (Array(file.users), lines)
    }

    @Test(arguments: ["users-csv/in.csv", "users-ldif/in.ldif"], [1, 2, 7, 64, 4096])
    func piecesDoNotMatter(_ path: String, _ size: Int) throws {
        let text = try FixtureFolder.at("import/draft").text(path)
        let whole = users(Array(text.utf8), by: .max)
        #expect(whole.users.count >= 2)
        for other in [text, text.replacing("\n", with: "\r\n"), "\u{FEFF}" + text] {
            let found = users(Array(other.utf8), by: size)
            #expect(found.users == whole.users)
            #expect(found.lines == whole.lines)
        }
    }

    @Test func usersKnowTheirLines() {
        var file = UserImport(intake: nil)
        file.read(Array("zoe,Zoe,zoe@example.org\n\nann,Ann,ann@example.org\n".utf8))
        file.finish()
        #expect(file.users.map(\.id.text) == ["ann", "zoe"])
        #expect((0..<2).map { file.line(at: $0) } == [3, 1])
    }

    @Test func aHugeValueThatNobodyAskedForIsNotKept() {
        let photo = "jpegPhoto:: " + String(repeating: "QUJD\n ", count: 100_000)
        let text = "dn: uid=ann\nuid: ann\n\(photo)\nmail: ann@example.org\n"
        let found = users(Array(text.utf8), by: 4096)
        #expect(found.users.map(\.id.text) == ["ann"] && found.lines.isEmpty)
    }
}
