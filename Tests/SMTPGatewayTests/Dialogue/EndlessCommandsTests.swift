import Relay
import Testing

@testable import SMTPGateway

/// Commands that bring no message, a million of them if one lets them: their client is sent away long before, and nothing of them is kept.
struct EndlessCommandsTests {
    private static let mail = "MAIL FROM:<ann@example.org>"
    private static let good = "RCPT TO:<bob@example.net>"
    private static let bad = "RCPT TO:<nobody>"

    @Test(arguments: [
        ["NOOP"], ["RSET"], ["VRFY ann"], ["HELP"], ["EHLO x"], ["HELO x"], [""], ["x"], ["BDAT 1 LAST"], ["EXPN staff"], ["DATA"],
        ["MAIL"],
        ["STARTTLS x"], ["STARTTLS"], ["AUTH"], ["AUTH PLAIN", "*"], ["AUTH LOGIN", "!"], ["AUTH PLAIN ="], ["\u{1}"], ["VRFY \u{E4}"],
        [good], [bad], [mail], [mail, "RSET"], [mail, "EHLO x"], [mail, good], [mail, good, "RSET"], [mail, bad, "RSET"],
        [mail, bad, "DATA", "RSET"], [mail, good, bad, "EHLO x"], [mail, good, "DATA x", "RSET"],
    ])
    func noCircleGoesOnForEver(_ circle: [String]) {
        let terms = Terms(origin: .network(mayBeClear: true), hostName: "mail.example", offersTLS: false, size: 1_000, recipients: 1_000)
        var session = SubmissionSession(terms, byPlace: .owner, isEncrypted: false)
        _ = session.line(Array("EHLO x".utf8))
        var count = 0
        while count < 1_000_000 {
            for line in circle {
                count += 1
                if session.line(Array(line.utf8)).contains(.close) { return #expect(count < 3_000, "\(circle)") }
            }
        }
        Issue.record("a million of \(circle) were answered")
    }

    /// Whatever pieces lines come in: what was read is not kept.
    @Test(arguments: [1, 3, 4_096, 100_000]) func aHundredThousandLinesLeaveNothing(_ size: Int) {
        var decoder = InputDecoder()
        let lines = Array(repeating: Array("a\r\n".utf8), count: 100_000).flatMap { $0 }
        var count = 0
        var most = 0
        var rest = lines[...]
        while !rest.isEmpty {
            decoder.append(rest.prefix(size))
            rest = rest.dropFirst(size)
            while decoder.next(lineLimit: 2_048) != nil { count += 1 }
            if count.isMultiple(of: 100) || rest.isEmpty { most = max(most, Self.kept(decoder)) }
        }
        #expect(count == 100_000)
        #expect(most <= size + 3)
    }

    private static func kept(_ decoder: InputDecoder) -> Int {
        (Mirror(reflecting: decoder).descendant("input") as? [UInt8])?.count ?? .max
    }
}
