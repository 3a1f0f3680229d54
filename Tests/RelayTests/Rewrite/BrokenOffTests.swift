import Mail
import Relay
import TestSupport
import Testing

/// A rewrite that is broken off, wherever, leaves nothing that is half old and half new.
@Suite(.timeLimit(.minutes(20)))
struct BrokenOffTests {
    /// Whatever of a header there is, From, Sender and Reply-To come out as decided or it is refused.
    @Test(arguments: ["own-reply-both", "on-behalf-reply-both", "reply-to-reply-both"])
    func aHeaderThatEndsAtAnyOctetIsRewrittenWholeOrRefused(_ name: String) throws {
        let folder = FixtureFolder.at("rewrite/\(name)")
        let passage = try RewriteCase(folder).passage(of: folder.bytes("in.eml"))
        let bytes = passage.settled.bytes
        let old = try AddressList(parsing: passage.settled.first(.from)?.value ?? []).addresses
        var rewrites = 0
        for end in 0...bytes.count {
            let header: HeaderBlock
            do throws(HeaderError) { header = try HeaderBlock(Array(bytes[..<end])) } catch { continue }
            rewrites += 1
            let rewritten = try Rewriter.rewrite(header, passage.decision, passage.circumstances).header
            let from = rewritten.fields(named: .from)
            #expect(from.count == 1 && from[0].line.suffix(2) == [0x0D, 0x0A], "\(end)")
            #expect(try AddressList(parsing: from[0].value).addresses.map(\.address) == passage.decision.fields.from.map(\.address))
            #expect(Untouched.fields(of: rewritten) == Untouched.fields(of: header), "\(end)")
            if passage.decision.route == .replyTo {
                let places = [FieldName.from, .sender].flatMap { rewritten.fields(named: $0) }
                for field in places {
                    #expect(try AddressList(parsing: field.value).addresses.allSatisfy { !old.map(\.address).contains($0.address) })
                }
            }
        }
        #expect(rewrites > 5)
    }

    /// What broke off is sent again whole, from what was accepted: nothing of the first try is left in it.
    @Test(arguments: [true, false]) func whatBrokeOffOnTheWayIsSentAgainAsAWhole(_ contentHadLeft: Bool) async throws {
        let service = try await FakeService()
        _ = try await service.store.apply(Samples.edit(.setting(SettingKey(.mode), "reply-to")))
        try await service.accept("m")
        let accepted = try #require(try await service.store.show(SpoolID(trusted: "m"))).message
        service.transmit.answer { _ in
            .failure(TransmitFailure(stage: .content, cause: .connectionClosed, contentHadLeft: contentHadLeft))
        }
        guard case .waiting? = try await service.attempt()?.state else { return #expect(Bool(false)) }
        #expect(try await service.store.show(SpoolID(trusted: "m"))?.message == accepted)
        service.transmit.answer { _ in .success([.taken]) }
        service.clock.advance(by: 3600)
        #expect(try await service.attempt()?.state == .done)
        let sent = service.transmit.sent
        #expect(sent.count == 2 && sent[0].bytes == sent[1].bytes)
        #expect(String(decoding: sent[1].bytes, as: UTF8.self).contains("<m@example.org>"))
        #expect(sent[1].bytes.count > accepted.header.count)
    }
}
