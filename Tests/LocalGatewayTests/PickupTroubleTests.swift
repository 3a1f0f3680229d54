import Foundation
import Logging
import Mail
import Relay
import Synchronization
import TestSupport
import Testing

@testable import LocalGateway

/// What is no message yet, or never will be: left alone, rejected with its reason, and no other message's trouble.
@Suite(.timeLimit(.minutes(20)))
struct PickupTroubleTests {
    private let letter = PickupYard.letter

    @Test(arguments: [".hidden.eml", "one.tmp", "one.eml.part", "one~", "tmp-one", "ONE.TMP"])
    func whatIsNotFinishedIsLeftAlone(_ name: String) async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: name)
        await yard.look(yard.folder(), times: 3)
        #expect(try yard.files() == [name])
        #expect(try await yard.kept().isEmpty)
    }

    @Test func aFileMustSettle() async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: "one.eml")
        let folder = yard.folder(.pickup(yard.path, node: "main", client: nil, settle: 10))
        var memory = PickupMemory()
        await folder.look(&memory, again: false)
        await folder.look(&memory, again: false)
        #expect(try await yard.kept().isEmpty, "it was changed just now")
        // More than the test can take on the slowest machine.
        yard.now.withLock { $0 += 86_400 }
        try yard.put(letter + "more\n", as: "one.eml")
        await folder.look(&memory, again: false)
        #expect(try await yard.kept().isEmpty, "it grew since the last look")
        await folder.look(&memory, again: false)
        #expect(try await yard.kept().count == 1)
    }

    @Test func aFileThatIsStillOpenIsLeftAlone() async throws {
        let yard = try PickupYard()
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
        let yard = try PickupYard()
        try yard.put(text, as: name)
        await yard.look(yard.folder(), times: 2)
        #expect(try yard.files() == ["rejected/\(name)", "rejected/\(name).reason"])
        #expect(try String(contentsOfFile: yard.path + "/rejected/\(name)", encoding: .utf8) == text, "nothing of it is lost")
        let said = try String(contentsOfFile: yard.path + "/rejected/\(name).reason", encoding: .utf8)
        #expect(said.contains(reason), "\(said)")
        #expect(try await yard.kept().isEmpty)
    }

    @Test func aSecondRejectedFileOfTheSameNameIsKeptToo() async throws {
        let yard = try PickupYard()
        for text in ["first\n\n", "second\n\n"] {
            try yard.put(text, as: "bad")
            await yard.look(yard.folder())
        }
        #expect(try yard.files().filter { !$0.hasSuffix(".reason") }.count == 2)
    }

    @Test func linksAndPipesAreNoMessages() async throws {
        let yard = try PickupYard()
        let secret = yard.path + "/.secret"
        try Data(letter.utf8).write(to: URL(filePath: secret))
        symlink(secret, yard.path + "/link.eml")
        mkfifo(yard.path + "/pipe.eml", 0o600)
        link(secret, yard.path + "/second-name.eml")
        await yard.look(yard.folder(), times: 2)
        #expect(try await yard.kept().isEmpty)
        #expect(try yard.files().contains("rejected/second-name.eml.reason"))
    }

    /// A file's owner is not proof enough to send without limits: others may have moved it there.
    @Test(arguments: [false, true]) func ownersNeedAClientWhereEveryoneMayWrite(_ isKeepers: Bool) async throws {
        let yard = try PickupYard()
        try yard.put(letter, as: "drop/a.eml")
        await yard.look(yard.folder(.maildrop(yard.path + "/drop", isKeepers: isKeepers, node: "main")))
        #expect(try await yard.kept().count == (isKeepers ? 1 : 0))
        #expect(try yard.files().contains("drop.rejected/a.eml") == !isKeepers)
    }

    /// Names that a file system takes and we can hardly keep.
    @Test func hostileNamesKeepNoOtherFromBeingSent() async throws {
        let yard = try PickupYard()
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
        let yard = try PickupYard()
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
        let yard = try PickupYard()
        for number in 0..<11_000 { mkdir("\(yard.path)/\(number)", 0o700) }
        try yard.put(letter, as: "zz.eml")
        await yard.look(yard.folder())
        #expect(try await yard.kept().count == 1)
    }
}
