import Crypto
import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// Accept: the same bytes however they arrive, a refusal before the body, and nothing kept but what was answered for.
@Suite(.timeLimit(.minutes(20)))
struct AcceptStageTests {
    private let text =
        "From: Ann <ann@example.org>\nTo: rob@example.com, Eve <EVE@example.com>\nCc: rob@example.com\nSubject: Hi\n\nOne\n\nTwo\n"

    private var crlf: [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }

    private func stage(
        _ store: MemoryStore, _ submission: Submission = Submission(), limits: AcceptStage.Limits = .init(),
        also settings: [DirectoryEntity] = []
    ) -> AcceptStage {
        let directory = Directory(FakeCompany.entities() + settings, edition: Edition(1))
        return AcceptStage(
            submission,
            AcceptStage.Surroundings(
                store: store, decider: { _ throws(StoreFailure) in Decider(directory: directory, conditions: Conditions()) },
                now: { Date(timeIntervalSince1970: 1_800_000_000) }, generator: { FakeGenerator(seed: 7) },
                domain: FakeCompany.ann.domain, limits: limits))
    }

    @discardableResult
    private func accept(_ pieces: [[UInt8]], _ stage: AcceptStage) async throws -> Receipt {
        var stage = stage
        for piece in pieces { try await stage.consume(piece) }
        return try await stage.finish()
    }

    /// Header, empty line and body as they stand in the store.
    private func stored(_ store: MemoryStore, _ id: SpoolID) async throws -> [UInt8] {
        let shown = try #require(try await store.show(id))
        var bytes = shown.message.header + Array("\r\n".utf8)
        var number = 0
        while let chunk = try await store.chunk(number, of: id) {
            bytes += chunk
            number += 1
        }
        #expect(bytes.count == shown.message.size)
        #expect(shown.message.digest == Array(SHA256.hash(data: bytes)))
        return bytes
    }

    private func failure(_ work: () async throws -> some Any) async -> AcceptFailure? {
        do {
            _ = try await work()
            Issue.record("expected a failure")
            return nil
        } catch { return error as? AcceptFailure }
    }

    @Test(arguments: ["\n", "\r\n"]) func anySplitStoresTheSame(_ lineEnd: String) async throws {
        let bytes = Array(text.replacing("\n", with: lineEnd).utf8)
        let whole = MemoryStore()
        let wanted = try await stored(whole, try await accept([bytes], stage(whole)).id)
        #expect(wanted.suffix(crlf.count) == crlf[...])
        for split in 0...bytes.count {
            let store = MemoryStore()
            let id = try await accept([Array(bytes[..<split]), Array(bytes[split...])], stage(store)).id
            #expect(try await stored(store, id) == wanted, "split at \(split)")
        }
        let store = MemoryStore()
        #expect(try await stored(store, try await accept(bytes.map { [$0] }, stage(store)).id) == wanted)
    }

    @Test func dateAndMessageIDAreSettledOnce() async throws {
        let store = MemoryStore()
        let receipt = try await accept([crlf], stage(store))
        let header = String(decoding: try await stored(store, receipt.id), as: UTF8.self)
        #expect(header.hasPrefix("Date: Fri, 15 Jan 2027 08:00:00 +0000\r\nMessage-ID: \(receipt.messageID)\r\nFrom: "))
        let again = MemoryStore()
        let twice = try await accept([Array(header.utf8)], stage(again))
        #expect(twice.messageID == receipt.messageID)
        #expect(try await stored(again, twice.id) == Array(header.utf8))
    }

    @Test(arguments: ["Date:", "Date: ", "Message-ID:", "Message-ID: \t"]) func emptyFieldIsNone(_ field: String) async throws {
        let store = MemoryStore()
        let receipt = try await accept([Array("\(field)\r\n".utf8) + crlf], stage(store))
        let block = try HeaderBlock(try #require(try await store.show(receipt.id)).message.header)
        #expect(block.fields(named: .date).map { $0.unfolded() } == ["Fri, 15 Jan 2027 08:00:00 +0000"])
        #expect(block.fields(named: .messageID).map { $0.unfolded() } == [receipt.messageID])
        #expect(receipt.messageID.count > 10)
    }

    @Test func headerAloneIsAMessage() async throws {
        for end in ["", "\r\n"] {
            let store = MemoryStore()
            let id = try await accept([Array("From: ann@example.org\r\nTo: rob@example.com\r\n\(end)".utf8)], stage(store)).id
            #expect(try await store.show(id)?.message.bodySize == 0)
            #expect(try await stored(store, id).suffix(4) == Array("\r\n\r\n".utf8)[...])
        }
    }

    @Test func recipientsComeFromTheHeaderOnce() async throws {
        let store = MemoryStore()
        let extra = Array("Bcc: \"hidden one\" <h@example.com>\r\n".utf8)
        let id = try await accept([extra + crlf], stage(store)).id
        let message = try #require(try await store.show(id)).message
        #expect(message.envelope.recipients.map(\.address.key) == ["rob@example.com", "eve@example.com", "h@example.com"])
        let given = MemoryStore()
        let submission = Submission(recipients: [Recipient(address: FakeCompany.carol)])
        let other = try await accept([crlf], stage(given, submission)).id
        #expect(try await given.show(other)?.message.envelope.recipients.map(\.address) == [FakeCompany.carol])
    }

    /// Too large, or cut off: whoever tries it each minute must not fill the disk.
    @Test func whatIsNotAcceptedIsNotKept() async throws {
        let store = MemoryStore()
        let limit = 2 * AcceptedMessage.chunkSize
        var stage = stage(store, limits: AcceptStage.Limits(size: limit))
        try await stage.consume(crlf + [UInt8](repeating: UInt8(ascii: "x"), count: AcceptedMessage.chunkSize + 1))
        #expect(await store.piecesKept == 1)
        let failure = await failure { try await stage.consume([UInt8](repeating: UInt8(ascii: "x"), count: limit)) }
        guard case .tooLarge(limit)? = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
        #expect(await store.piecesKept == 0)
        var cut = self.stage(store)
        try await cut.consume(crlf + [UInt8](repeating: UInt8(ascii: "x"), count: limit))
        #expect(await store.piecesKept == 2)
        await cut.discard()
        #expect(await store.piecesKept == 0)
        await store.fail(.accept, with: .full)
        let full = await self.failure {
            try await self.accept([crlf + [UInt8](repeating: UInt8(ascii: "x"), count: limit)], self.stage(store))
        }
        guard case .store(.full)? = full else { return #expect(Bool(false), "\(String(describing: full))") }
        #expect(await store.piecesKept == 0)
    }

    @Test func refusalIsHeardBeforeTheBody() async throws {
        let store = MemoryStore()
        let deny = DirectoryEntity.deny(Deny(id: DenyID(trusted: "no"), mailbox: nil, covers: .address(FakeCompany.ann)))
        var stage = stage(store, also: [deny])
        let header = Array(crlf.prefix(crlf.count - Array("One\r\n\r\nTwo\r\n".utf8).count))
        let refused = await failure { try await stage.consume(header) }
        guard case .refused(let refusal)? = refused else { return #expect(Bool(false), "\(String(describing: refused))") }
        #expect(refusal.code == .denied)
        #expect(await store.calls == [.append])
        let entry = try #require(try await store.entries(JournalFilter()).first?.entry)
        #expect(entry.kind == .refused)
        #expect(entry.personal == [.init(.author, "ann@example.org")])
        #expect(try await store.sightings().map(\.lastOutcome) == ["denied", "denied"])
    }

    /// The author of a refusal is the one the setting named, not the From that the setting outweighs.
    @Test func refusalNamesTheResolvedAuthor() async throws {
        let store = MemoryStore()
        let deny = DirectoryEntity.deny(Deny(id: DenyID(trusted: "no"), mailbox: nil, covers: .address(FakeCompany.desk)))
        _ = await failure { try await accept([crlf], stage(store, Submission(purpose: .notification), also: [deny])) }
        #expect(try await store.entries(JournalFilter(author: "desk@example.org")).count == 1)
        #expect(try await store.sightings().map(\.address) == [FakeCompany.desk, FakeCompany.desk])
        let lost = MemoryStore()
        _ = await failure {
            try await accept(
                [crlf], stage(lost, Submission(purpose: .adHoc), also: [.setting(SettingKey(.adHocEmailFromAddress), "* Current User *")]))
        }
        #expect(try await lost.entries(JournalFilter()).first?.entry.personal.isEmpty == true)
    }

    struct Bad: CustomTestStringConvertible, Sendable {
        let name: String
        let bytes: [UInt8]
        var limits = AcceptStage.Limits()
        let isExpected: @Sendable (AcceptFailure) -> Bool
        var testDescription: String { name }

        init(
            _ name: String, _ text: String, limits: AcceptStage.Limits = .init(), _ isExpected: @escaping @Sendable (AcceptFailure) -> Bool
        ) {
            self.name = name
            self.bytes = Array(text.utf8)
            self.limits = limits
            self.isExpected = isExpected
        }
    }

    private static let good = "From: ann@example.org\r\nTo: rob@example.com\r\n"
    static let bad: [Bad] = [
        Bad("mixed line ends", good + "\r\nOne\nTwo\r\n") { if case .form = $0 { true } else { false } },
        Bad("bare CR in the body", good + "\r\nOne\rTwo\r\n") { if case .form = $0 { true } else { false } },
        Bad("CR at the very end", good + "\r\nOne\r") { if case .form = $0 { true } else { false } },
        Bad("NUL in the header", good + "X: \0\r\n\r\n") { if case .form(.nul(line: 3)) = $0 { true } else { false } },
        Bad("NUL in the body", good + "\r\nOne\0Two\r\n") { if case .form(.nul(line: 4)) = $0 { true } else { false } },
        Bad("no line end", "From: ann@example.org") { if case .header(.unterminatedLine) = $0 { true } else { false } },
        Bad("mbox line", "From ann Mon Nov 23\r\n" + good) { if case .header(.mboxLine) = $0 { true } else { false } },
        Bad("nothing at all", "") { if case .noRecipients = $0 { true } else { false } },
        Bad("nobody to send to", "From: ann@example.org\r\n\r\n") { if case .noRecipients = $0 { true } else { false } },
        Bad("unreadable To", "From: ann@example.org\r\nTo: rob@\r\n\r\n") { if case .recipient(.to, _) = $0 { true } else { false } },
        Bad("no From, no purpose", "To: rob@example.com\r\n\r\n") {
            if case .refused(let why) = $0 { why.code == .authorMissing } else { false }
        },
        Bad("one recipient too many", good + "Cc: eve@example.com\r\n\r\n", limits: .init(recipients: 1)) {
            if case .tooManyRecipients(1) = $0 { true } else { false }
        },
        Bad("circling", String(repeating: "Received: by relay.example.org\r\n", count: 101) + good + "\r\n") {
            if case .circling(101) = $0 { true } else { false }
        },
        Bad("one octet too many", good + "\r\n12345\r\n", limits: .init(size: good.utf8.count + 8)) {
            if case .tooLarge(let limit) = $0 { limit == good.utf8.count + 8 } else { false }
        },
    ]

    @Test(arguments: bad) func badInputKeepsNothing(_ bad: Bad) async throws {
        for pieces in [[bad.bytes], bad.bytes.map { [$0] }] {
            let store = MemoryStore()
            let why = try #require(await failure { try await accept(pieces, stage(store, limits: bad.limits)) })
            #expect(bad.isExpected(why), "\(why)")
            #expect(!why.description.isEmpty)
            #expect(await store.count(.accept) == 0)
            #expect(try await store.list(QueueFilter()).isEmpty)
        }
    }

    @Test func exactLimitsAreAllowed() async throws {
        let store = MemoryStore()
        let good = "Received: by relay.example.org\r\n" + Self.good
        let limits = AcceptStage.Limits(size: good.utf8.count + 9, recipients: 1, hops: 1)
        try await accept([Array((good + "\r\n12345\r\n").utf8)], stage(store, limits: limits))
        #expect(try await store.list(QueueFilter()).count == 1)
    }

    @Test(arguments: [MemoryStore.Call.write, .accept, .append]) func failingStoreKeepsNothing(_ call: MemoryStore.Call) async throws {
        let store = MemoryStore()
        await store.fail(call, with: .full)
        let body = [UInt8](repeating: 0x61, count: AcceptedMessage.chunkSize + 1)
        let from = call == .append ? "To: rob@example.com\r\n" : Self.good
        let why = await failure { try await accept([Array((from + "\r\n").utf8) + body], stage(store)) }
        guard case .store(.full)? = why else { return #expect(Bool(false), "\(String(describing: why))") }
        #expect(try await store.list(QueueFilter()).isEmpty)
        #expect(try await store.entries(JournalFilter()).isEmpty)
    }

    @Test func policyToHoldHolds() async throws {
        let store = MemoryStore()
        let from = Array("From: dora@example.org\r\nTo: rob@example.com\r\n\r\nHi\r\n".utf8)
        let receipt = try await accept([from], stage(store, also: [.setting(SettingKey(.fallback), "hold")]))
        #expect(receipt.held?.contains("dora@example.org") == true)
        #expect(try await store.show(receipt.id)?.state == .held)
        let entry = try #require(try await store.entries(JournalFilter(message: receipt.id)).first?.entry)
        #expect(entry.facts.contains(.init("held", "yes")))
        #expect(!entry.facts.contains { $0.value.contains("@") })
    }

    @Test func tenMegabytesNeverStandWhole() async throws {
        let store = MemoryStore()
        var generator = FakeGenerator(seed: 3)
        let line = (0..<78).map { _ in UInt8(0x21 + generator.next(upperBound: 90 as UInt64)) } + [0x0D, 0x0A]
        let body = Array((0..<(10_485_760 / 80)).map { _ in line }.joined())
        var stage = stage(store)
        try await stage.consume(Array((Self.good + "\r\n").utf8))
        for start in stride(from: 0, to: body.count, by: 65_537) {
            try await stage.consume(Array(body[start..<min(start + 65_537, body.count)]))
        }
        let id = try await stage.finish().id
        #expect(await store.largestChunk == AcceptedMessage.chunkSize)
        #expect(await store.count(.write) == body.count / AcceptedMessage.chunkSize - (body.count % AcceptedMessage.chunkSize == 0 ? 1 : 0))
        #expect(try await stored(store, id).suffix(body.count).elementsEqual(body))
    }

    @Test func automaticMessagesAreKnown() async throws {
        let cases: [(String, ReversePath?, Bool)] = [
            ("", nil, false), ("Auto-Submitted: no\r\n", nil, false), ("Auto-Submitted: No; x=y\r\n", nil, false),
            ("Auto-Submitted: auto-generated\r\n", nil, true), ("Auto-Submitted: (comment) no\r\n", nil, false), ("", .null, true),
            ("Auto-Submitted: auto-replied; owner=x\r\n", nil, true), ("Auto-Submitted:\r\n", nil, false),
        ]
        for (field, sender, isAutomatic) in cases {
            let store = MemoryStore()
            let id = try await accept([Array(field.utf8) + crlf], stage(store, Submission(envelopeSender: sender))).id
            #expect(try await store.show(id)?.message.isAutomatic == isAutomatic, "\(field)")
        }
    }

    /// What stays in the spool is the author's as it was then.
    @Test func purposeClientAndUserStay() async throws {
        let store = MemoryStore()
        let client = Client(id: ClientID(trusted: "c"), name: "C", credential: .uid(7), defaultPurpose: .notification)
        let id = try await accept([crlf], stage(store, Submission(client: client, user: UserID(trusted: "u-ann")))).id
        let message = try #require(try await store.show(id)).message
        #expect(message.client == client.id)
        #expect(message.purpose == .notification)
        #expect(message.user == UserID(trusted: "u-ann"))
        #expect(message.author == Author(NamedAddress(name: "Help Desk", address: FakeCompany.desk)))
        #expect(!message.hasEnvelopeSender)
        #expect(message.envelope.sender == .address(FakeCompany.desk))
    }
}

extension String {
    fileprivate func replacing(_ character: Character, with text: String) -> String { map { $0 == character ? text : String($0) }.joined() }
}

extension AcceptStageTests {
    /// cron writes `From: root (Cron Daemon)`, and other programs of the machine nothing at all.
    @Test(arguments: ["From: root (Cron Daemon)\n", "", "From: root@localhost\n"])
    func aMessageOfTheMachineWithoutAnAuthorIsAdministrative(_ from: String) async throws {
        let store = MemoryStore()
        var submission = Submission(recipients: [Recipient(address: FakeCompany.ann)])
        submission.origin = .account(uid: 0)
        let bytes = Array((from + "Subject: cron\n\nout\n").utf8)
        let receipt = try await accept([bytes], stage(store, submission, also: [.setting(SettingKey(.emailAdministratorUserID), "u-desk")]))
        let kept = try #require(try await store.show(receipt.id)).message
        #expect(kept.purpose == .administrator && kept.author.first.address == FakeCompany.desk)
        submission.origin = nil
        let refused = await failure { try await accept([bytes], stage(MemoryStore(), submission)) }
        if case .refused(let refusal)? = refused {
            #expect(refusal.code == .authorMissing)
        } else {
            Issue.record("anyone else must say who it is from")
        }
    }
}
