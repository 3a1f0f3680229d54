import Foundation
import Logging
import Mail
import Relay
import Synchronization
import TestSupport
import Testing

@testable import LocalGateway

/// Files become messages: once each, whatever is killed in between, and what cannot be taken says why.
@Suite(.timeLimit(.minutes(20)))
struct PickupTests {
    private let letter = PickupYard.letter

    @Test func aFileBecomesAMessageAndIsGone() async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: "one.eml")
        await yard.look(yard.folder())
        let kept = try await yard.kept()
        #expect(kept.count == 1 && kept.first?.envelope.recipients.map(\.address.description) == ["rob@example.com"])
        #expect(String(decoding: kept[0].header, as: UTF8.self).hasPrefix("Received: by example.org (Mandate, from a file) id m"))
        #expect(try yard.files() == [])
    }

    @Test func theFolderIsThePurpose() async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: "notification/n.eml")
        try yard.put(letter, as: "ad-hoc/a.eml")
        try yard.put(letter, as: "elsewhere/x.eml")
        await yard.look(yard.folder())
        #expect(try await Set(yard.kept().map { $0.purpose?.rawValue ?? "-" }) == ["notification", "ad-hoc"])
        #expect(try yard.files() == ["elsewhere/x.eml"], "a folder that is no purpose is not looked into")
    }

    /// As Microsoft's replay and pickup folders have them.
    @Test func envelopeFieldsAreTheEnvelope() async throws {
        let yard = try PickupYard()
        try yard.put(
            "X-Sender: <desk@example.org>\nX-Receiver: <eve@example.com>\nX-Receiver: root\nX-Receiver: eve@example.com\n" + letter,
            as: "one.eml")
        await yard.look(yard.folder())
        let kept = try #require(try await yard.kept().first)
        #expect(kept.envelope.sender == .address(FakeCompany.desk))
        #expect(kept.envelope.recipients.map(\.address.description) == ["eve@example.com", "desk@example.org"])
        #expect(!String(decoding: kept.header, as: UTF8.self).contains("X-Receiver"))
    }

    /// What a run left claimed that was killed before it had removed the file.
    @Test func anAcceptedFileIsNoSecondMessage() async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: "one.eml")
        let folder = yard.folder()
        try folder.disk.prepare()
        let file = try #require(try folder.disk.look(now: 0).files.first)
        let claimed = try #require(try folder.disk.claim(file, as: SpoolID(trusted: "m-claimed")))
        // Accepted, and killed before the file was gone.
        await folder.take(claimed, isLeftOver: false)
        try yard.put(letter, as: ".claimed/main/m-claimed~~one.eml")
        await yard.look(yard.folder())
        #expect(try await yard.kept().map(\.id.text) == ["m-claimed"])
        #expect(try yard.files() == [])
    }

    @Test func aClaimedFileThatWasNotAcceptedIsTakenIn() async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: ".claimed/main/m-left~notification~one.eml")
        await yard.look(yard.folder())
        let kept = try await yard.kept()
        #expect(kept.map(\.id.text) == ["m-left"] && kept.first?.purpose == .notification)
        #expect(try yard.files() == [])
    }

    @Test func anotherNodesClaimsAreItsOwn() async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: ".claimed/other/m-left~~one.eml")
        await yard.look(yard.folder(), times: 2)
        #expect(try await yard.kept().isEmpty)
    }

    @Test func aFullStoreKeepsTheFile() async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: "one.eml")
        await yard.store.fail(.accept, with: .full)
        let folder = yard.folder()
        await yard.look(folder)
        #expect(try await yard.kept().isEmpty)
        #expect(try yard.files().count == 1, "it is claimed, and nowhere lost")
        await yard.look(folder)
        #expect(try await yard.kept().count == 1)
        #expect(try yard.files() == [])
    }

    @Test func maildropKnowsItsClientsByTheirFiles() async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: "drop/a.eml")
        let client = Client(
            id: ClientID(trusted: "me"), name: "me", credential: .uid(geteuid()), defaultPurpose: .notification)
        await yard.look(yard.folder(.maildrop(yard.path + "/drop", isKeepers: false, node: "main"), clients: [client]))
        let kept = try #require(try await yard.kept().first)
        #expect(kept.client?.text == "me" && kept.purpose == .notification)
        #expect(String(decoding: kept.header, as: UTF8.self).contains("(Mandate, from uid \(geteuid()))"))
    }

    @Test func aThousandFilesAreAThousandMessages() async throws {
        let yard = try PickupYard()
        for number in 0..<1000 { try yard.put(letter.replacing("Hi", with: "\(number)"), as: "\(number).eml") }
        await yard.look(yard.folder())
        #expect(try await yard.kept().count == 1000)
        #expect(try yard.files() == [])
    }

    /// The envelope of a maildrop ends where ours does, whatever the message begins with; and it carries what was asked of reports.
    @Test func aMessagesOwnFieldsAreNoEnvelope() async throws {
        let yard = try PickupYard()
        try yard.put(
            "X-Receiver: <rob@example.com>\nX-Mandate-Envelope: end notify=NEVER ret=HDRS envid=q1\nX-Receiver: <evil@example.com>\n"
                + letter, as: "a.eml")
        await yard.look(yard.folder())
        let kept = try #require(try await yard.kept().first)
        #expect(kept.envelope.recipients.map(\.address.description) == ["rob@example.com"] && kept.envelope.recipients[0].notify == .never)
        #expect(kept.envelope.ret == .hdrs && kept.envelope.envelopeID == "q1")
        #expect(String(decoding: kept.header, as: UTF8.self).contains("X-Receiver: <evil@example.com>"))
    }

    @Test func aStopLeavesNoFileHalfWay() async throws {
        let yard = try PickupYard()
        for number in 0..<50 { try yard.put(letter, as: "\(number).eml") }
        let folder = yard.folder()
        let gate = FakeGate()
        await yard.store.stop(.accept, at: gate)
        let run = Task { try await folder.run() }
        await gate.arrival()
        run.cancel()
        gate.open()
        try await run.value
        let kept = try await yard.kept().count
        #expect(kept > 0)
        #expect(try yard.files().filter { $0.hasPrefix(".claimed") }.isEmpty, "what was begun is done")
        #expect(try yard.files().count + kept == 50)
    }
}
