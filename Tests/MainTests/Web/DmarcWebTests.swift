import Foundation
import Relay
import TestSupport
import Testing

@testable import Main

/// Reports by the API, on the page, and from the folder that the service looks into.
struct DmarcWebTests {
    private static let fixtures = FixtureFolder.fixtures.appending(path: "dmarc")

    private func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: Self.fixtures.appending(path: name))) }

    @Test(.timeLimit(.minutes(5))) func whatIsPostedIsListed() async throws {
        try await WebHouse.with { house in
            let client = house.client(.administrator)
            for (name, type, outcomes) in [
                ("two-in-one.zip", "application/zip", ["taken", "refused"]), ("two-results.xml", "text/xml", ["known"]),
                ("attached.eml", "message/rfc822", ["taken"]), ("rfc9990.xml.gz", "application/octet-stream", ["known"]),
            ] {
                let answer = try await client.send("POST", "/v1/audit/dmarc?file=\(name)", [("Content-Type", type)], body: try bytes(name))
                let items = try #require((answer.json as? [String: Any])?["items"] as? [[String: Any]], "\(answer.text)")
                #expect(items.map { $0["outcome"] as? String } == outcomes, "\(name): \(answer.text)")
            }
            let sources = try await client.get("/v1/audit/dmarc?domain=contoso.example&by=address")
            let rows = try #require((sources.json as? [String: Any])?["items"] as? [[String: Any]], "\(sources.text)")
            #expect(rows.count == 4 && rows.reduce(0) { $0 + ($1["messages"] as? Int ?? 0) } == 64)
            #expect(try await client.get("/v1/audit/dmarc?format=csv").text.hasPrefix("domain,source,addresses,messages,aligned"))
            #expect(try await client.get("/v1/audit/dmarc/domains").text.contains("\"percent\"") == false)
            #expect(try await client.get("/v1/audit/dmarc?domain=not%20one").status == 400)
            let page = try await ConsolePerson.logIn(to: house).client.get("/dmarc")
            #expect(
                page.status == 200 && page.text.contains("bulk.newsletters.example") && page.text.contains("2 reports, 3 sources"),
                "\(page.text)")
        }
    }

    @Test(.timeLimit(.minutes(5))) func aFolderIsWatched() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mandate-dmarc-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await WebHouse.with(["dmarc.folder=\(folder)"]) { house in
            func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder + "/" + name) }
            for _ in 0..<600 where !exists("rejected") { try await Task.sleep(for: .milliseconds(50)) }
            for name in ["two-results.xml", "broken.xml"] {
                try FileManager.default.copyItem(atPath: Self.fixtures.appending(path: name).path, toPath: folder + "/" + name)
            }
            for _ in 0..<1200 where !exists("taken/two-results.xml") || !exists("rejected/broken.xml") {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(exists("taken/two-results.xml") && exists("rejected/broken.xml.reason"), "\(house.log.all)")
            let text = try await house.client(.auditor).get("/v1/audit/dmarc").text
            #expect(text.contains("bulk.newsletters.example"), "\(text)")
        }
    }
}
