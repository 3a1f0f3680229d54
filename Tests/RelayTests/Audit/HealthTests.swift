import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What people are told of grants and applications: the state, why, what ends when, and what to do.
struct HealthTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static let day: Double = 86_400

    private static func at(_ days: Double) -> Date { now.addingTimeInterval(days * day) }

    private func directory(
        secretExpires: Date? = at(400), isEnabled: Bool = true, kind: Grant.Kind = .consent
    ) -> (Directory, Application, Grant) {
        let application = Application(
            id: ApplicationID(trusted: "app"), name: "Tracker", provider: Provider.microsoft.id, tenant: "t", clientID: "c",
            secretExpires: secretExpires)
        let grant = Grant(id: GrantID(trusted: "g"), name: "Ann", kind: kind, application: application.id, isEnabled: isEnabled)
        let directory = Directory([.provider(.microsoft), .application(application), .grant(grant)], edition: Edition(1))
        return (directory, application, grant)
    }

    private func health(
        _ conditions: Conditions = Conditions(), used days: Double? = 0, secretExpires: Date? = at(400), isEnabled: Bool = true
    ) -> (application: Health, grant: Health) {
        let (directory, application, grant) = directory(secretExpires: secretExpires, isEnabled: isEnabled)
        let uses = days.map { [grant.id: GrantUse(consentedAt: Self.at(-$0), usedAt: Self.at(-$0), scope: "send")] } ?? [:]
        let report = HealthReport(directory, conditions, uses: uses, at: Self.now)
        return (report.health(of: application), report.health(of: grant))
    }

    @Test func allIsWell() {
        let health = health()
        #expect(health.application.state == .healthy)
        #expect(health.grant.state == .healthy)
        #expect(health.grant.lastSuccess == Self.now)
    }

    @Test(
        arguments: [(61.0, nil), (60, 60), (31, 60), (30, 30), (14, 14), (7.5, 14), (7, 7), (1, 1), (0.5, 1), (-1, 1)] as [(Double, Int?)])
    func aSecretIsWarnedOfAheadOfItsEnd(_ days: Double, _ threshold: Int?) {
        let end = Health.Ending("the client secret", Self.at(days))
        #expect(end.threshold(at: Self.now) == threshold)
        let state = health(secretExpires: Self.at(days)).application.state
        #expect(state == (threshold == nil ? .healthy : days > 0 ? .expiring : .broken))
    }

    @Test func anUnknownEndIsAWarning() {
        let health = health(secretExpires: nil).application
        #expect(health.state == .endUnknown && health.needsSomeone && health.worksToday)
        #expect(health.words == "end-unknown: the end of its secret is not recorded")
        #expect(health.steps.contains { $0.contains("--secret-expires") })
    }

    /// A public client has no secret, so nobody need look up when it ends.
    @Test func whatHasNoSecretIsNotWarnedOf() async throws {
        let service = try await FakeService()
        let directory = try await service.store.directory()
        #expect(try await service.store.applicationsWithoutSecret(directory) == [])
        let name = SecretName(.clientSecret, of: FakeCompany.application.text)
        _ = try await service.store.apply(
            DirectoryEdit([], secrets: [SecretChange(name: name, sealed: nil)], by: "root", at: service.clock.now))
        let without = try await service.store.applicationsWithoutSecret(directory)
        #expect(without == [FakeCompany.application])
        let application = try #require(directory.application(FakeCompany.application))
        let report = HealthReport(directory, Conditions(), uses: [:], withoutSecret: without, at: Self.now)
        #expect(report.health(of: application) == Health(.healthy))
    }

    /// Entra's refresh tokens die after ninety days without use; one that is in use never comes near.
    @Test func anUnusedConsentIsWarnedOf() {
        #expect(health(used: 30).grant.state == .healthy)
        let late = health(used: 80).grant
        #expect(late.state == .expiring)
        #expect(late.steps == ["mandate grants authorize g"])
        #expect(late.ends?.at == Self.at(10))
    }

    @Test func aDisabledGrantSaysHowToEnableIt() {
        let health = health(isEnabled: false).grant
        #expect(health.state == .disabled && !health.needsSomeone)
        #expect(health.steps == ["mandate grants set g --enable"])
    }

    /// The same endings, soonest first, for the journal and `doctor`.
    @Test func endingsAreListedOnceEach() {
        let (directory, application, grant) = directory(secretExpires: Self.at(20))
        let uses = [grant.id: GrantUse(consentedAt: Self.at(-85), usedAt: Self.at(-85))]
        let endings = HealthReport(directory, Conditions(), uses: uses, at: Self.now).endings
        #expect(endings.map(\.key) == [EntityKey(.grant, grant.id.text), EntityKey(.application, application.id.text)])
        #expect(endings.map(\.threshold) == [7, 30])
    }
}
