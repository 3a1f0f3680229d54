import Foundation
import Relay
import Synchronization
import TestSupport
import Testing

@testable import Main

/// Reports from the file that somebody sent to the row that an auditor reads, each read by a process of its own.
struct DmarcTests {
    private static let fixtures = FixtureFolder.fixtures.appending(path: "dmarc")

    private func shell() async throws -> Shell {
        let shell = try await Shell.withStore()
        shell.program.withLock { $0 = (try? Premises.program()) ?? "" }  // without it every file is one that could not be read
        return shell
    }

    private func path(_ name: String) -> String { Self.fixtures.appending(path: name).path }

    @Test(.timeLimit(.minutes(5))) func aBatchIsTakenButForWhatIsMalformed() async throws {
        let shell = try await shell()
        let first = await shell.run(["audit", "dmarc", "read", "--format", "json", Self.fixtures.path])
        #expect(first.status == 65 && first.err.contains("2 taken (64 messages), 3 known, 3 refused"), "\(first.err)")
        let lines = try #require(try JSONSerialization.jsonObject(with: Data(first.out.utf8)) as? [[String: Any]])
        func line(_ file: String) throws -> [String: Any] { try #require(lines.first { $0["file"] as? String == file }, "\(file)") }
        #expect(
            try line("attached.eml: wingtip.example!contoso.example!1795910400!1795996799!w-77.xml.gz")["outcome"] as? String == "taken")
        #expect(try line("rfc9990.xml")["outcome"] as? String == "known")
        #expect((try line("broken.xml")["why"] as? String)?.hasPrefix("line 3: this is not well-formed XML") == true)
        #expect(try line("two-in-one.zip: broken.xml")["outcome"] as? String == "refused")
        #expect((try line("mebibyte-of-spaces.gz")["why"] as? String) == "the file is empty")
        let again = await shell.run(["audit", "dmarc", "read", path("two-results.xml")])
        #expect(again.status == 0 && again.err.contains("0 taken (0 messages), 1 known"), "\(again.err)")

        let sources = await shell.run(
            "audit dmarc --format csv --columns domain,source,addresses,messages,aligned,stopped,first,last,standing")
        #expect(
            sources.out.split(separator: "\r\n").map(String.init) == [
                "domain,source,addresses,messages,aligned,stopped,first,last,standing",
                "contoso.example,Microsoft 365,2,52,52,0,2026-11-28T00:00:00Z,2026-11-29T23:59:59Z,foreign",
                "contoso.example,bulk.newsletters.example,1,7,0,0,2026-11-28T00:00:00Z,2026-11-28T23:59:59Z,foreign",
                "contoso.example,2001:db8::25,1,5,0,5,2026-11-28T00:00:00Z,2026-11-28T23:59:59Z,foreign",
            ])
        let some = await shell.run("audit dmarc sources --since 2026-11-29 --domain CONTOSO.example --format csv --columns source,messages")
        #expect(some.out == "source,messages\r\nMicrosoft 365,12\r\n")
        let domains = await shell.run("audit dmarc domains --format csv --columns domain,policy,messages,aligned,percent,at_risk")
        #expect(domains.out.hasSuffix("contoso.example,p=reject np=reject testing=n,64,52,81,0\r\n"), "\(domains.out)")
        let reports = await shell.run("audit dmarc reports --format csv --columns organization,domain,messages,report")
        #expect(
            reports.out.contains("Wingtip Mail,contoso.example,12,w-77\r\nTailspin Receivers,contoso.example,52,2026-11-28"),
            "\(reports.out)")
        let journal = await shell.run("audit journal --kind report-taken --format csv")
        #expect(journal.out.split(separator: "\r\n").count == 3 && journal.out.contains("Wingtip Mail"))
    }

    @Test(.timeLimit(.minutes(5))) func standardInputAndWhatIsNoFileAreNamed() async throws {
        let shell = try await shell()
        let piped = await shell.run(
            ["audit", "dmarc", "read", "-"], input: try String(contentsOfFile: path("rfc9990.xml"), encoding: .utf8))
        #expect(piped.status == 0 && piped.out.contains("standard input"), "\(piped.err)")
        let gone = await shell.run(["audit", "dmarc", "read", shell.folder + "/gone.xml", path("two-results.xml")])
        #expect(gone.status == 65 && gone.out.contains("cannot be read") && gone.err.contains("1 taken"), "\(gone.out)\(gone.err)")
        let empty = await shell.run(["audit", "dmarc", "read", shell.store])
        #expect(empty.status == 66 && empty.err.contains("there are no reports in"), "\(empty.err)")
        let fifo = shell.folder + "/pipe.xml"
        #expect(mkfifo(fifo, 0o600) == 0)
        #expect(await shell.run(["audit", "dmarc", "read", fifo]).out.contains("is no file"))
    }

    /// A reader that is stopped is the file's fault; one that is not there is ours.
    @Test(.timeLimit(.minutes(5))) func whatItsReaderDoesIsJudged() async throws {
        func read(_ script: String) async -> Result<[DmarcDocument], ReportReaderFailure> {
            let path = FileManager.default.temporaryDirectory.appending(path: "mandate-reader-" + UUID().uuidString).path
            _ = FileManager.default.createFile(
                atPath: path, contents: Data("#!/bin/sh\n\(script)\n".utf8), attributes: [.posixPermissions: 0o700])
            defer { try? FileManager.default.removeItem(atPath: path) }
            do throws(ReportReaderFailure) { return .success(try await ReportProcess(program: path).documents(in: [0x3C])) } catch {
                return .failure(error)
            }
        }
        func why(_ script: String) async -> String {
            switch await read(script) {
            case .success(let documents): if case .refused(let why)? = documents.first?.outcome { why } else { "taken" }
            case .failure(let failure): "ours: \(failure)"
            }
        }
        #expect(await why("kill -XCPU $$").contains("it takes more time"))
        #expect(await why("kill -SEGV $$").contains("it takes more memory"))
        #expect(await why("printf 'report\\tx\\n'").contains("did not come to an end"))
        #expect(await why("printf 'row\\tcontoso.example\\n'").contains("did not come to an end"))
        #expect(await why("head -c 70000000 /dev/zero").contains("more than any report"))
        #expect(await why("exit 3").hasPrefix("ours: the reader of reports ended with status 3"))
        #expect(await why("printf 'refused\\t\\twhy\\n'") == "why")
        let missing = await #expect(throws: ReportReaderFailure.self) {
            try await ReportProcess(program: "/nowhere/mandate").documents(in: [])
        }
        #expect(missing?.description.contains("could not be run") == true)
    }

    /// What lies beside the checkout, as another program counted it: all but the one whose XML is broken, and messages of each.
    private static let corpus = FixtureFolder.repository.appending(path: "../shared/corpora/dmarc")

    @Test(.enabled(if: FileManager.default.fileExists(atPath: corpus.path)), .timeLimit(.minutes(5)))
    func reportsFromTheFieldAreCounted() async throws {
        let shell = try await shell()
        let answer = await shell.run(["audit", "dmarc", "read", "--format", "json", Self.corpus.path])
        let lines = try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [[String: Any]])
        let taken = lines.filter { $0["outcome"] as? String == "taken" }
        #expect(taken.count == 8 && lines.count == 9, "\(answer.out)")
        #expect(taken.reduce(0) { $0 + ($1["messages"] as? Int ?? 0) } == 131)
        #expect(lines.filter { $0["outcome"] as? String == "refused" }.map { $0["file"] as? String } == ["invalid_xml.xml"])
    }
}
