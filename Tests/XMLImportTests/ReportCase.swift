import Foundation
import Mail
import Relay
import TestSupport
import XMLImport

/// Files that somebody sent as reports, and ways to hand them over.
enum ReportCase {
    static let folder = FixtureFolder.repository.appending(path: "Fixtures/dmarc")

    static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

    /// In pieces of so many octets.
    static func read(_ bytes: [UInt8], by step: Int = 65_536) -> [DmarcDocument] {
        var rest = bytes[...]
        return read {
            defer { rest = rest.dropFirst(step) }
            return Array(rest.prefix(step))
        }
    }

    static func read(_ next: @escaping () -> [UInt8]) -> [DmarcDocument] {
        var documents: [DmarcDocument] = []
        ReportFile.read(next) { documents.append($0) }
        return documents
    }

    /// Why the one document in it was refused; nil: it was not, or there are others.
    static func refusal(_ text: String) -> String? {
        guard let document = read(Array(text.utf8)).first, case .refused(let why) = document.outcome else { return nil }
        return why
    }

    static func reports(_ documents: [DmarcDocument]) -> [DmarcReport] {
        documents.compactMap { if case .report(let report) = $0.outcome { report } else { nil } }
    }

    /// A report around these records.
    static func report(_ records: String, id: String = "1", prolog: String = "<?xml version='1.0'?>") -> String {
        prolog + """
            <feedback><report_metadata><org_name>Tailspin</org_name><report_id>\(id)</report_id>
            <date_range><begin>1795824000</begin><end>1795910399</end></date_range></report_metadata>
            <policy_published><domain>contoso.example</domain><p>none</p></policy_published>\(records)</feedback>
            """
    }

    static func record(_ source: String = "192.0.2.1", count: String = "1", disposition: String = "none", from: String = "contoso.example")
        -> String
    {
        """
        <record><row><source_ip>\(source)</source_ip><count>\(count)</count><policy_evaluated><disposition>\(disposition)</disposition>\
        <dkim>fail</dkim><spf>fail</spf></policy_evaluated></row><identifiers><header_from>\(from)</header_from></identifiers></record>
        """
    }
}
