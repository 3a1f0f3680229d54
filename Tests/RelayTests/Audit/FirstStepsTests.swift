import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// The way to the first message, ticked as it is gone.
struct FirstStepsTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func steps(_ entities: [DirectoryEntity], used: Bool = false, hasSent: Bool = false) -> FirstSteps {
        let directory = Directory([.provider(.microsoft)] + entities, edition: Edition(1))
        let use = GrantUse(consentedAt: Self.now, usedAt: Self.now, scope: "send")
        let uses = used ? Dictionary(uniqueKeysWithValues: directory.allGrants.map { ($0.id, use) }) : [:]
        return FirstSteps(directory, HealthReport(directory, Conditions(), uses: uses, at: Self.now), hasSent: hasSent)
    }

    private func built() throws -> [DirectoryEntity] {
        let application = Application(
            id: ApplicationID(trusted: "app-1"), name: "the tracker", provider: Provider.microsoft.id, tenant: "t", clientID: "c",
            secretExpires: Self.now.addingTimeInterval(400 * 86_400))
        let grant = Grant(
            id: GrantID(trusted: "g-1"), name: "ann", kind: .consent, application: application.id, principal: "ann@example.org")
        let mailbox = Mailbox(id: MailboxID(trusted: "m-1"), address: try EmailAddress("ann@example.org"), grant: grant.id)
        let client = Client(id: ClientID(trusted: "c-1"), name: "batch", credential: .uid(1))
        return [
            .application(application), .grant(grant), .mailbox(mailbox), .setting(SettingKey(.emailFromUserID), "ann@example.org"),
            .setting(SettingKey(.emailAdministratorUserID), "ann@example.org"), .client(client),
        ]
    }

    @Test func aNewStoreHasItsProvidersAndNothingElse() {
        let steps = steps([])
        #expect(steps.steps.map(\.name) == FirstSteps.Step.Name.allCases)
        #expect(steps.steps.filter(\.isDone).map(\.name) == [.provider])
        #expect(steps.next?.name == .application && steps.left == 7 && !steps.areDone)
    }

    @Test func eachStepIsTickedWhenItIsDoneAndNamesWhatIsKnown() throws {
        let entities = try built()
        let order: [(count: Int, next: FirstSteps.Step.Name, command: String)] = [
            (1, .grant, "mandate grants add NAME --application 'the tracker' --kind consent --principal ADDRESS"),
            (2, .mailbox, "mandate mailboxes add ann@example.org --grant ann"), (3, .consent, "mandate grants authorize ann"),
        ]
        for (count, next, command) in order {
            let steps = steps(Array(entities.prefix(count)))
            #expect(steps.next?.name == next)
            #expect(steps.next?.commands.first == command)
        }
        #expect(steps(Array(entities.prefix(3)), used: true).next?.name == .settings)
        #expect(steps(Array(entities.prefix(4)), used: true).next?.name == .settings, "both settings")
        #expect(steps(Array(entities.prefix(5)), used: true).next?.name == .client)
        #expect(steps(entities, used: true).next?.name == .message)
    }

    /// A store that sends in its owner's name needs no client, and is not told to add one for ever.
    @Test func theFirstMessageEndsIt() throws { #expect(steps(Array(try built().prefix(3)), hasSent: true).areDone) }
}
