import Mail
import Synchronization
import TestSupport
import Testing

import struct FoundationEssentials.Date
@testable import Relay

/// A tenant that may write to nobody outside for now: what is for its own people goes on, the rest waits for as long as it takes, and nothing is given up.
@Suite(.timeLimit(.minutes(20)))
struct SpoolTenantTests {
    private static let full = ProviderReply(
        code: 550, enhanced: "5.7.233", text: "Your message can't be sent: tenant external recipient rate limit")
    private static let lane = Account(provider: FakeCompany.provider.id, login: "tenant/t-1")

    /// The company's tenant has a domain of its own, and room for so many recipients outside.
    private func service(licences: Int? = nil, perDay: Int? = nil, also entities: [DirectoryEntity] = []) async throws -> FakeService {
        let service = try await FakeService()
        var provider = FakeCompany.provider
        provider.limits.tenantRecipientsPerDay = perDay
        let application = Application(
            id: FakeCompany.application, name: "Mandate", provider: provider.id, tenant: "t-1", clientID: "c-1",
            domains: [try Domain("example.org")], licences: licences)
        let changes = ([.provider(provider), .application(application)] + entities).map { DirectoryChange.put($0) }
        _ = try await service.store.apply(DirectoryEdit(changes, by: "root", at: service.clock.now))
        return service
    }

    /// Answers as a tenant does that may reach so many more outside, from `stage` on.
    private func limit(_ service: FakeService, at stage: TransmitStage, ours: Set<String> = ["example.org"]) {
        service.transmit.answer { sent in
            func isOutside(_ recipient: Recipient) -> Bool { !ours.contains(recipient.address.domain.ascii) }
            if stage == .content, sent.envelope.recipients.contains(where: isOutside) {
                return .success(sent.envelope.recipients.map { _ in RecipientReply(stage: .content, reply: Self.full) })
            }
            return .success(
                sent.envelope.recipients.map { isOutside($0) ? RecipientReply(stage: stage, reply: Self.full) : .taken })
        }
    }

    private func sentTo(_ service: FakeService) -> [[String]] {
        service.transmit.sent.map { $0.envelope.recipients.map(\.address.description) }
    }

    private func pause(_ service: FakeService) async throws -> TenantPause? {
        try await service.store.conditions(of: nil).tenant(Self.lane)
    }

    /// At whatever stage it is said, those within are reached and those outside wait.
    @Test(arguments: [TransmitStage.rcpt, .content]) func onlyTheOutsideWaits(_ stage: TransmitStage) async throws {
        let service = try await service()
        limit(service, at: stage)
        try await service.accept("m", to: ["rob@example.com", "dora@example.org"])
        while let settlement = try await service.attempt() {
            guard case .waiting = settlement.state else { return #expect(Bool(false), "\(settlement.state)") }
        }
        let attempts = sentTo(service)
        #expect(attempts.filter { $0 == ["rob@example.com", "dora@example.org"] }.count == 1)
        #expect(attempts.count == (stage == .content ? 2 : 1) && attempts.last?.contains("dora@example.org") == true)
        let pause = try #require(try await pause(service))
        #expect(pause.code == "550 5.7.233" && pause.until == service.clock.now.addingTimeInterval(900) && pause.counted.isEmpty)
        let shown = try #require(try await service.store.show(SpoolID(trusted: "m")))
        #expect(shown.state == .waiting && shown.why.contains("may write to nobody outside until"), "\(shown.why)")

        // When it is over, the outside is tried again; and once that is reached, nothing is known of it any more.
        service.transmit.answer { sent in .success(sent.envelope.recipients.map { _ in .taken }) }
        service.clock.advance(by: 1000)
        #expect(try await service.attempt()?.state == .done)
        #expect(sentTo(service).last == ["rob@example.com"])
        #expect(try await self.pause(service) == nil)
    }

    /// What comes meanwhile for people outside is not even tried, and what is for our own leaves at once.
    @Test func nothingElseIsTriedInVain() async throws {
        let service = try await service()
        limit(service, at: .rcpt)
        try await service.accept("first", to: ["rob@example.com"])
        while try await service.attempt() != nil {}
        for number in 0..<20 {
            try await service.accept("out\(number)", to: ["x\(number)@example.com"])
            try await service.accept("in\(number)", to: ["y\(number)@example.org"])
        }
        while try await service.attempt() != nil {}
        #expect(sentTo(service).count == 21 && sentTo(service).dropFirst().allSatisfy { $0[0].hasSuffix("@example.org") })
        #expect(try await service.store.list(QueueFilter()).count == 21)
    }

    /// A domain that was entered as ours and is counted all the same is outside as long as it lasts.
    @Test func whatTheProviderCountsAsOutsideIs() async throws {
        let service = try await service()
        limit(service, at: .rcpt, ours: [])
        try await service.accept("m", to: ["dora@example.org"])
        while try await service.attempt() != nil {}
        #expect(try await pause(service)?.counted == [try Domain("example.org")])
        #expect(sentTo(service).count == 1)
        try await service.accept("other", to: ["carl@example.org"])
        #expect(try await service.attempt() != nil)
        #expect(try await service.attempt() == nil)
        #expect(sentTo(service).count == 1)
    }

    /// Neither after five days nor after fourteen.
    @Test func nothingIsEverGivenUp() async throws {
        let service = try await service()
        limit(service, at: .rcpt)
        try await service.accept("m", to: ["rob@example.com"])
        for _ in 0..<(30 * 24) {
            while let settlement = try await service.attempt() {
                guard case .waiting = settlement.state else { return #expect(Bool(false), "\(settlement.state)") }
            }
            service.clock.advance(by: 3700)
        }
        #expect(sentTo(service).count > 100, "it is tried as long as it takes")
        service.transmit.answer { sent in .success(sent.envelope.recipients.map { _ in .taken }) }
        service.clock.advance(by: 5 * 3600)
        #expect(try await service.attempt()?.state == .done)
    }

    /// Another tenant that may send as the author takes what this one may not.
    @Test func anotherTenantTakesIt() async throws {
        let other = ApplicationID(trusted: "other"), grant = GrantID(trusted: "others"), box = MailboxID(trusted: "relay")
        let service = try await service(also: [
            .application(
                Application(
                    id: other, name: "Other", provider: FakeCompany.provider.id, tenant: "t-2", clientID: "c-2",
                    domains: [try Domain("example.org")])),
            .grant(Grant(id: grant, name: "Others", kind: .appOnly, application: other)),
            .mailbox(Mailbox(id: box, address: FakeCompany.address("relay@example.org"), login: "relay-login", grant: grant)),
            .delegation(
                Delegation(
                    id: DelegationID(trusted: "d"), mailbox: box, covers: .address(FakeCompany.ann), kind: .sendAs, priority: 900,
                    grantedBy: "root", grantedAt: Date(timeIntervalSince1970: 0))),
        ])
        let secret = SecretName(.clientSecret, of: other.text)
        _ = try await service.store.apply(
            DirectoryEdit(
                [], secrets: [SecretChange(name: secret, sealed: try service.vault.seal(Secret("s"), for: secret))], by: "root",
                at: service.clock.now))
        service.transmit.answer { sent in
            .success(
                sent.envelope.recipients.map { _ in sent.login == "relay-login" ? .taken : RecipientReply(stage: .rcpt, reply: Self.full) })
        }
        try await service.accept("m", to: ["rob@example.com"])
        #expect(try await service.attempt()?.state != .done)
        #expect(try await service.attempt()?.state == .done)
        #expect(service.transmit.sent.map(\.login) == ["ann-login", "relay-login"])
    }

    /// What the licences allow is counted, and beyond it nobody is asked.
    @Test func aBudgetIsKeptWithoutAskingTheProvider() async throws {
        let service = try await service(perDay: 3)
        try await service.accept("inside", to: ["dora@example.org", "carl@example.org", "erin@example.org", "fay@example.org"])
        for number in 0..<5 { try await service.accept("m\(number)", to: ["x\(number)@example.com"]) }
        try await service.accept("inside too", to: ["dora@example.org"])
        while try await service.attempt() != nil {}
        #expect(sentTo(service).filter { $0[0].hasSuffix(".com") }.count == 3)
        #expect(sentTo(service).filter { $0[0].hasSuffix(".org") }.count == 2)
        let pause = try #require(try await pause(service))
        #expect(pause.code.isEmpty)
        let why = try #require(try await service.store.list(QueueFilter()).first?.why)
        #expect(why.contains("may write to nobody outside until"), "\(why)")
        // The window of a day moves.
        for _ in 0..<27 {
            service.clock.advance(by: 3600)
            while try await service.attempt() != nil {}
        }
        #expect(sentTo(service).filter { $0[0].hasSuffix(".com") }.count == 5)
        #expect(try await service.store.list(QueueFilter()).isEmpty)
    }

    /// A thousand was seen to go the same way; it takes a minute.
    private static let many = 250

    /// As many for people outside as for our own, ten times what the tenant may reach outside in a day: our own all leave at once, the others as the
    /// window moves, hardly anything is tried in vain, and nobody is asked to do anything.
    @Test func manyWaitAndNoneIsLost() async throws {
        let service = try await service()
        let reached = Mutex<[Date]>([])
        let clock = service.clock
        service.transmit.answer { sent in
            .success(
                sent.envelope.recipients.map { recipient in
                    guard recipient.address.domain.ascii == "example.com" else { return .taken }
                    return reached.withLock { reached in
                        guard reached.count(where: { clock.now.timeIntervalSince($0) < 86_400 }) < Self.many / 10 else {
                            return RecipientReply(stage: .rcpt, reply: Self.full)
                        }
                        reached.append(clock.now)
                        return .taken
                    }
                })
        }
        for number in 0..<Self.many {
            try await service.accept("out\(number)", to: ["x\(number)@example.com"])
            try await service.accept("in\(number)", to: ["y\(number)@example.org"])
        }
        while try await service.attempt() != nil {}
        let first = sentTo(service)
        #expect(first.count { $0[0].hasSuffix(".org") } == Self.many && first.count < Self.many * 11 / 10 + 10, "\(first.count)")
        var days = 0.0
        while !(try await service.store.list(QueueFilter()).isEmpty), days < 30 {
            service.clock.advance(by: 3600)
            days += 1 / 24
            while let settlement = try await service.attempt() {
                if case .failed(let why) = settlement.state { return #expect(Bool(false), "\(why)") }
            }
        }
        #expect(reached.withLock { $0.count } == Self.many)
        #expect(days < 12, "ten windows")
        #expect(
            sentTo(service).count < 2 * Self.many + 24 * 12 * 2, "an hour has no more than a try or two in vain: \(sentTo(service).count)")
    }

    @Test func licencesMakeABudget() {
        #expect(SendingTenant.externalRecipients(licences: 1) == 10_000)
        #expect(SendingTenant.externalRecipients(licences: 100) == 22_059)
        #expect(SendingTenant.externalRecipients(licences: 1_000) == 72_446)
        #expect((9_500..<10_000_000).contains(SendingTenant.externalRecipients(licences: 1_000_000)))
    }

    /// What licences give is Exchange Online's rule, and its reports are where only it has them.
    @Test(
        arguments: [(Provider.microsoft, 22_059, "Exchange admin center"), (.google, nil, "Google Admin console")]
            as [(Provider, Int?, String)])
    func whatHelpsIsTheProviders(_ provider: Provider, _ budget: Int?, _ place: String) throws {
        func tenant(_ licences: Int?) throws -> SendingTenant {
            let application = Application(
                id: ApplicationID(trusted: "a"), name: "My app", provider: provider.id, clientID: "c", licences: licences)
            let grant = Grant(id: GrantID(trusted: "g"), name: "g", kind: .consent, application: application.id)
            return try #require(Directory([.provider(provider), .application(application), .grant(grant)]).allTenants.first)
        }
        #expect(try tenant(100).budget == budget)
        let steps = TenantMeter(try tenant(nil), used: 1).steps
        #expect(steps.contains { $0.hasPrefix(place) })
        #expect(steps.contains { $0.hasPrefix("mandate applications set 'My app' --licences ") } == (provider.kind == .microsoft))
    }

    @Test func aPauseGrowsToAnHourAndNoFurther() {
        var pause: TenantPause?
        var now = Samples.start
        var lengths: [Double] = []
        for _ in 0..<5 {
            let next = TenantPause(after: pause, code: "550 5.7.233", at: now)
            lengths.append(next.until.timeIntervalSince(now))
            #expect(TenantPause(after: next, code: "550 5.7.236", at: now.addingTimeInterval(1)).until == next.until, "who was under way")
            now = next.until
            pause = next
        }
        #expect(lengths == [900, 1800, 3600, 3600, 3600] && pause?.since == Samples.start)
    }
}
