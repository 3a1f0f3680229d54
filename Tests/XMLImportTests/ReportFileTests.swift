import Foundation
import Mail
import Relay
import TestSupport
import Testing
import XMLImport

/// Aggregate reports in every form in which they come.
struct ReportFileTests {
    @Test func aRecordCountsOnceHoweverManyResultsItHas() throws {
        let report = try #require(ReportCase.reports(ReportCase.read(try ReportCase.bytes("two-results.xml"))).first)
        #expect(report.head.organization == "Tailspin Receivers" && report.head.id == "2026-11-28.contoso.example.1")
        #expect(report.head.begins == Date(timeIntervalSince1970: 1_795_824_000))
        #expect(report.head.policy == "p=quarantine sp=reject adkim=r aspf=r pct=100")
        #expect(report.messages == 52)
        // In the order of source and signer: the two records of one source that say the same are one.
        #expect(report.rows.map(\.messages) == [7, 5, 40])
        let (other, unknown, own) = (report.rows[0], report.rows[1], report.rows[2])
        #expect(own.sending.isAligned && own.sending.signer == "contoso.onmicrosoft.example" && own.sending.envelope == "contoso.example")
        #expect(other.sending.domain == "contoso.example" && !other.sending.isAligned && other.exception == "local_policy")
        #expect(other.sending.signer == "bulk.newsletters.example" && other.sending.envelope == "bounce.newsletters.example")
        #expect(unknown.disposition == .reject && unknown.sending.source == IPAddress("2001:db8::25") && unknown.sending.envelope.isEmpty)
    }

    @Test(arguments: ["rfc9990.xml", "rfc9990.xml.gz", "attached.eml"]) func whateverItIsPackedInItSaysTheSame(_ name: String) throws {
        let documents = ReportCase.read(try ReportCase.bytes(name))
        let report = try #require(ReportCase.reports(documents).first, "\(documents)")
        #expect(documents.count == 1 && report.messages == 12 && report.head.id == "w-77")
        #expect(report.rows.first?.disposition == .pass && report.head.policy == "p=reject np=reject testing=n")
        #expect(documents[0].name.isEmpty == (name != "attached.eml"))
    }

    @Test func oneMalformedFileInAnArchiveLeavesTheOthers() throws {
        let documents = ReportCase.read(try ReportCase.bytes("two-in-one.zip"))
        #expect(documents.map(\.name) == ["tailspin.example!contoso.example!1795824000!1795910399.xml", "broken.xml"])
        #expect(ReportCase.reports(documents).map(\.messages) == [52])
        guard case .refused(let why)? = documents.last?.outcome else { Issue.record("\(documents)"); return }
        #expect(why.hasPrefix("line 3: this is not well-formed XML"), "\(why)")
    }

    @Test(arguments: ["two-results.xml", "rfc9990.xml.gz", "two-in-one.zip", "attached.eml"])
    func howItArrivesMakesNoDifference(_ name: String) async throws {
        let bytes = try ReportCase.bytes(name)
        let whole = ReportCase.read(bytes)
        for step in [1, 7, 1023, 4096] {
            await Task.yield()  // tests that watch the clock need the thread too
            #expect(ReportCase.read(bytes, by: step) == whole, "\(step)")
        }
    }

    @Test(arguments: ["two-results.xml", "rfc9990.xml.gz", "two-in-one.zip", "attached.eml"])
    func everyBeginningIsReadOrRefused(_ name: String) async throws {
        let bytes = try ReportCase.bytes(name)
        for count in 0..<bytes.count {
            await Task.yield()
            let documents = ReportCase.read(Array(bytes[..<count]))
            #expect(!documents.isEmpty, "\(count)")
            // Nothing is half a report: with its end gone it is none.
            #expect(name.hasSuffix("zip") || ReportCase.reports(documents).allSatisfy { [12, 52].contains($0.messages) }, "\(count)")
        }
    }

    /// Some reporters forget to close what they put around a report, or put something behind it.
    @Test(arguments: [
        ("<?xml version='1.0'?> <xs:schema xmlns:xs='urn:example:schema'>", ""), ("<?xml version='1.0'?>", "<feedback>"), ("", "\n\n11 &"),
        ("<?xml version='1.0' encoding='windows-1252'?><!-- \u{20} -->", ""), ("\u{FEFF}", ""), ("\n ", "\n"),
    ])
    func whatIsAroundItIsNobodys(_ prolog: String, _ rest: String) {
        let documents = ReportCase.read(Array((ReportCase.report(ReportCase.record(), prolog: prolog) + rest).utf8))
        #expect(ReportCase.reports(documents).map(\.messages) == [1], "\(documents)")
    }

    @Test func whatReportersGetWrongIsForgiven() throws {
        let records = [
            ReportCase.record("::ffff:192.0.2.1", disposition: ""), ReportCase.record(" 192.0.2.1\n", count: " 2 ", disposition: "None"),
            ReportCase.record(from: "ann@contoso.example"), ReportCase.record(from: "CONTOSO.example."),
        ]
        let report = try #require(ReportCase.reports(ReportCase.read(Array(ReportCase.report(records.joined() + "11").utf8))).first)
        #expect(report.rows.count == 1 && report.messages == 5, "\(report.rows)")
    }

    @Test(arguments: [
        (ReportCase.record("192.0.2.256"), "<source_ip> is not an IP address"), (ReportCase.record(count: "-1"), "<count> is not a number"),
        (ReportCase.record(count: "9223372036854775808"), "<count> is not a number"),
        (ReportCase.record(from: ""), "<header_from> is not a domain"),
        (ReportCase.record(disposition: "nothing"), "<disposition> is not pass, none, quarantine or reject"),
        ("<record><row><count>1</count></row></record>", "<source_ip> is missing in <row>"),
        ("<record><row><source_ip>192.0.2.1</source_ip></row></record>", "<count> is missing in <row>"),
    ])
    func aRecordThatCannotBeCountedMakesItNone(_ record: String, _ why: String) {
        let text = ReportCase.report(ReportCase.record() + "\n" + record + ReportCase.record())
        #expect(ReportCase.refusal(text) == "line 4: \(why)")
    }

    @Test func aReportNamesItselfItsDomainAndItsTime() {
        let whole = ReportCase.report(ReportCase.record())
        for (piece, missing) in [
            ("<report_id>1</report_id>", "<report_id> is missing"), ("<domain>contoso.example</domain>", "<domain> is missing"),
            ("<begin>1795824000</begin>", "<begin and end> is missing"), ("<org_name>Tailspin</org_name>", "<org_name> is missing"),
        ] {
            let why = ReportCase.refusal(whole.replacing(piece, with: ""))
            #expect(why?.contains(missing) == true, "\(why ?? "taken")")
        }
        #expect(ReportCase.refusal(whole.replacing("1795824000", with: "1795910400"))?.contains("<end> is not a time behind") == true)
        #expect(
            ReportCase.refusal("<html><body/></html>")
                == "line 1: this is another kind of file: it begins with <html> where <feedback> was expected")
        #expect(ReportCase.refusal("Subject: hello\n\nGood morning.\n") == "there is no report in this message")
        #expect(ReportCase.refusal("") == "the file is empty")
    }

    @Test func whatTheReaderWritesIsWhatIsRead() throws {
        for name in ["two-results.xml", "two-in-one.zip", "attached.eml"] {
            let documents = ReportCase.read(try ReportCase.bytes(name))
            let text = documents.map { DmarcTranscript.write($0) }.joined()
            #expect(try DmarcTranscript.read(text) == documents)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            lines.remove(at: 1)
            #expect(throws: DmarcTranscript.Unreadable.self) { try DmarcTranscript.read(lines.joined(separator: "\n")) }
            #expect(throws: DmarcTranscript.Unreadable.self) { try DmarcTranscript.read(String(text.dropLast(2))) }
        }
    }
}
