import Mail
import TestSupport
import Testing

import struct FoundationEssentials.Date
@testable import Relay

/// One thing that is the matter is one finding, and a million people are not a million questions.
struct UnauthorizedReportTests {
    private let now = Samples.start

    /// The company, and so many users of a domain, who stand packed as those of a large store do.
    private func directory(_ count: Int, at domain: String, also entities: [DirectoryEntity] = []) throws -> Directory {
        var packer = UserPacker()
        for number in 0..<count {
            packer.add(
                User(
                    id: UserID(trusted: "p-\(10_000 + number)"), name: "P \(number)",
                    addresses: [UserAddress(try EmailAddress("p\(number)@\(domain)"))]))
        }
        var directory = Directory()
        directory.take(packer.finish())
        let company = FakeCompany.entities().filter { $0.kind != .user || $0.key.id == "u-desk" }
        directory.apply((company + entities).map { .put($0) }, edition: Edition(1))
        return directory
    }

    private func report(
        _ directory: Directory, _ observations: [Observation] = [], _ sightings: [SightingTotal] = [], at now: Date? = nil
    ) -> UnauthorizedReport {
        UnauthorizedReport(directory: directory, conditions: Conditions(observations), sightings: sightings, now: now ?? self.now)
    }

    private func sighting(
        _ address: EmailAddress, _ role: Sighting.Role = .author, _ count: Int = 1, at: Date? = nil, _ outcome: String = "accepted"
    ) -> SightingTotal {
        SightingTotal(address: address, role: role, first: at ?? now, last: at ?? now, count: count, lastOutcome: outcome)
    }

    private func addresses(_ report: UnauthorizedReport) -> [EmailAddress] {
        var found: [EmailAddress] = []
        for finding in report.findings {
            report.visitAddresses(of: finding) { address in
                found.append(address)
                return true
            }
        }
        return found
    }

    @Test func usersOfADomainThatNothingSpeaksOfAreOneFinding() throws {
        let report = report(try directory(50, at: "example.org"))
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1 && finding.size == 50 && finding.addresses.isEmpty && finding.belonging == .ours)
        let row = report.row(of: finding)
        #expect(row.address == "@example.org" && row.reason.contains("50 users of example.org"))
        #expect(row.remedy.lines.contains { $0.hasPrefix("mandate mailboxes add --family @example.org --grant ") })
        #expect(addresses(report).count == 50)
    }

    /// Of a handful, each is told what would help it alone.
    @Test func fewUsersAreToldOfOneByOne() throws {
        let report = report(try directory(20, at: "example.org"))
        #expect(report.findings.count == 20 && report.findings.allSatisfy { $0.size == 1 })
    }

    @Test func oneOfThemWhoIsInTrafficStandsFirstAndAlone() throws {
        let seen = try EmailAddress("p7@example.org")
        let report = report(try directory(50, at: "example.org"), [], [sighting(seen, .author, 3)])
        #expect(report.findings.map(\.size) == [1, 49])
        #expect(report.findings[0].addresses == [seen] && report.findings[0].count == 3)
        #expect(Set(addresses(report)).count == 50)
    }

    @Test func aGrantWithoutConsentIsOneFindingForAllWhoNeedIt() throws {
        let family = Family(
            id: FamilyID(trusted: "f"), name: "Staff", members: [try AddressPattern("@staff.example")], grant: FakeCompany.appOnly)
        let entities = [DirectoryEntity.family(family), .setting(SettingKey(.fallback), "refuse")]
        let consent = Observation.grant(FakeCompany.appOnly, .needsConsent(since: now, reason: "invalid_grant"))
        let report = report(try directory(50, at: "staff.example", also: entities), [consent])
        let finding = try #require(report.findings.first)
        #expect(report.findings.count == 1)
        #expect(finding.cause == .grant(FakeCompany.appOnly) && finding.users == 50 && finding.addresses.count == 2, "\(finding)")
        #expect(report.row(of: finding).remedy.lines.contains("mandate grants authorize All"))
    }

    @Test func theAnswerForADomainIsNotThatOfWhomSomethingSpeaksOf() throws {
        let family = Family(
            id: FamilyID(trusted: "f"), name: "Staff", members: [try AddressPattern("@staff.example")], grant: FakeCompany.appOnly)
        let stopped = Account(provider: FakeCompany.provider.id, login: "p3@staff.example")
        let denied = try EmailAddress("p4@staff.example")
        let deny = Deny(id: DenyID(trusted: "no"), mailbox: nil, covers: .address(denied), reason: "has left")
        let report = report(
            try directory(50, at: "staff.example", also: [.family(family), .deny(deny)]),
            [.mailbox(stopped, .broken(since: now, reason: "5.7.139"))], [sighting(denied, .author, 1, at: now, "denied")])
        #expect(Set(addresses(report)) == [denied, try EmailAddress("p3@staff.example")])
    }

    /// The same as asking of each: over random companies, with conditions.
    @Test(arguments: 0..<40) func whatIsFoundByDomainsIsWhatIsFoundOneByOne(_ seed: Int) throws {
        var town = RandomTown(seed: UInt64(seed))
        var packer = UserPacker()
        for number in 0..<120 {
            let domain = number.isMultiple(of: 2) ? "x.example" : "y.example"
            let name =
                number % 40 == 5 ? "e+\(number)" : number % 30 == 7 ? "same" : number < 8 ? ["a", "b", "c", "d"][number / 2] : "n\(number)"
            packer.add(
                User(
                    id: UserID(trusted: "p-\(10_000 + number)"), name: "", login: number % 10 == 3 ? "login-\(number % 4)" : nil,
                    addresses: [UserAddress(try EmailAddress("\(name)@\(domain)"), isOn: number % 9 != 4)]))
        }
        var directory = Directory()
        directory.take(packer.finish())
        var keys: [EntityKey] = []
        for number in 0..<60 {
            let change = try town.change(of: keys)
            directory.apply([change], edition: Edition(Int64(number + 1)))
            if case .put(let entity) = change { keys.append(entity.key) }
        }
        let conditions = try rights(in: &directory, seed)
        let report = UnauthorizedReport(
            directory: directory, conditions: conditions, sightings: town.addresses.prefix(3).map { sighting($0) }, now: now)
        var expected: Set<EmailAddress> = []
        for user in directory.allUsers {
            for entry in user.addresses where entry.isOn && report.row(of: entry.address) != nil { expected.insert(entry.address) }
        }
        for address in report.uses.all.keys where report.row(of: address) != nil { expected.insert(address) }
        let found = addresses(report)
        #expect(Set(found) == expected && found.count == expected.count)
        let nearMisses = nearMissesOneByOne(report, conditions)
        #expect(report.nearMisses.count == nearMisses.count)
        for (found, expected) in zip(report.nearMisses, nearMisses) { #expect(found == expected) }
        #expect(report.findings.filter { if case .setting = $0.cause { false } else { true } }.reduce(0) { $0 + $1.size } == expected.count)
    }

    /// Mailboxes of two providers with a right to many addresses each, most of which nothing else speaks of, and what is known of some.
    private func rights(in directory: inout Directory, _ seed: Int) throws -> Conditions {
        let account = Account(provider: ProviderID(trusted: "microsoft"), login: "login-1")
        var observations = [Observation.mailbox(account, .broken(since: now, reason: "x"))]
        for (name, provider) in [("one", Provider.microsoft), ("two", .google)] {
            let application = Application(
                id: ApplicationID(trusted: "a-\(name)"), name: name, provider: provider.id, tenant: "t", clientID: name,
                domains: seed.isMultiple(of: 2) ? [try Domain("x.example")] : [])
            let grant = Grant(id: GrantID(trusted: "g-\(name)"), name: name, kind: .appOnly, application: application.id)
            let mailbox = Mailbox(id: MailboxID(trusted: "m-\(name)"), address: try EmailAddress("\(name)@x.example"), grant: grant.id)
            var changes: [DirectoryEntity] = [.application(application), .grant(grant), .mailbox(mailbox)]
            let login = Account(provider: provider.id, login: mailbox.login)
            for number in 0..<40 {
                let address = try EmailAddress("r\(number)@\(number % 7 == 6 ? "y" : "x").example")
                let delegation = Delegation(
                    id: DelegationID(trusted: "d-\(name)-\(number)"), mailbox: mailbox.id, covers: .address(address),
                    kind: number % 8 == 7 ? .onBehalf : .sendAs,
                    validUntil: number % 10 == 9 ? now.addingTimeInterval(86_400) : nil, grantedBy: "root",
                    grantedAt: Date(timeIntervalSince1970: 0), allowsUnaligned: number % 6 == 5)
                if name == "one" || number > 30 { changes.append(.delegation(delegation)) }
                let age = Double((seed + number) % 5) * 40 * 86_400
                let standing: Standing =
                    number % 9 == 8 ? .denied(at: now, code: "5.7.60") : .proven(at: now.addingTimeInterval(-age), how: "seen")
                if number % 3 > 0 { observations.append(.standing(StandingKey(login, from: address, transport: .smtp), standing)) }
            }
            directory.apply(changes.map { .put($0) }, edition: Edition(100))
        }
        return Conditions(observations)
    }

    /// As if nothing were alike.
    private func nearMissesOneByOne(_ report: UnauthorizedReport, _ conditions: Conditions) -> [NearMiss] {
        var misses = NearMissCollector(Decider(directory: report.directory, conditions: conditions))
        let users = report.directory.allUsers.flatMap { $0.addresses.filter(\.isOn).map(\.address) }
        for address in Set(users).union(report.uses.all.keys) {
            if case .routed(let decision) = report.verdict(address) { misses.add(decision, report.uses.all[address], at: now) }
        }
        return misses.finish(HealthReport(report.directory, conditions, uses: [:], withoutSecret: [], at: now))
    }

    @Test func aStrangerWhoseMailGoesOutNeedsNothing() throws {
        let stranger = try EmailAddress("someone@gmail.com")
        let report = report(
            Directory(FakeCompany.entities()), [],
            [sighting(stranger, .author, 5), sighting(stranger, .replyTo, 4), sighting(stranger, .refused)])
        let finding = try #require(report.finding("someone@gmail.com"))
        let row = report.row(of: finding)
        #expect(finding.belonging == .foreign && finding.isHarmless && !finding.isOpen && report.size == 0)
        #expect(row.remedy.lines.contains { $0.hasPrefix("it goes to Reply-To, and the carrier is in From, as 4 of its 5 messages did") })
        #expect(row.remedy.provider.isEmpty)
        #expect(row.fate?.words == "of its 5 messages 4 went to Reply-To, 1 refused")
    }

    @Test func oneThatNobodyCarriesIsSomebodysMatter() throws {
        let entities = FakeCompany.entities() + [.setting(SettingKey(.fallback), "refuse")]
        let report = report(Directory(entities), [], [sighting(try EmailAddress("someone@gmail.com"))])
        #expect(report.findings.first?.isOpen == true)
    }

    @Test func whatSomebodyLetsBeComesBackWhenItIsSomethingElse() throws {
        let directory = Directory(FakeCompany.entities())
        let lost = sighting(try EmailAddress("lost@example.org"), .author, 2)
        let finding = try #require(report(directory, [], [lost]).findings.first)
        let until = now.addingTimeInterval(1000)
        let seen = Observation.acknowledged(finding.id, Acknowledgement(at: now, until: until, by: "ann", reason: "soon gone"))
        let before = report(directory, [seen], [lost])
        #expect(before.findings.map(\.isOpen) == [false] && before.findings[0].acknowledgement?.by == "ann" && before.size == 0)
        #expect(before.findings(UnauthorizedFilter()).isEmpty)
        #expect(report(directory, [seen], [lost], at: until).findings.map(\.isOpen) == [true], "its time is over")
        let delegation = Delegation(
            id: DelegationID(trusted: "d"), mailbox: MailboxID(trusted: "desk"), covers: .address(lost.address), kind: .sendAs,
            validUntil: now.addingTimeInterval(-1), grantedBy: "root", grantedAt: Samples.start)
        let other = report(Directory(FakeCompany.entities() + [.delegation(delegation)]), [seen], [lost])
        #expect(other.findings.map(\.isOpen) == [true], "something else is the matter")
    }

    @Test func filtersAddUp() throws {
        let early = now.addingTimeInterval(-1_000_000)
        let report = report(
            try directory(30, at: "example.org"), [],
            [
                sighting(try EmailAddress("lost@example.org"), .author, 2, at: early),
                sighting(try EmailAddress("root@localhost"), .author, 2),
            ])
        func sizes(_ change: (inout UnauthorizedFilter) -> Void) -> [Int] {
            var filter = UnauthorizedFilter()
            change(&filter)
            return report.findings(filter).map(\.size).sorted()
        }
        #expect(sizes { _ in } == [1, 1, 30])
        #expect(sizes { $0.belonging = .impossible } == [1])
        #expect(sizes { $0.since = now } == [1])
        #expect(sizes { $0.domain = try? Domain("example.org") } == [1, 30])
        #expect(sizes { $0.code = .denied }.isEmpty)
    }

    @Test func whatWorksByARuleOrOnASecondWayIsANearMiss() throws {
        let rule = Delegation(
            id: DelegationID(trusted: "d-rule"), mailbox: MailboxID(trusted: "desk"), covers: try AddressPattern("@other.example"),
            kind: .sendAs, validUntil: now.addingTimeInterval(86_400), grantedBy: "root", grantedAt: Date(timeIntervalSince1970: 0))
        let seen = try EmailAddress("x@other.example")
        let aged = StandingKey(
            Account(provider: FakeCompany.provider.id, login: "desk-login"), from: seen, transport: .smtp)
        let stopped = Account(provider: FakeCompany.provider.id, login: "ann-login")
        let report = report(
            Directory(FakeCompany.entities() + [.delegation(rule)]),
            [
                .standing(aged, .proven(at: now.addingTimeInterval(-Standing.proofLife - 1), how: "seen")),
                .mailbox(stopped, .stopped(until: now.addingTimeInterval(600), reason: "4.3.2", failures: 1)),
            ], [sighting(seen)])
        let kinds = Set(report.nearMisses.map(\.kind))
        #expect(kinds.isSuperset(of: [.domainRule, .rightExpiring, .proofAged, .stopped]), "\(kinds)")
        #expect(report.nearMisses.allSatisfy { !$0.remedy.lines.isEmpty })
    }
}
