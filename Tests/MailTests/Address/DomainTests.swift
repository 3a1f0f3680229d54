import Mail
import Testing

struct DomainTests {
    @Test func readsBothFormsOfOneName() throws {
        let domain = try Domain("Bücher.Example")
        #expect(domain.ascii == "xn--bcher-kva.example")
        #expect(domain.text == "bücher.example")
        #expect(try domain == Domain("XN--bcher-KVA.example"))
        #expect(try Domain("xn--bcher-kva.example").text == "bücher.example")
    }

    @Test func aNameThatDoesNotDecodeStaysAsItIs() throws {
        let domain = try Domain("xn--0.example")
        #expect(domain.ascii == "xn--0.example")
        #expect(domain.text == "xn--0.example")
    }

    @Test func knowsLiteralsAndDots() throws {
        #expect(try Domain("[192.0.2.1]").isLiteral)
        #expect(try !Domain("example.org").isLiteral)
        #expect(try Domain("example.org").hasDot)
        #expect(try !Domain("localhost").hasDot)
    }

    @Test func offsetsCountFromTheNamesOwnStart() {
        #expect(throws: AddressError(.unexpected(" "), at: 3)) { try Domain("exa mple.org") }
        #expect(throws: AddressError(.missingDomain, at: 0)) { try Domain("") }
        #expect(throws: AddressError(.trailingDot, at: 11)) { try Domain("example.org.") }
    }

    @Test func sortsByWhatTheWireCarries() throws {
        #expect(try ["b.org", "A.org", "ä.org"].map { try Domain($0) }.sorted().map(\.ascii) == ["a.org", "b.org", "xn--4ca.org"])
    }
}
