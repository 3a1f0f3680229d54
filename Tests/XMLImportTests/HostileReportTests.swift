import Relay
import Testing
import XMLImport

/// Reports that somebody made to hurt whoever reads them. Each is refused before it costs anything, and the process is there afterwards.
struct HostileReportTests {
    private func refusal(_ text: String) -> String { ReportCase.refusal(text) ?? "it was taken" }

    @Test func entitiesAreNeverDefined() {
        let laughs = (1...9).map { "<!ENTITY l\($0) '\(String(repeating: "&l\($0 - 1);", count: 10))'>" }.joined()
        for prolog in [
            "<!DOCTYPE f [<!ENTITY l0 'ha'>\(laughs)]>", "<!DOCTYPE f [<!ENTITY l1 SYSTEM 'file:///etc/passwd'>]>",
            "<!DOCTYPE f SYSTEM 'http://127.0.0.1:1/report.dtd'>", "<!DOCTYPE f>",
        ] {
            let text = ReportCase.report(ReportCase.record(from: "&l1;"), prolog: prolog)
            #expect(refusal(text).contains("a DOCTYPE is refused"), "\(prolog.prefix(60))")
        }
        #expect(refusal(ReportCase.report(ReportCase.record(from: "&l1;"))).contains("not well-formed"))
    }

    @Test func fortyThousandAttributesAreTooMany() {
        let attributes = (0..<40_000).map { "a\($0)='' " }.joined()
        #expect(refusal(ReportCase.report("<record \(attributes)></record>")).contains("a tag or a comment has more than 8192 bytes"))
        #expect(refusal("<feedback \(attributes)/>").contains("a tag or a comment has more than 8192 bytes"))
        let some = (0..<400).map { "a\($0)='' " }.joined()
        #expect(refusal(ReportCase.report("<record \(some)></record>")).contains("a tag has more than 32 attributes"))
    }

    @Test func depthIsBounded() {
        #expect(refusal(String(repeating: "<feedback>", count: 100_000)).contains("more than 32 deep"))
    }

    @Test func aTextThatNeverEndsIsNobodysName() {
        let long = String(repeating: "x", count: 3_000_000)
        #expect(refusal(ReportCase.report(ReportCase.record(from: long))).contains("<header_from> is not one line"))
        #expect(refusal("<feedback><!-- \(long) --></feedback>").contains("a tag or a comment has more than 8192 bytes"))
    }

    @Test func otherEncodingsAreRefused() {
        for encoding in ["UTF-7", "UTF-16", "ISO-2022-CN-EXT", "EBCDIC-US"] {
            let text = ReportCase.report(ReportCase.record(), prolog: "<?xml version='1.0' encoding='\(encoding)'?>")
            #expect(refusal(text).contains("the encoding \(encoding) is not taken"))
        }
        let wide = ReportCase.report("").utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(ReportCase.reports(ReportCase.read([0xFF, 0xFE] + wide)).isEmpty)
        #expect(ReportCase.reports(ReportCase.read(Array(ReportCase.report(ReportCase.record(from: "x\u{1}y")).utf8) + [0xC3])).isEmpty)
        #expect(ReportCase.reports(ReportCase.read([0x3C, 0xC3, 0x28])).isEmpty)
    }

    /// A gibibyte that came as a mebibyte: a thousand members of a gzip file, each a mebibyte of spaces.
    @Test func aBombIsNotUnpackedToItsEnd() throws {
        let member = try ReportCase.bytes("mebibyte-of-spaces.gz")
        var taken = 0
        let documents = ReportCase.read {
            taken += 1
            return taken <= 1024 ? member : []
        }
        #expect(
            documents == [DmarcDocument(name: "", .refused("the file has more than 268435456 bytes, which no such file needs"))]
                || documents == [
                    DmarcDocument(name: "", .refused("unpacked it has more than 268435456 bytes, which no such file needs"))
                ], "\(documents)")
        #expect(taken < 300)
    }

    @Test func aFileThatNeverEndsIsRefused() {
        let line = Array("X-Line: of a message whose header never ends\r\n".utf8)
        let piece = Array(repeating: line, count: 20_000).flatMap { $0 }
        var taken = 0
        let documents = ReportCase.read {
            taken += 1
            return piece
        }
        #expect(documents == [DmarcDocument(name: "", .refused("the file has more than 67108864 bytes, which no such file needs"))])
        #expect(taken < 100)
    }

    @Test func moreDifferentSourcesThanThereMayBeAreRefused() {
        var number = 0
        let documents = ReportCase.read {
            defer { number += 1 }
            if number == 0 { return Array(ReportCase.report("").dropLast("</feedback>".count).utf8) }
            let records = (0..<1000).map { ReportCase.record("10.\(number).\($0 / 250).\($0 % 250)") }
            return number <= 120 ? Array(records.joined().utf8) : []
        }
        guard case .refused(let why)? = documents.first?.outcome else { Issue.record("it was taken"); return }
        #expect(why.contains("more than 100000 different records"))
        #expect(number < 110)
    }

    @Test func anyByteAnywhereIsReadOrRefused() async throws {
        let bytes = try ReportCase.bytes("two-in-one.zip")
        for index in 0..<bytes.count {
            await Task.yield()  // there are as many threads as processors, and tests that watch the clock need one
            for byte: UInt8 in [0x00, 0x3C, 0xFF] {
                var damaged = bytes
                damaged[index] = byte
                #expect(!ReportCase.read(damaged).isEmpty)
            }
        }
    }
}
