import Mail
import Relay
import TestSupport
import Testing

/// Every rule of deciding, alone and against its neighbour, on the cases in Fixtures/decide.
struct DecideCaseTests {
    @Test(arguments: try FixtureFolder.all(in: "decide"))
    func theAnswerIsTheExpectedOne(_ folder: FixtureFolder) throws {
        let decideCase = try DecideCase(folder)
        let answer = decideCase.decider.decide(decideCase.question)
        let differences = try AnswerExpectation(decideCase.expected).differences(from: answer)
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))\n\n\(answer.explanation.words)")
    }

    /// The answer for an attempt, which has only the author, purpose and envelope of the question, agrees with the one at Accept.
    @Test(arguments: try FixtureFolder.all(in: "decide"))
    func anAttemptIsDecidedAsItWasAccepted(_ folder: FixtureFolder) throws {
        let decideCase = try DecideCase(folder)
        guard case .decided(let accepted) = decideCase.decider.decide(decideCase.question) else { return }
        let routing = Routing(
            purpose: decideCase.question.purpose, envelopeSender: decideCase.question.envelopeSender, at: decideCase.question.at)
        guard case .decided(let attempt) = decideCase.decider.decide(accepted.author, routing) else {
            Issue.record("the attempt was not decided")
            return
        }
        #expect(attempt.route == accepted.route)
        #expect(attempt.mailbox == accepted.mailbox)
        #expect(attempt.transport == accepted.transport)
        #expect(attempt.fields == accepted.fields)
    }

    @Test func thereAreEnoughCases() throws { #expect(try FixtureFolder.all(in: "decide").count >= 200) }
}

extension Explanation {
    var words: String { steps.map(\.description).joined(separator: "\n") }
}
