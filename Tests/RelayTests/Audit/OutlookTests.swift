import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What is reported of a right, a mailbox or a setting is what a message would meet.
struct OutlookTests {
    private let now = Samples.start

    private func decider(_ observations: Observation..., also entities: [DirectoryEntity] = []) -> Decider {
        Decider(directory: Directory(FakeCompany.entities() + entities), conditions: Conditions(observations), transports: [.smtp])
    }

    private static let needsConsent = Observation.grant(FakeCompany.appOnly, .needsConsent(since: Samples.start, reason: "invalid_grant"))
    private let desk = ConcreteMailbox.Row.mailbox(MailboxID(trusted: "desk"))

    @Test func aMailboxAsItselfNeedsNoProof() {
        #expect(decider().outlook(of: desk, as: FakeCompany.desk, at: now)?.state == .usable)
    }

    @Test func aRightThatNobodyTriedIsUntried() {
        #expect(decider().outlook(of: desk, as: FakeCompany.ann, at: now)?.state == .untried)
        let key = StandingKey("desk-login", from: FakeCompany.ann, transport: .smtp)
        #expect(decider(.standing(key, .proven(at: now, how: "seen"))).outlook(of: desk, as: FakeCompany.ann, at: now)?.state == .usable)
    }

    @Test func aPairThatNothingSpeaksOfHasNone() {
        #expect(decider().outlook(of: desk, as: FakeCompany.dora, at: now) == nil)
    }

    @Test func whatWaitsSaysForWhatAndForWhom() {
        let outlook = decider(Self.needsConsent).outlook(of: desk, as: FakeCompany.ann, at: now)
        #expect(outlook?.state == .later && outlook?.mender == .here)
        #expect(outlook?.reason == "its grant needs consent: invalid_grant")
        #expect(outlook?.remedy?.ours == "mandate grants authorize All")
    }

    @Test func whatIsSwitchedOffIsOff() {
        let grant = Grant(id: FakeCompany.appOnly, name: "All", kind: .appOnly, application: FakeCompany.application, isEnabled: false)
        #expect(decider(also: [.grant(grant)]).outlook(of: desk, as: FakeCompany.ann, at: now)?.state == .off)
    }

    @Test func whatAnEntryDeniesIsNever() {
        let deny = Deny(id: DenyID(trusted: "no"), mailbox: nil, covers: .address(FakeCompany.ann), reason: "she has left")
        let outlook = decider(also: [.deny(deny)]).outlook(of: desk, as: FakeCompany.ann, at: now)
        #expect(outlook?.state == .never && outlook?.reason == "nobody may use it: she has left")
    }

    @Test func aPurposeIsWhatItsMailWouldMeet() {
        #expect(decider().outlook(.notification, at: now)?.state == .usable)
        #expect(decider().outlook(.administrator, at: now) == nil, "no setting says whose it is")
        let outlook = decider(Self.needsConsent).outlook(.notification, at: now)
        #expect(outlook?.state == .later)
        #expect(outlook?.reason == "the carrier desk@example.org waits for a consent: mandate grants authorize All")
    }

    /// Whose mail it is nobody knows yet; that the carrier is out will concern whoever has no route.
    @Test func mailOfTheCurrentUserStandsAsItsCarrierDoes() {
        let setting = DirectoryEntity.setting(SettingKey(.adHocEmailFromAddress), "* Current User *")
        #expect(decider(also: [setting]).outlook(.adHoc, at: now)?.state == .usable)
        #expect(decider(Self.needsConsent, also: [setting]).outlook(.adHoc, at: now)?.state == .later)
    }

    @Test func everyRightIsListedWithWhatAMessageWouldMeet() {
        let snapshot = Snapshot(directory: Directory(FakeCompany.entities()), conditions: Conditions([Self.needsConsent]))
        let rights = SenderRights(snapshot, at: now).rights()
        #expect(
            rights.map { "\($0.mailbox) \($0.sendsAs) \($0.standing) \($0.effective.state)" } == [
                "ann@example.org ann@example.org declared later", "carol@example.org carol@example.org declared usable",
                "desk@example.org desk@example.org declared later", "desk@example.org ann@example.org declared later",
            ])
    }
}
