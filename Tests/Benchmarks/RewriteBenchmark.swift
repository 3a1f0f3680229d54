import FoundationEssentials
import Foundation
import Mail
import Relay

/// Rewriting works on the header alone; the ceiling is a `memcpy` of the whole message, which rewriting never does.
enum RewriteBenchmark {
    static func run() throws {
        print("— rewriting a message of 52 KB with a header of 2.2 KB")
        let message = message()
        let decision = try decision()
        let circumstances = Rewriter.Circumstances(isAutomatic: false, envelopeSender: nil, providerTakesNullSender: false)
        let rounds = 2_000
        var failure: (any Error)?
        let rewrite = nanoseconds(for: rounds) {
            for _ in 0..<rounds {
                do {
                    // As the passage does it: the header is split off what arrived, read, rewritten and written out; the body is passed on as it lies.
                    var splitter = HeaderSplitter()
                    guard let split = try splitter.consume(message) else { return }
                    let rewritten = try Rewriter.rewrite(try HeaderBlock(split.header), decision, circumstances)
                    blackHole(rewritten.header.bytes)
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
        var target = [UInt8](repeating: 0, count: message.count)
        let copy = nanoseconds(for: rounds) {
            for _ in 0..<rounds {
                target.withUnsafeMutableBytes { destination in message.withUnsafeBytes { destination.copyMemory(from: $0) } }
                blackHole(target[0])
            }
        }
        let gigabytes = { (nanoseconds: Double) in Double(message.count) / nanoseconds }
        row("rewriting", "\(Int(1e9 / rewrite)) messages/s, \(gigabytes(rewrite).short) GB/s")
        row("memcpy of the same bytes", "\(Int(1e9 / copy)) messages/s, \(gigabytes(copy).short) GB/s")
        row("rewriting against memcpy", "× \((rewrite / copy).short) the time")
    }

    private static func message() -> [UInt8] {
        var header =
            "From: \"Somebody Else\" <somebody@organisation.example>\r\nTo: Customer <customer@elsewhere.example>\r\nSubject: A subject\r\n"
        var number = 0
        while header.utf8.count < 2_200 {
            header += "X-Field-\(number): a value of usual length, folded once in the middle\r\n of what it has to say\r\n"
            number += 1
        }
        header += "Reply-To: desk@organisation.example\r\nMessage-ID: <1@organisation.example>\r\n\r\n"
        var bytes = Array(header.utf8)
        while bytes.count < 52_000 { bytes += Array("A line of the body, as long as lines in letters usually are, ends here.\r\n".utf8) }
        return bytes
    }

    /// The costliest case: the author moves to Reply-To, so that three fields change.
    private static func decision() throws -> Decision {
        let directory = Directory(Organisation(users: 100, delegations: 0).entities)
        let question = Question(purpose: .adHoc, user: Organisation.user(50), at: Date(timeIntervalSince1970: 1_800_000_000))
        guard case .decided(let decision) = Decider(directory: directory, conditions: Conditions()).decide(question) else {
            throw Unexpected("user-50 has no route of its own, so the carrier should have it")
        }
        return decision
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
