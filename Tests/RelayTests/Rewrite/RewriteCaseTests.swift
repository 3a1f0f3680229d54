import Foundation
import Mail
import Relay
import TestSupport
import Testing

/// The table of rewriting, row by row and byte by byte, on the cases in Fixtures/rewrite.
struct RewriteCaseTests {
    @Test(arguments: try FixtureFolder.all(in: "rewrite"), ["LF", "CRLF"])
    func theMessageLeavesAsExpected(_ folder: FixtureFolder, _ lineEnds: String) throws {
        let rewriteCase = try RewriteCase(folder)
        let input = try folder.bytes("in.eml")
        let passage = try rewriteCase.passage(of: lineEnds == "LF" ? input : MessageParts.crlf(input))
        let rewritten: Rewritten
        do throws(Refusal) { rewritten = try passage.rewritten() } catch {
            #expect(error.code.rawValue == (try rewriteCase.expected["refused"]?.text()), "\(error.sentence)")
            return
        }
        #expect(rewriteCase.expected["refused"] == nil)
        let output = rewritten.header.bytes + [0x0D, 0x0A] + passage.body
        let wanted = MessageParts.crlf(try folder.bytes("out.eml"))
        #expect(output == wanted, "\(String(decoding: MessageParts.lf(output), as: UTF8.self))")
        try expect(rewritten, passage, rewriteCase.expected)
    }

    private func expect(_ rewritten: Rewritten, _ passage: RewriteCase.Passage, _ expected: DocumentFields) throws {
        #expect(passage.decision.route.rawValue == (try expected.required("route").text()))
        if let changed = try expected["changed"]?.items() {
            #expect(Set(rewritten.changed.map(\.text)) == Set(try changed.map { try $0.text() }))
        }
        if let envelope = expected["envelope"] { #expect(rewritten.envelopeSender.description == (try envelope.text())) }
    }

    @Test(arguments: try FixtureFolder.all(in: "rewrite"))
    func rewritingTwiceChangesNothing(_ folder: FixtureFolder) throws {
        let passage = try RewriteCase(folder).passage(of: folder.bytes("in.eml"))
        guard let once = try? passage.rewritten() else { return }  // refused, which its own case expects
        let twice = try Rewriter.rewrite(once.header, passage.decision, passage.circumstances)
        #expect(twice.header.bytes == once.header.bytes)
        #expect(twice.envelopeSender == once.envelopeSender)
    }

    @Test(arguments: try FixtureFolder.all(in: "rewrite"))
    func everyOtherFieldComesThrough(_ folder: FixtureFolder) throws {
        let passage = try RewriteCase(folder).passage(of: folder.bytes("in.eml"))
        guard let rewritten = try? passage.rewritten() else { return }  // refused, which its own case expects
        let redirected: [FieldName] = passage.circumstances.redirection == nil ? [] : [.to, .cc, .resentTo, .mandateOriginalRecipients]
        #expect(Untouched.fields(of: rewritten.header, but: redirected) == Untouched.fields(of: passage.settled, but: redirected))
    }

    @Test(arguments: [1, 2, 3, 7])
    func theSameComesOutHoweverTheInputIsCut(_ size: Int) throws {
        for folder in try FixtureFolder.all(in: "rewrite") {
            let rewriteCase = try RewriteCase(folder)
            let input = try folder.bytes("in.eml")
            let whole = try rewriteCase.passage(of: input)
            let cut = try rewriteCase.passage(of: MessageParts.crlf(input), in: size)
            #expect(cut.settled.bytes == whole.settled.bytes, "\(folder.name)")
            #expect(cut.body == whole.body, "\(folder.name)")
        }
    }

    @Test func thereAreEnoughCases() throws { #expect(try FixtureFolder.all(in: "rewrite").count >= 130) }
}

/// What rewriting must never change: every field but those it is about.
enum Untouched {
    private static let mayChange: [FieldName] = [
        .from, .sender, .replyTo, .originalFrom, .bcc, .resentBcc, .autoSubmitted, .dkimSignature, .arcSeal, .arcMessageSignature,
        .arcAuthenticationResults, .authenticationResults,
    ]

    static func fields(of header: HeaderBlock, but others: [FieldName] = []) -> [[UInt8]] {
        header.fields.filter { field in !(mayChange + others).contains { field.isNamed($0) } }.map { Array($0.line) }
    }
}
