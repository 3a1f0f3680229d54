import Foundation
import Logging
import Mail
import Relay
import Synchronization
import TestSupport
import Testing

@testable import LocalGateway

/// Files become messages: once each, whatever is killed in between, and what cannot be taken says why.
@Suite(.timeLimit(.minutes(1)))
struct PickupTests {
    /// A folder of its own, and a store in memory.
    final class Yard: Sendable {
        let path: String
        let store = MemoryStore()
        let now = Mutex(Date())
        private let seeds = Mutex<UInt64>(0)

        init() throws {
            path = FileManager.default.temporaryDirectory.appending(path: "mandate-pickup-" + UUID().uuidString).path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }  // what is left in a temporary folder harms no test

        func folder(_ settings: PickupSettings? = nil, clients: [Client] = []) -> PickupFolder {
            let directory = Directory(FakeCompany.entities() + clients.map { .client($0) }, edition: Edition(1))
            let store = store
            return PickupFolder(
                settings ?? .pickup(path, node: "main", client: nil, settle: 0),
                PickupFolder.Surroundings(
                    accept: AcceptStage.Surroundings(
                        store: store,
                        decider: { _ throws(StoreFailure) in Decider(directory: directory, conditions: Conditions()) },
                        now: { [self] in now.withLock { $0 } },
                        generator: { [self] in
                            FakeGenerator(
                                seed: seeds.withLock {
                                    $0 += 1
                                    return $0
                                })
                        }, domain: FakeCompany.ann.domain),
                    isAccepted: { id throws(StoreFailure) in try await store.show(id) != nil }, directory: { directory },
                    address: { $0 == "root" ? FakeCompany.desk : nil }, owner: geteuid(), accepted: {}, wait: { _ in },
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
        }

        func put(_ text: String, as name: String) throws {
            let url = URL(filePath: path + "/" + name)
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }

        func look(_ folder: PickupFolder, times: Int = 1) async {
            var memory = PickupMemory()
            for _ in 0..<times { await folder.look(&memory, again: true) }
        }

        /// Every file below, but for folders.
        func files() throws -> [String] {
            try FileManager.default.subpathsOfDirectory(atPath: path).filter {
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: path + "/" + $0, isDirectory: &isFolder) && !isFolder.boolValue
            }.sorted()
        }

        func kept() async throws -> [AcceptedMessage] {
            var kept: [AcceptedMessage] = []
            for id in await store.keptMessages { if let shown = try await store.show(id) { kept.append(shown.message) } }
            return kept
        }
    }

    private let letter = "From: ann@example.org\nTo: rob@example.com\nSubject: Hi\n\nHello.\n"

    @Test func aFileBecomesAMessageAndIsGone() async throws {
        let yard = try Yard()
        try yard.put(letter, as: "one.eml")
        await yard.look(yard.folder())
        let kept = try await yard.kept()
        #expect(kept.count == 1 && kept.first?.envelope.recipients.map(\.address.description) == ["rob@example.com"])
        #expect(String(decoding: kept[0].header, as: UTF8.self).hasPrefix("Received: by example.org (Mandate, from a file) id m"))
        #expect(try yard.files() == [])
    }

    @Test func theFolderIsThePurpose() async throws {
        let yard = try Yard()
        try yard.put(letter, as: "notification/n.eml")
        try yard.put(letter, as: "ad-hoc/a.eml")
        try yard.put(letter, as: "elsewhere/x.eml")
        await yard.look(yard.folder())
        #expect(try await Set(yard.kept().map { $0.purpose?.rawValue ?? "-" }) == ["notification", "ad-hoc"])
        #expect(try yard.files() == ["elsewhere/x.eml"], "a folder that is no purpose is not looked into")
    }

    /// As Microsoft's replay and pickup folders have them.
    @Test func envelopeFieldsAreTheEnvelope() async throws {
        let yard = try Yard()
        try yard.put(
            "X-Sender: <desk@example.org>\nX-Receiver: <eve@example.com>\nX-Receiver: root\nX-Receiver: eve@example.com\n" + letter,
            as: "one.eml")
        await yard.look(yard.folder())
        let kept = try #require(try await yard.kept().first)
        #expect(kept.envelope.sender == .address(FakeCompany.desk))
        #expect(kept.envelope.recipients.map(\.address.description) == ["eve@example.com", "desk@example.org"])
        #expect(!String(decoding: kept.header, as: UTF8.self).contains("X-Receiver"))
    }

    @Test(arguments: [".hidden.eml", "one.tmp", "one.eml.part", "one~", "tmp-one", "ONE.TMP"])
    func whatIsNotFinishedIsLeftAlone(_ name: String) async throws {
        let yard = try Yard()
        try yard.put(letter, as: name)
        await yard.look(yard.folder(), times: 3)
        #expect(try yard.files() == [name])
        #expect(try await yard.kept().isEmpty)
    }

    @Test func aFileMustSettle() async throws {
        let yard = try Yard()
        try yard.put(letter, as: "one.eml")
        let folder = yard.folder(.pickup(yard.path, node: "main", client: nil, settle: 10))
        var memory = PickupMemory()
        await folder.look(&memory, again: false)
        await folder.look(&memory, again: false)
        #expect(try await yard.kept().isEmpty, "it was changed just now")
        yard.now.withLock { $0 += 60 }
        try yard.put(letter + "more\n", as: "one.eml")
        await folder.look(&memory, again: false)
        #expect(try await yard.kept().isEmpty, "it grew since the last look")
        await folder.look(&memory, again: false)
        #expect(try await yard.kept().count == 1)
    }

    @Test func aFileThatIsStillOpenIsLeftAlone() async throws {
        let yard = try Yard()
        try yard.put("From: ann@example.org\n", as: "one.eml")
        let writer = try FileHandle(forWritingTo: URL(filePath: yard.path + "/one.eml"))
        await yard.look(yard.folder(), times: 3)
        #expect(try yard.files() == ["one.eml"])
        try writer.seekToEnd()
        try writer.write(contentsOf: Data("To: rob@example.com\n\nwhole\n".utf8))
        try writer.close()
        await yard.look(yard.folder())
        #expect(try await yard.kept().first?.bodySize == "whole\r\n".utf8.count)
    }

    @Test(arguments: [
        ("no recipients", "From: ann@example.org\nSubject: x\n\ntext\n", "the message has no recipients"),
        ("no header", "just text\n\n", "line 1"), ("mixed", "From: ann@example.org\r\nTo: rob@example.com\n\nx\n", "line 2 ends with LF"),
        ("nobody", "To: rob@example.com\n\nx\n", "(author-missing)"),
        ("purpose", "X-Mandate-Purpose: spam\nTo: rob@example.com\nFrom: ann@example.org\n\nx\n", "X-Mandate-Purpose"),
    ])
    func whatCannotBeTakenSaysWhy(_ name: String, _ text: String, _ reason: String) async throws {
        let yard = try Yard()
        try yard.put(text, as: name)
        await yard.look(yard.folder(), times: 2)
        #expect(try yard.files() == ["rejected/\(name)", "rejected/\(name).reason"])
        #expect(try String(contentsOfFile: yard.path + "/rejected/\(name)", encoding: .utf8) == text, "nothing of it is lost")
        let said = try String(contentsOfFile: yard.path + "/rejected/\(name).reason", encoding: .utf8)
        #expect(said.contains(reason), "\(said)")
        #expect(try await yard.kept().isEmpty)
    }

    @Test func aSecondRejectedFileOfTheSameNameIsKeptToo() async throws {
        let yard = try Yard()
        for text in ["first\n\n", "second\n\n"] {
            try yard.put(text, as: "bad")
            await yard.look(yard.folder())
        }
        #expect(try yard.files().filter { !$0.hasSuffix(".reason") }.count == 2)
    }

    /// What a run left claimed that was killed before it had removed the file.
    @Test func anAcceptedFileIsNoSecondMessage() async throws {
        let yard = try Yard()
        try yard.put(letter, as: "one.eml")
        let folder = yard.folder()
        try folder.disk.prepare()
        let file = try #require(try folder.disk.look(now: 0).files.first)
        let claimed = try #require(try folder.disk.claim(file, as: SpoolID(trusted: "m-claimed")))
        // Accepted, and killed before the file was gone.
        await folder.take(claimed, isLeftOver: false)
        try yard.put(letter, as: ".claimed/main/m-claimed~~one.eml")
        await yard.look(yard.folder())
        #expect(try await yard.kept().map(\.id.text) == ["m-claimed"])
        #expect(try yard.files() == [])
    }

    @Test func aClaimedFileThatWasNotAcceptedIsTakenIn() async throws {
        let yard = try Yard()
        try yard.put(letter, as: ".claimed/main/m-left~notification~one.eml")
        await yard.look(yard.folder())
        let kept = try await yard.kept()
        #expect(kept.map(\.id.text) == ["m-left"] && kept.first?.purpose == .notification)
        #expect(try yard.files() == [])
    }

    @Test func anotherNodesClaimsAreItsOwn() async throws {
        let yard = try Yard()
        try yard.put(letter, as: ".claimed/other/m-left~~one.eml")
        await yard.look(yard.folder(), times: 2)
        #expect(try await yard.kept().isEmpty)
    }

    @Test func aFullStoreKeepsTheFile() async throws {
        let yard = try Yard()
        try yard.put(letter, as: "one.eml")
        await yard.store.fail(.accept, with: .full)
        let folder = yard.folder()
        await yard.look(folder)
        #expect(try await yard.kept().isEmpty)
        #expect(try yard.files().count == 1, "it is claimed, and nowhere lost")
        await yard.look(folder)
        #expect(try await yard.kept().count == 1)
        #expect(try yard.files() == [])
    }

    @Test func linksAndPipesAreNoMessages() async throws {
        let yard = try Yard()
        let secret = yard.path + "/.secret"
        try Data(letter.utf8).write(to: URL(filePath: secret))
        symlink(secret, yard.path + "/link.eml")
        mkfifo(yard.path + "/pipe.eml", 0o600)
        link(secret, yard.path + "/second-name.eml")
        await yard.look(yard.folder(), times: 2)
        #expect(try await yard.kept().isEmpty)
        #expect(try yard.files().contains("rejected/second-name.eml.reason"))
    }

    @Test func maildropKnowsItsClientsByTheirFiles() async throws {
        let yard = try Yard()
        try yard.put(letter, as: "drop/a.eml")
        let client = Client(
            id: ClientID(trusted: "me"), name: "me", credential: .uid(geteuid()), defaultPurpose: .notification)
        await yard.look(yard.folder(.maildrop(yard.path + "/drop", isKeepers: false, node: "main"), clients: [client]))
        let kept = try #require(try await yard.kept().first)
        #expect(kept.client?.text == "me" && kept.purpose == .notification)
        #expect(String(decoding: kept.header, as: UTF8.self).contains("(Mandate, from uid \(geteuid()))"))
    }

    @Test func aThousandFilesAreAThousandMessages() async throws {
        let yard = try Yard()
        for number in 0..<1000 { try yard.put(letter.replacing("Hi", with: "\(number)"), as: "\(number).eml") }
        await yard.look(yard.folder())
        #expect(try await yard.kept().count == 1000)
        #expect(try yard.files() == [])
    }

    /// A file's owner is not proof enough to send without limits: others may have moved it there.
    @Test(arguments: [false, true]) func ownersNeedAClientWhereEveryoneMayWrite(_ isKeepers: Bool) async throws {
        let yard = try Yard()
        try yard.put(letter, as: "drop/a.eml")
        await yard.look(yard.folder(.maildrop(yard.path + "/drop", isKeepers: isKeepers, node: "main")))
        #expect(try await yard.kept().count == (isKeepers ? 1 : 0))
        #expect(try yard.files().contains("drop.rejected/a.eml") == !isKeepers)
    }

    /// Names that a file system takes and we can hardly keep.
    @Test func hostileNamesKeepNoOtherFromBeingSent() async throws {
        let yard = try Yard()
        let names = [
            "a" + String(repeating: "e\u{301}", count: 84), String(repeating: "x", count: 255), "new\nline", "~~", "-rf", "a~b~c",
            "\u{1F600}",
        ]
        for name in names + ["z.eml"] { try yard.put(letter, as: name) }
        let latin = yard.path + "/"
        var bytes = Array(latin.utf8CString.dropLast()) + [0x66, -4, 0x72, 0]
        let descriptor = open(&bytes, O_CREAT | O_WRONLY, 0o600)
        close(descriptor)
        await yard.look(yard.folder(), times: 2)
        #expect(try await yard.kept().count == names.filter { !$0.hasSuffix("~") }.count + 1)
    }

    @Test func whatStaysThereIsCounted() throws {
        let yard = try Yard()
        try yard.put("", as: "empty.eml")
        try yard.put(letter, as: "newsletter/n.eml")
        symlink("/etc/passwd", yard.path + "/link.eml")
        try yard.put(letter, as: "notification/good.eml")
        try yard.put(letter, as: ".hidden")
        let folder = yard.folder()
        try folder.disk.prepare()
        let found = try folder.disk.look(now: Int64(Date().timeIntervalSince1970) + 3600)
        #expect(found.unusable == 3 && found.files.map(\.name).contains("good.eml"))
    }

    /// A folder full of what is no message hides none.
    @Test func rubbishHidesNoMessage() async throws {
        let yard = try Yard()
        for number in 0..<11_000 { mkdir("\(yard.path)/\(number)", 0o700) }
        try yard.put(letter, as: "zz.eml")
        await yard.look(yard.folder())
        #expect(try await yard.kept().count == 1)
    }

    /// The envelope of a maildrop ends where ours does, whatever the message begins with; and it carries what was asked of reports.
    @Test func aMessagesOwnFieldsAreNoEnvelope() async throws {
        let yard = try Yard()
        try yard.put(
            "X-Receiver: <rob@example.com>\nX-Mandate-Envelope: end notify=NEVER ret=HDRS envid=q1\nX-Receiver: <evil@example.com>\n"
                + letter, as: "a.eml")
        await yard.look(yard.folder())
        let kept = try #require(try await yard.kept().first)
        #expect(kept.envelope.recipients.map(\.address.description) == ["rob@example.com"] && kept.envelope.recipients[0].notify == .never)
        #expect(kept.envelope.ret == .hdrs && kept.envelope.envelopeID == "q1")
        #expect(String(decoding: kept.header, as: UTF8.self).contains("X-Receiver: <evil@example.com>"))
    }

    @Test func aStopLeavesNoFileHalfWay() async throws {
        let yard = try Yard()
        for number in 0..<50 { try yard.put(letter, as: "\(number).eml") }
        let folder = yard.folder()
        let gate = FakeGate()
        await yard.store.stop(.accept, at: gate)
        let run = Task { try await folder.run() }
        await gate.arrival()
        run.cancel()
        gate.open()
        try await run.value
        let kept = try await yard.kept().count
        #expect(kept > 0)
        #expect(try yard.files().filter { $0.hasPrefix(".claimed") }.isEmpty, "what was begun is done")
        #expect(try yard.files().count + kept == 50)
    }
}
