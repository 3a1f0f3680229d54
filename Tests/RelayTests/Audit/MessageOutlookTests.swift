import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What is told of a message in the queue is what its next attempt would meet.
struct MessageOutlookTests {
    private let now = Samples.start.addingTimeInterval(60)

    private func queued(
        _ state: QueuedMessage.StateName, why: String = "", from author: EmailAddress = FakeCompany.ann
    ) throws -> QueuedMessage {
        let message = try Samples.message("m", from: author.description)
        return QueuedMessage(
            message: message, state: state, why: why, attempts: 0, nextAttempt: nil, isUnknown: false,
            recipients: message.envelope.recipients.map { .init(recipient: $0, outcome: nil) })
    }

    private func decider(_ observations: [Observation] = [], also entities: [DirectoryEntity] = []) -> Decider {
        Decider(directory: Directory(FakeCompany.entities() + entities), conditions: Conditions(observations), transports: [.smtp])
    }

    @Test func oneThatWaitsSaysWhichWayItWouldTake() throws {
        let outlook = decider().outlook(of: try queued(.waiting), at: now)
        #expect(outlook.way == "own through ann-login over smtp")
        #expect(outlook.outlook.isOpen && outlook.why.hasPrefix("its turn has not come"))
    }

    @Test func oneWithoutARouteHasNone() throws {
        let needsConsent = Observation.grant(FakeCompany.appOnly, .needsConsent(since: Samples.start, reason: "invalid_grant"))
        let outlook = decider([needsConsent]).outlook(of: try queued(.waiting, why: "no route"), at: now)
        #expect(outlook.way == nil && outlook.outlook.state == .later && outlook.why == "no route")
    }

    @Test func oneThatIsHeldIsToBeReleased() throws {
        let outlook = decider().outlook(of: try queued(.held, why: "somebody held it"), at: now)
        #expect(outlook.outlook.state == .off && outlook.outlook.steps == ["mandate queue release m"])
        #expect(outlook.obstacleToRelease == nil)
    }

    @Test func oneThatWouldBeHeldAgainSaysWhy() throws {
        let hold = DirectoryEntity.setting(SettingKey(.fallback), "hold")
        let stranger = decider(also: [hold]).outlook(of: try queued(.held, from: FakeCompany.dora), at: now)
        #expect(stranger.obstacleToRelease?.hasPrefix("m would be held again: no mailbox may send as dora@example.org") == true)
        let delivery = DirectoryEntity.setting(SettingKey(.delivery), "hold")
        let staged = decider(also: [delivery]).outlook(of: try queued(.held), at: now)
        #expect(staged.obstacleToRelease?.contains("delivery is hold") == true)
        #expect(staged.outlook.steps == ["mandate settings set delivery live"])
    }
}
