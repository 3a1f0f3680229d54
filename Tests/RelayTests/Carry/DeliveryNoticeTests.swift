import Mail
import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// What is given up is told to whoever sent it, in the commit that gives it up, and never to a machine that would answer.
struct DeliveryNoticeTests {
    private func refused(_ service: FakeService, _ texts: String...) {
        let replies = texts.map { text in
            let words = text.split(separator: " ", maxSplits: 2).map(String.init)
            return RecipientReply(
                stage: words[0] == "250" ? .content : .rcpt,
                reply: ProviderReply(code: Int(words[0]) ?? 0, enhanced: words[1], text: words.count > 2 ? words[2] : ""))
        }
        service.transmit.answer { _ in .success(replies) }
    }

    private func administrator(_ service: FakeService) async throws {
        _ = try await service.store.apply(
            DirectoryEdit([.put(.setting(SettingKey(.emailAdministratorUserID), "u-desk"))], by: "root", at: service.clock.now))
    }

    private func notice(_ service: FakeService) async throws -> (message: AcceptedMessage, body: String)? {
        guard let notice = try await service.attempt()?.notice else { return nil }
        return (notice.message, String(decoding: notice.body, as: UTF8.self))
    }

    @Test func senderIsToldInWordsAndForPrograms() async throws {
        let service = try await FakeService()
        try await administrator(service)
        try await service.accept("m", to: ["rob@example.com", "ok@example.com"])
        refused(service, "550 5.1.1 no such user", "250 2.0.0 queued")
        let (message, body) = try #require(try await notice(service))
        #expect(message.envelope.sender == .null && message.envelope.recipients.map(\.address) == [FakeCompany.ann])
        #expect(message.author.first.address == FakeCompany.desk && message.purpose == .administrator && message.isAutomatic)
        let header = try HeaderBlock(message.header)
        #expect(header.first(.autoSubmitted)?.unfolded() == "auto-replied")
        #expect(header.first(.to)?.unfolded() == "ann@example.org")
        #expect(header.first(.subject)?.unfolded() == "Not delivered: your message to rob@example.com")
        #expect(header.first(.contentType)?.unfolded().hasPrefix("multipart/report; report-type=delivery-status;") == true)
        #expect(header.first(.inReplyTo)?.unfolded() == "<m@example.org>")
        for line in [
            "the recipient is refused: 550 5.1.1 no such user", "Final-Recipient: rfc822; rob@example.com", "Action: failed",
            "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 no such user", "Message-ID: <m@example.org>", "It was tried once",
        ] { #expect(body.contains(line), "\(line) in \(body)") }
        #expect(!body.contains("ok@example.com"), "it was reached")
        #expect(body.utf8.allSatisfy { $0 < 0x80 } && !body.contains("\n\n"))
        #expect(message.bodySize == body.utf8.count)
    }

    /// RFC 3461 section 5.2.2: who asked to hear of success hears at least that it went to where nobody tells.
    @Test(arguments: [true, false]) func successIsToldWhereTheServerDoesNot(_ takesReports: Bool) async throws {
        let service = try await FakeService()
        try await administrator(service)
        try await service.accept("m", to: ["rob@example.com"], notify: [.success, .failure])
        let reply = RecipientReply(
            stage: .content, reply: ProviderReply(code: 250, enhanced: "2.0.0", text: "queued"), takesReports: takesReports)
        service.transmit.answer { _ in .success([reply]) }
        let told = try await notice(service)
        guard !takesReports else {
            #expect(told == nil)
            return
        }
        let (message, body) = try #require(told)
        #expect(try HeaderBlock(message.header).first(.subject)?.unfolded() == "Passed on: your message to rob@example.com")
        for line in ["Action: relayed", "Status: 2.0.0", "has left for:"] {
            #expect(body.contains(line), "\(line) in \(body)")
        }
        #expect(!body.contains("Action: failed"))
    }

    /// It is a message like any other: the null sender where the provider takes it, through the mailbox of whoever it is from.
    @Test func noticeIsSentByTheAdministrator() async throws {
        let service = try await FakeService()
        try await administrator(service)
        try await service.accept("m")
        refused(service, "550 5.1.1 no such user")
        #expect(try await service.attempt()?.notice != nil)
        service.transmit.answer { _ in .success([.taken]) }
        let sent = try #require(try await service.attempt())
        #expect(sent.state == .done && service.transmit.sent.last?.login == "desk-login")
        #expect(service.transmit.sent.last?.envelope.recipients.map(\.address) == [FakeCompany.ann])
    }

    /// Who wrote a wrong address learns it at once, and not when the slowest of the others has been given up.
    @Test func oneWhoIsRefusedIsToldOfWhileTheOthersAreTried() async throws {
        let service = try await FakeService()
        try await administrator(service)
        try await service.accept("m", to: ["gone@example.com", "busy@example.com", "ok@example.com"])
        refused(service, "550 5.1.1 no such user", "451 4.7.1 Greylisted", "250 2.0.0 queued")
        let first = try #require(try await service.attempt())
        guard case .waiting(_, let why) = first.state else { return #expect(Bool(false), "\(first.state)") }
        #expect(why.hasPrefix("1 refused, 1 sent, 1 waits: "), "\(why)")
        #expect(try first.facts("outcome") == ["retry"])
        let body = String(decoding: try #require(first.notice).body, as: UTF8.self)
        #expect(body.contains("Final-Recipient: rfc822; gone@example.com") && body.contains("Status: 5.1.1"))
        #expect(!body.contains("busy@example.com") && body.contains("For another recipient it is still being tried"))
    }

    @Test func fiveDaysLaterTheRestIsToldOfAndNobodyTwice() async throws {
        let service = try await FakeService()
        try await administrator(service)
        try await service.accept("m", to: ["gone@example.com", "busy@example.com"])
        refused(service, "550 5.1.1 no such user", "451 4.7.1 Greylisted")
        #expect(try await service.attempt()?.notice != nil)
        service.transmit.answer { _ in .success([.taken]) }
        #expect(try await service.attempt()?.state == .done, "the notice itself has left")
        refused(service, "451 4.7.1 Greylisted")
        service.clock.advance(by: 5 * 86_400 + 1)
        let last = try #require(try await service.attempt())
        guard case .failed(let why) = last.state else { return #expect(Bool(false), "\(last.state)") }
        #expect(why.hasPrefix("1 refused, 1 not reached: given up after five days"), "\(why)")
        let body = String(decoding: try #require(last.notice).body, as: UTF8.self)
        #expect(!body.contains("gone@example.com") && body.contains("Status: 5.4.7"), "\(body)")
        #expect(body.contains("given up after five days"))
    }

    /// Too big for every way out: that is what the sender reads, and not that the time is over.
    @Test func whatFitsNowhereIsTooBig() async throws {
        let service = try await FakeService()
        try await administrator(service)
        var provider = FakeCompany.provider
        provider.limits.messageSize = 10
        _ = try await service.store.apply(Samples.edit(.provider(provider)))
        try await service.accept("m")
        let (_, body) = try #require(try await notice(service))
        #expect(body.contains("Status: 5.3.4"), "\(body)")
    }

    @Test func aNoticeCausesNone() async throws {
        let service = try await FakeService()
        try await administrator(service)
        try await service.accept("m")
        refused(service, "550 5.1.1 no such user")
        #expect(try await service.attempt()?.notice != nil)
        let failed = try #require(try await service.attempt())
        guard case .failed = failed.state else { return #expect(Bool(false), "\(failed.state)") }
        #expect(failed.notice == nil, "it stays in the queue, visible")
    }

    /// RFC 3461 section 4.1.
    @Test(arguments: [(Recipient.Notify.never, false), (Recipient.Notify.success, false), (Recipient.Notify.failure.union(.delay), true)])
    func whoWantsNoneGetsNone(_ notify: Recipient.Notify, _ isTold: Bool) async throws {
        let service = try await FakeService()
        try await administrator(service)
        try await service.accept("m", notify: notify)
        refused(service, "550 5.1.1 no such user")
        #expect((try await service.attempt()?.notice != nil) == isTold)
    }

    /// RFC 3461 section 4.3: who asked for the whole message gets it back, byte for byte, as far as it is no burden.
    @Test(arguments: [
        (Envelope.Ret?.none, "Hello\r\n", "text/rfc822-headers", "Its header is attached"),
        (.hdrs, "Hello\r\n", "text/rfc822-headers", "Its header is attached"),
        (.full, "Hello\r\n", "message/rfc822\r\n\r\nFrom: <ann@example.org>", "It is attached"),
        (.full, "caf\u{e9}\r\n", "message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\nFrom:", "It is attached"),
        (.full, String(repeating: "Hello\r\n", count: 150_000), "text/rfc822-headers", "It is too long to come back whole"),
    ]) func asMuchComesBackAsWasAskedFor(_ ret: Envelope.Ret?, _ text: String, _ type: String, _ words: String) async throws {
        let service = try await FakeService()
        try await service.accept("m", ret: ret, body: text)
        refused(service, "550 5.1.1 no such user")
        let (message, body) = try #require(try await notice(service))
        #expect(body.contains("Content-Type: \(type)") && body.contains(words), "\(body.prefix(2000))")
        #expect(body.contains("\r\n\r\n" + text + "\r\n--") == type.hasPrefix("message"))
        #expect((try HeaderBlock(message.header).first(.contentTransferEncoding) != nil) == text.contains("\u{e9}"))
        #expect(body.utf8.count < 2 << 20)
    }

    /// A server's diagnosis is what a server said; what we know ourselves has a status of its own and stands in the words.
    @Test(arguments: [
        (TransmitFailure(stage: .mail, cause: .notOffered("SMTPUTF8")), "5.6.7", nil),
        (TransmitFailure(stage: .content, cause: .notOffered("8BITMIME")), "5.6.3", nil),
        (TransmitFailure(stage: .content, cause: .tooLarge(size: 2, limit: 1)), "5.3.4", nil),
        (TransmitFailure.said(.content, 554, "5.6.1", "no such media"), "5.6.1", "smtp; 554 5.6.1 no such media"),
        (TransmitFailure.said(.content, 554, "", "no"), "5.0.0", "smtp; 554 no"),
    ]) func whatAServerSaidIsToldFromWhatWeSay(_ failure: TransmitFailure, _ status: String, _ diagnosis: String?) async throws {
        let service = try await FakeService()
        try await service.accept("m")
        service.transmit.answer { _ in .failure(failure) }
        let body = try #require(try await notice(service)).body
        #expect(body.contains("Status: \(status)\r\n"), "\(body)")
        let line = body.components(separatedByCRLF: ()).first { $0.hasPrefix("Diagnostic-Code: ") }
        #expect(line.map(String.init) == diagnosis.map { "Diagnostic-Code: \($0)" })
    }

    private func remove(_ keys: EntityKey..., in service: FakeService) async throws {
        _ = try await service.store.apply(DirectoryEdit(keys.map { .remove($0) }, by: "root", at: service.clock.now))
    }

    /// A store in which nobody has thought of administrative mail still tells authors what became of theirs.
    @Test func withoutAnAdministratorTheCarrierTellsIt() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        refused(service, "550 5.1.1 no such user")
        let (message, _) = try #require(try await notice(service))
        #expect(message.author.first.address == FakeCompany.desk && message.envelope.recipients.map(\.address) == [FakeCompany.ann])
    }

    @Test func withoutACarrierTheMailboxItselfTellsIt() async throws {
        let service = try await FakeService()
        try await remove(EntityKey(.setting, SettingKey(.emailFromUserID).description), in: service)
        try await service.accept("m")
        refused(service, "550 5.1.1 no such user")
        #expect(try await notice(service)?.message.author.first.address == FakeCompany.ann)
        service.transmit.answer { _ in .success([.taken]) }
        #expect(try await service.attempt()?.state == .done && service.transmit.sent.last?.login == "ann-login")
    }

    /// An administrator without a mailbox is told of by `doctor`; until it is mended another tells.
    @Test func anAdministratorWhoCannotSendIsReplaced() async throws {
        let service = try await FakeService()
        try await administrator(service)
        try await remove(
            EntityKey(.mailbox, "desk"), EntityKey(.delegation, FakeCompany.delegation.text),
            EntityKey(.setting, SettingKey(.emailFromUserID).description), in: service)
        try await service.accept("m")
        refused(service, "550 5.1.1 no such user")
        #expect(try await notice(service)?.message.author.first.address == FakeCompany.ann)
    }

    @Test func withNobodyToSendItItStaysInTheQueue() async throws {
        let service = try await FakeService()
        try await service.accept("m")
        let everyone = Deny(id: DenyID(trusted: "no"), mailbox: nil, covers: .any)
        _ = try await service.store.apply(DirectoryEdit([.put(.deny(everyone))], by: "root", at: service.clock.now))
        service.clock.advance(by: 5 * 86_400 + 1)
        let settlement = try #require(try await service.attempt())
        guard case .failed = settlement.state else { return #expect(Bool(false), "\(settlement.state)") }
        #expect(settlement.notice == nil, "it stays in the queue, visible")
    }

    @Test(arguments: [
        ("plain", "plain"), ("a=b", "a=3Db"), ("caf\u{e9}", "caf=C3=A9"), ("end \r\nnext", "end=20\r\nnext"), ("tab\t", "tab=09"),
        ("a\rb", "a=0Db"), ("two  words", "two  words"), ("", ""),
    ]) func quotedPrintable(_ text: String, _ encoded: String) {
        #expect(String(decoding: QuotedPrintable.encode(text.utf8), as: UTF8.self) == encoded)
    }

    @Test func quotedPrintableLinesStayShort() {
        let encoded = QuotedPrintable.encode(Array(String(repeating: "=\u{e9} x", count: 200).utf8))
        let lines = String(decoding: encoded, as: UTF8.self).components(separatedByCRLF: ())
        #expect(lines.allSatisfy { $0.utf8.count <= 76 } && lines.count > 10)
    }
}

extension String {
    fileprivate func components(separatedByCRLF: Void) -> [Substring] { split(separator: "\r\n", omittingEmptySubsequences: false) }
}
