import Testing

@testable import Console
@testable import Web

/// What browsers send with forms, and what only an attacker would.
struct FormTests {
    @Test func fieldsAreDecoded() throws {
        let form = try #require(Form(Array("name=Ann+Lee&address=a%40b.example&role=auditor&role=sender&empty=&%C3%A4=%F0%9F%98%80".utf8)))
        #expect(form["name"] == "Ann Lee")
        #expect(form["address"] == "a@b.example")
        #expect(form.all("role") == ["auditor", "sender"])
        #expect(form["empty"] == nil)
        #expect(form["ä"] == "😀")
        #expect(form["missing"] == nil)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "%ff=1", "a=%c0%80"]) func brokenOnesAreNone(_ text: String) {
        #expect(Form(Array(text.utf8)) == nil)
    }

    private static let multipart = """
        --xyz\r\nContent-Disposition: form-data; name="csrf"\r\n\r\ntoken\r\n--xyz\r\n\
        Content-Disposition: form-data; name="file"; filename="users.csv"\r\nContent-Type: text/csv\r\n\r\nid,name,address\r\na,b,--xy\r\n\r\n--xyz--\r\n
        """

    @Test func aFileComesWithItsFields() throws {
        let form = try #require(MultipartForm.read(Array(Self.multipart.utf8), boundary: "xyz"))
        #expect(form["csrf"] == "token")
        #expect(form.file?.name == "users.csv")
        #expect(form.file.map { String(decoding: $0.bytes, as: UTF8.self) } == "id,name,address\r\na,b,--xy\r\n")
    }

    /// Cut off anywhere, it is no form, and never a crash.
    @Test func aFormThatBreaksOffIsNone() {
        let bytes = Array(Self.multipart.utf8)
        for end in 0..<(bytes.count - 4) { #expect(MultipartForm.read(Array(bytes[..<end]), boundary: "xyz") == nil, "\(end)") }
    }

    @Test func queriesAreStrict() throws {
        #expect(Query("a=%zz") == nil)
        let query = try #require(Query("limit=12&q=&state=held&flag=true"))
        #expect(query["q"] == nil)
        #expect(try query.number("limit", in: 1...20, usual: 5) == 12)
        #expect(throws: Problem.self) { try query.number("limit", in: 1...10, usual: 5) }
        #expect(try query.flag("flag"))
        #expect(throws: Problem.self) { try query.flag("state") }
    }
}
