import Foundation
import Relay
import TestSupport
import Testing

/// What each answer means: the replies of `Fixtures/reply`, one file for each kind of provider, in the words they came in.
struct FailureTableTests {
    /// A line of what came, and below it, behind `=`, what it means and what follows.
    struct Row: CustomTestStringConvertible, Sendable {
        let kind: ProviderKind
        let stage: TransmitStage
        let reply: ProviderReply
        let outcome: String
        var testDescription: String { "\(kind.rawValue) \(stage.rawValue) \(reply)" }
    }

    struct Unreadable: Error {
        let line: String
    }

    static func rows() throws -> [Row] {
        var rows: [Row] = []
        for kind in ProviderKind.allCases {
            var line: Substring?
            let text = try FixtureFolder.at("reply").text(kind.rawValue + ".txt")
            for next in text.split(separator: "\n") where !next.hasPrefix("#") {
                if let came = line {
                    let words = came.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
                    guard words.count >= 3, next.hasPrefix("= "), let stage = TransmitStage(rawValue: String(words[0])),
                        let code = Int(words[1])
                    else { throw Unreadable(line: "\(came)\n\(next)") }
                    let reply = ProviderReply(
                        code: code, enhanced: words[2] == "-" ? "" : String(words[2]), text: words.count > 3 ? String(words[3]) : "")
                    rows.append(Row(kind: kind, stage: stage, reply: reply, outcome: String(next.dropFirst(2))))
                    line = nil
                } else {
                    line = next
                }
            }
        }
        return rows
    }

    private static func subject(_ kind: ProviderKind) -> FailureSubject {
        FailureSubject(kind: kind, login: "desk@example.org", from: [FakeCompany.ann])
    }

    private static func words(_ verdict: Verdict) -> String {
        switch verdict {
        case .sent: "sent"
        case .retry(let seconds): "retry" + (seconds.map { " \(Int($0))" } ?? "")
        case .refused: "refused"
        case .denied: "denied"
        case .tokenRejected: "token rejected"
        case .transportStopped(let seconds): "transport stopped \(Int(seconds))"
        case .mailboxStopped(let seconds): "mailbox stopped \(Int(seconds))"
        }
    }

    @Test(arguments: try rows()) func meaning(_ row: Row) {
        let diagnosis = FailureTable.diagnose(row.reply, at: row.stage, Self.subject(row.kind))
        #expect("\(diagnosis.meaning.rawValue): \(Self.words(diagnosis.verdict))" == row.outcome)
        #expect(!diagnosis.cause.isEmpty)
        let failure = TransmitFailure(stage: row.stage, cause: .reply(row.reply))
        #expect(FailureTable.diagnose(failure, Self.subject(row.kind)) == diagnosis)
    }

    /// What no fixture shows could as well mean anything. These come without a reply, or from our own side (see `causeWithoutReply`).
    @Test func everyMeaningIsShown() throws {
        let shown = Set(try Self.rows().map { $0.outcome.prefix { $0 != ":" } }.map(String.init))
        let wordless: Set<FailureMeaning> = [
            .unreachable, .timedOut, .hungUp, .protocolBroken, .tlsFailed, .tlsMissing, .stoppedHere, .tokenTooLong, .extensionMissing,
            .envelopeNotExpressible, .signInFailed,
        ]
        #expect(FailureMeaning.allCases.filter { !wordless.contains($0) && !shown.contains($0.rawValue) } == [])
    }

    @Test func everyStageRetriesWhatIsUnknown() {
        for kind in ProviderKind.allCases {
            for stage in TransmitStage.allCases {
                for code in [0, 100, 299, 399, 700] where ![.content, .request].contains(stage) || code != 299 {
                    let reply = ProviderReply(code: code, text: "?")
                    let diagnosis = FailureTable.diagnose(reply, at: stage, Self.subject(kind))
                    #expect(diagnosis.verdict == .retry(notBefore: nil), "\(kind) \(stage) \(code)")
                }
            }
        }
    }

    @Test(arguments: [
        (TransmitFailure.Cause.timeout(seconds: 300), Verdict.retry(notBefore: nil)), (.connectionClosed, .retry(notBefore: nil)),
        (.unreachable("no route to host"), .retry(notBefore: nil)), (.tls("self-signed"), .retry(notBefore: nil)),
        (.noTLS, .retry(notBefore: nil)), (.noMechanism(offered: ["PLAIN"]), .retry(notBefore: nil)),
        (.tokenTooLong(ProviderReply(code: 500, text: "line too long")), .mailboxStopped(seconds: 3600)),
        (.notOffered("SMTPUTF8"), .refused), (.notExpressible("bob is in To"), .refused), (.tooLarge(size: 9, limit: 8), .refused),
        (.ours("cancelled"), .retry(notBefore: nil)), (.protocolViolation("25O ok"), .retry(notBefore: nil)),
    ]) func causeWithoutReply(_ cause: TransmitFailure.Cause, _ verdict: Verdict) {
        let diagnosis = FailureTable.diagnose(TransmitFailure(stage: .content, cause: cause), Self.subject(.custom))
        #expect(diagnosis.verdict == verdict)
        #expect(!diagnosis.cause.isEmpty)
    }

    /// RFC 9110 section 10.2.3; a day at most.
    @Test func providersWishToBeLeftAloneCounts() {
        for (seconds, verdict) in [(10.0, Verdict.retry(notBefore: 60)), (300, .retry(notBefore: 300)), (1e9, .retry(notBefore: 86_400))] {
            let reply = ProviderReply(code: 429, text: "slow down", retryAfter: seconds)
            #expect(FailureTable.diagnose(reply, at: .request, Self.subject(.microsoft)).verdict == verdict)
        }
    }

    @Test func whatNeedsAPersonSaysWhatToDo() throws {
        for row in try Self.rows() {
            let diagnosis = FailureTable.diagnose(row.reply, at: row.stage, Self.subject(row.kind))
            switch diagnosis.verdict {
            case .denied: #expect(diagnosis.fix.contains("ann@example.org"))
            case .tokenRejected, .transportStopped: #expect(!diagnosis.fix.isEmpty, "\(row.reply)")
            case .mailboxStopped where diagnosis.meaning != .dailyLimit: #expect(!diagnosis.fix.isEmpty, "\(row.reply)")
            case .sent, .retry, .refused, .mailboxStopped: break
            }
        }
    }
}
