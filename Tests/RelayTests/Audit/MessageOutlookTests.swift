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

    @Test func oneThatWaitsForItsTurnSaysWhatIsAhead() throws {
        let client = Client(id: ClientID(trusted: "n"), name: "newsletter", credential: .uid(7))
        let decider = decider(also: [.client(client)])
        let share = QueueShare(isUrgent: false, client: client.id)
        func why(_ ahead: Int, others: Int = 0, isServed: Bool = true) throws -> String {
            let turn = QueueTurn(lane: "ann-login", share: share, ahead: ahead, others: others)
            return decider.outlook(of: try queued(.waiting), at: now, turn: turn, isServed: isServed).why
        }
        #expect(
            try why(12, others: 2).hasPrefix(
                "its turn has not come: 12 messages of newsletter are ahead of it in ann-login's queue; 2 other clients have their turns there"
            ))
        #expect(try why(0).hasPrefix("its turn has not come: it is the next of newsletter in ann-login's queue"))
        #expect(try why(QueueTurn.most).contains("more than 10000 messages"))
        #expect(try why(3, isServed: false) == "no service runs on this store")
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
