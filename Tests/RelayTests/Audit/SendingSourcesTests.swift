import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// Who sends as whom by what receivers say, beside what Mandate sent.
struct SendingSourcesTests {
    private static let day = Samples.start

    private func total(
        _ source: String, as domain: String = "example.org", signer: String = "", envelope: String = "", messages: Int = 10,
        aligned: Int = 10,
        first: Double = 0, last: Double = 86_400
    ) throws -> SendingTotal {
        SendingTotal(
            domain: domain, source: try #require(IPAddress(source)), signer: signer, envelope: envelope,
            counts: SendingCounts(messages: messages, aligned: aligned, byDKIM: aligned, bySPF: 0, stopped: 0), first: Samples.time(first),
            last: Samples.time(last))
    }

    private func sources(
        _ totals: [SendingTotal], sent: Int = 100, at seconds: Double = 3600, kind: ProviderKind = .microsoft, domain: String? = nil,
        byAddress: Bool = false
    ) throws -> [SendingSources.Row] {
        var provider = Samples.provider
        provider.kind = kind
        let directory = Directory(
            try Samples.everyKind().map { if case .provider = $0 { .provider(provider) } else { $0 } }, edition: Edition(1))
        let sighting = SightingTotal(
            address: try EmailAddress("ann@example.org"), role: .from, first: Samples.time(seconds), last: Samples.time(seconds),
            count: sent,
            lastOutcome: "sent")
        return SendingSources(
            totals, directory: directory, sightings: sent == 0 ? [] : [sighting], domain: domain, byAddress: byAddress
        ).rows
    }

    @Test func aSourceIsNamedByWhatVouchesForIt() throws {
        let rows = try sources([
            try total("40.107.1.1", signer: "other.example"), try total("209.85.220.41"), try total("198.51.100.1", signer: "bulk.example"),
            try total("198.51.100.2", signer: "bulk.example"), try total("198.51.100.3", signer: "example.org", envelope: "bounce.example"),
            try total("198.51.100.4", signer: "mail.example.org"), try total("2001:db8::5", aligned: 0),
        ])
        #expect(
            Dictionary(uniqueKeysWithValues: rows.map { ($0.source, $0.addresses.count) }) == [
                "Microsoft 365": 1, "Google": 1, "bulk.example": 2, "bounce.example": 1, "mail.example.org": 1, "2001:db8::5": 1,
            ])
        let apart = try sources(
            [try total("198.51.100.1", signer: "bulk.example"), try total("198.51.100.2", signer: "bulk.example")], byAddress: true)
        #expect(apart.map(\.source) == ["bulk.example", "bulk.example"] && apart.map(\.addresses.count) == [1, 1])
    }

    @Test func whatMandateSentExplainsItsOwnProvider() throws {
        let ours = try total("40.107.1.1")
        #expect(try sources([ours]).map(\.standing) == [.mandate])
        #expect(try sources([ours], sent: 9).map(\.standing) == [.more], "others send there, too")
        #expect(try sources([ours], at: 200_000).map(\.standing) == [.outside], "Mandate sent at another time")
        #expect(try sources([ours], kind: .google).map(\.standing) == [.outside], "by another provider")
        #expect(try sources([try total("198.51.100.1", signer: "bulk.example")]).map(\.standing) == [.outside])
        let itself = try total("198.51.100.1", signer: "example.org")
        #expect(try sources([itself], kind: .custom).map(\.standing) == [.possible])
        #expect(try sources([itself], kind: .microsoft).map(\.standing) == [.outside])
    }

    @Test func aDomainBelowOursIsOursAndOthersAreNot() throws {
        let rows = try sources([
            try total("192.0.2.1", as: "made.up.example.org", aligned: 0), try total("192.0.2.1", as: "notexample.org", aligned: 0),
            try total("192.0.2.1", as: "user_name@x", aligned: 0),
        ])
        #expect(rows.map(\.domain) == ["made.up.example.org", "notexample.org", "user_name@x"])
        #expect(rows.map(\.standing) == [.outside, .foreign, .foreign])
        let some = try sources(
            [try total("192.0.2.1", as: "a.example.org"), try total("192.0.2.1", as: "aexample.org")], domain: "example.org")
        #expect(some.map(\.domain) == ["a.example.org"])
    }

    @Test func fromOutsideComesFirstAndTheMostFirst() throws {
        let rows = try sources([
            try total("40.107.1.1", messages: 90), try total("192.0.2.1", messages: 2, aligned: 0),
            try total("192.0.2.2", messages: 3, aligned: 0), try total("192.0.2.2", messages: 5, aligned: 5, first: -86_400),
        ])
        #expect(rows.map(\.source) == ["192.0.2.2", "192.0.2.1", "Microsoft 365"])
        #expect(rows.first?.counts.messages == 8 && rows.first?.first == Samples.time(-86_400))
    }

    @Test func whatAStricterPolicyWouldHitIsCounted() throws {
        let totals = [
            try total("40.107.1.1", messages: 100, aligned: 97), try total("192.0.2.1", messages: 50, aligned: 0),
            try total("192.0.2.2", messages: 50, aligned: 50),
        ]
        let rows = SendingSources(totals, directory: Directory(try Samples.everyKind(), edition: Edition(1)), sightings: [])
        func report(_ policy: String, _ seconds: Double) -> TakenDmarcReport {
            TakenDmarcReport(
                head: DmarcReport.Head(
                    organization: "x", contact: "", id: policy, domain: "example.org", begins: Samples.time(0), ends: Samples.time(seconds),
                    policy: policy), messages: 1, file: "", takenAt: Samples.start)
        }
        let domain = try #require(DomainAlignment.all(rows, [report("p=reject", 2), report("p=none", 1)]).first)
        #expect(domain.counts.messages == 200 && domain.counts.aligned == 147 && domain.percent == 73)
        #expect(domain.atRisk == 3 && domain.policy == "p=reject" && domain.sources == 3)
    }
}
