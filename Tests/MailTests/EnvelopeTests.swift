import Mail
import Testing

struct EnvelopeTests {
    @Test func aReversePathIsNullOrAnAddress() throws {
        #expect(try ReversePath("<>") == .null)
        #expect(try ReversePath("<ann@example.org>") == .address(EmailAddress("ann@example.org")))
        #expect(try ReversePath("ann@example.org").description == "<ann@example.org>")
        #expect(throws: AddressError(.missingAt, at: 4)) { try ReversePath("<ann>") }
        #expect(throws: AddressError(.empty, at: 0)) { try ReversePath("") }
    }

    @Test(arguments: [
        ("NEVER", "NEVER"), ("success,failure", "SUCCESS,FAILURE"), ("DELAY,SUCCESS", "SUCCESS,DELAY"), ("FAILURE", "FAILURE"),
    ])
    func notifyIsReadAndWritten(_ text: String, _ written: String) {
        #expect(Recipient.Notify(text)?.description == written)
    }

    @Test(arguments: ["", "NEVER,SUCCESS", "MAYBE", "SUCCESS,", ",", "SUCCESS FAILURE"])
    func nonsenseIsNoNotify(_ text: String) {
        #expect(Recipient.Notify(text) == nil)
    }

    @Test func oneUTF8AddressNeedsSMTPUTF8() throws {
        let plain = Recipient(address: try EmailAddress("ann@bücher.example"))
        let utf8 = Recipient(address: try EmailAddress("jörg@example.org"))
        #expect(!Envelope(sender: .null, recipients: [plain]).needsSMTPUTF8)
        #expect(Envelope(sender: .null, recipients: [plain, utf8]).needsSMTPUTF8)
        #expect(Envelope(sender: .address(utf8.address), recipients: [plain]).needsSMTPUTF8)
    }
}

struct MailDateTests {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (-1, "Wed, 31 Dec 1969 23:59:59 +0000"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (1_000_000_000, "Sun, 09 Sep 2001 01:46:40 +0000"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 +0000"),
        (1_709_251_200, "Fri, 01 Mar 2024 00:00:00 +0000"), (1_795_475_696, "Mon, 23 Nov 2026 23:14:56 +0000"),
        (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 +0000"), (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 +0000"),
    ])
    func momentsAreWrittenAsInTheHeader(_ seconds: Int64, _ text: String) {
        #expect(MailDate.format(secondsSince1970: seconds) == text)
    }

    @Test func noMomentIsTooFar() {
        #expect(MailDate.format(secondsSince1970: .max).hasSuffix("+0000"))
        #expect(MailDate.format(secondsSince1970: .min).hasSuffix("+0000"))
    }
}

struct MessageIDTests {
    @Test func isUniqueAndWellFormed() throws {
        var generator = SeededGenerator(seed: 7)
        let domain = try Domain("bücher.example")
        let ids = (0..<1000).map { _ in MessageID(using: &generator, domain: domain) }
        #expect(Set(ids).count == 1000)
        let inner = try #require(ids.first).text.dropFirst().dropLast()
        #expect(try EmailAddress(String(inner)).domain == domain)
    }
}
