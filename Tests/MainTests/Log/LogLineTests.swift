import Foundation
import Logging
import Mail
import Relay
import Synchronization
import TestSupport
import Testing

@testable import Main

/// What a line of the log looks like, whatever clients and servers wrote.
struct LogLineTests {
    private static let time = Date(timeIntervalSince1970: 1_795_435_200.0625)

    @Test func textIsForPeople() {
        let line = LogLine(
            time: Self.time, level: .notice, event: "waits",
            facts: ["why": "too many, it says \"later\"", "message": "m-1", "recipients": .stringConvertible(3), "aside": "x=y"])
        #expect(
            line.written(as: .text)
                == #"2026-11-23T12:00:00.062Z notice waits message=m-1 recipients=3 why="too many, it says \"later\"" aside="x=y""#)
    }

    @Test func jsonIsAnObjectALine() throws {
        let line = LogLine(
            time: Self.time, level: .info, event: "sent",
            facts: ["reply": "250 2.0.0 \"ok\"", "recipients": .stringConvertible(2), "many": .array(["a", "b"]), "time": "another"])
        let text = line.written(as: .json)
        #expect(text.hasPrefix(#"{"time":"2026-11-23T12:00:00.062Z","level":"info","event":"sent","recipients":2,"reply":"#))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(object["reply"] as? String == "250 2.0.0 \"ok\"" && object["many"] as? [String] == ["a", "b"])
        #expect(object.count == 6)
    }

    /// A line that somebody else wrote must not look like one of ours, nor move the cursor of whoever reads it.
    @Test(arguments: ["\n", "\r\n", "\r", "\u{0}", "\u{1B}[2J", "\u{85}", "\u{9B}31m", "\u{2028}", "\u{202E}", "\u{2066}"])
    func nothingThatWasWrittenEndsALine(_ evil: String) throws {
        let text = "a\(evil)2026-11-23T12:00:00Z info sent"
        for format in LogFormat.allCases {
            let line = LogLine(time: Self.time, level: .error, event: text, facts: ["reply": .string(text), "k\(evil)": .string(text)])
                .written(as: format)
            #expect(!line.unicodeScalars.contains(where: ForbiddenScalar.contains), "\(line.debugDescription)")
            #expect(line.contains(format == .text ? "\\u{" : "\\"), "\(line.debugDescription)")
        }
    }

    @Test func aMegabyteIsCutOff() {
        let line = LogLine(time: Self.time, level: .info, event: "sent", facts: ["reply": .string(String(repeating: "x", count: 1 << 20))])
        for format in LogFormat.allCases { #expect(line.written(as: format).utf8.count < 1_200) }
    }

    @Test func aLoggerIsToldAnewWhatToSay() {
        let said = Mutex("")
        var live = Live.system()
        live.now = { Self.time }
        live.standardError = Main.OutputStream { bytes in
            said.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
        }
        let output = LogOutput(LogOutput.Manner(level: .notice), live)
        let log = output.logger()
        log.info("one")
        log.notice("two", metadata: ["why": "so"])
        output.become(LogOutput.Manner(level: .debug, format: .json))
        log.debug("three")
        #expect(
            said.withLock { $0 } == """
                2026-11-23T12:00:00.062Z notice two why=so
                {"time":"2026-11-23T12:00:00.062Z","level":"debug","event":"three"}

                """)
    }
}
