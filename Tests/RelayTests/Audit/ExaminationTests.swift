import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What the doctor finds: mail that lies, and clients that may do too much, each with the command that mends it.
struct ExaminationTests {
    private func queue(
        _ counts: [QueuedMessage.StateName: Int], oldest: Double? = nil, isServed: Bool = true, _ settings: [DirectoryEntity] = []
    ) -> [Finding] {
        Examination.queue(
            QueueDepth(counts: counts, oldest: oldest.map { Samples.start.addingTimeInterval(-$0) }), isServed: isServed,
            in: Directory(settings), at: Samples.start)
    }

    @Test func nothingIsSaidOfAQueueThatMoves() {
        #expect(queue([:]).isEmpty)
        #expect(queue([:], isServed: false).isEmpty, "without mail nobody need serve")
        #expect(queue([.waiting: 2, .claimed: 1], oldest: Examination.longWait).isEmpty)
    }

    @Test func mailThatNobodyCarriesIsNamed() {
        let findings = queue([.waiting: 1], oldest: 1, isServed: false)
        #expect(findings == [Finding("service", "no service runs on this store, and 1 message waits", fix: "mandate serve")])
    }

    @Test func mailThatIsStuckIsNamed() throws {
        let finding = try #require(queue([.waiting: 2, .claimed: 1], oldest: Examination.longWait + 1).first)
        #expect(finding.trouble.hasPrefix("3 messages wait, the oldest since "))
        #expect(finding.fix == ["mandate queue list --state waiting"])
    }

    @Test func mailThatWasGivenUpIsNamed() throws {
        let findings = queue([.failed: 1])
        #expect(findings.count == 1 && findings[0].trouble == "1 message was given up")
        #expect(findings[0].fix.contains("mandate queue retry --all --state failed"))
    }

    /// What is held because mail does not leave is held again unless it may.
    @Test func heldMailIsReleasedOnceItMayLeave() throws {
        #expect(queue([.held: 2]).map(\.fix) == [["mandate queue list --state held", "mandate queue release --all"]])
        let staged = queue([.held: 2], [.setting(try #require(SettingKey("delivery")), "hold")])
        #expect(
            staged.map(\.fix) == [
                ["mandate queue list --state held", "mandate settings set delivery live", "mandate queue release --all"]
            ])
    }

    /// What the one provider is shown it could show to the other; line ends make no other certificate of it, and two registrations at one provider are its own affair.
    @Test(arguments: [
        (Provider.google, "-----BEGIN CERTIFICATE-----\r\nAAAA\r\nBBBB\r\n-----END CERTIFICATE-----\r\n", true),
        (.google, "-----BEGIN CERTIFICATE-----\nAAAACCCC\n-----END CERTIFICATE-----\n", false),
        (.microsoft, "-----BEGIN CERTIFICATE-----\nAAAABBBB\n-----END CERTIFICATE-----\n", false),
    ]) func aCertificateAtTwoProvidersIsNamed(_ provider: Provider, _ certificate: String, _ isNamed: Bool) {
        func application(_ name: String, _ provider: Provider, _ certificate: String) -> DirectoryEntity {
            .application(
                Application(id: ApplicationID(trusted: name), name: name, provider: provider.id, clientID: name, certificate: certificate))
        }
        let entities: [DirectoryEntity] = [
            .provider(.microsoft), .provider(.google),
            application("one", .microsoft, "-----BEGIN CERTIFICATE-----\nAAAABBBB\n-----END CERTIFICATE-----\n"),
            application("two", provider, certificate),
        ]
        let snapshot = Snapshot(directory: Directory(entities), conditions: Conditions())
        let found = Examination(snapshot, uses: [:], at: Samples.start).lint.filter { $0.rule == .sharedCertificate }
        #expect(found.map(\.what) == (isNamed ? ["certificate of one"] : []))
        #expect(found.flatMap(\.fix).allSatisfy { $0.hasPrefix("mandate applications set two --certificate FILE") })
    }

    @Test func aNetworkThatMaySendAsAnybodyIsNamed() throws {
        func findings(_ limits: Client.Limits) throws -> [Finding] {
            let client = Client(
                id: ClientID(trusted: "c"), name: "printer", credential: .network(try Network("192.0.2.0/24")), limits: limits)
            let snapshot = Snapshot(directory: Directory(FakeCompany.entities() + [.client(client)]), conditions: Conditions())
            return Examination(snapshot, uses: [:], at: Samples.start).findings.filter { $0.what == "client printer" }
        }
        #expect(try findings(Client.Limits(addresses: [.address(FakeCompany.ann)])).isEmpty)
        let finding = try #require(try findings(Client.Limits()).first)
        #expect(finding.trouble == "everyone in 192.0.2.0/24 may send as anybody")
        #expect(finding.fix.first?.contains("--address @DOMAIN") == true)
    }

    /// Days from now on.
    @Test(arguments: [
        (-1.0, 31.0, nil), (-1, 29, "it ends on 2"), (-2, -1, "it ended on 2"), (1, 90, "it holds only from 2"),
    ])
    func aCertificateIsNamedBeforeItEnds(_ begin: Double, _ end: Double, _ words: String?) {
        func day(_ days: Double) -> Date { Samples.start.addingTimeInterval(days * 86_400) }
        let trouble = IdentityTrouble(key: "smtp.certificate", file: "/c.pem", from: day(begin), until: day(end), at: Samples.start)
        #expect((trouble == nil) == (words == nil))
        if let trouble, let words { #expect(trouble.sentence.hasPrefix("smtp.certificate: /c.pem: \(words)")) }
    }
}
