import Mail
import Relay
import Testing

/// Every dialogue below `Fixtures/smtp/in`, said in step, octet by octet and in one piece, comes out the same.
@Suite(.timeLimit(.minutes(20)))
struct DialogueTests {
    @Test(arguments: try Dialogue.all(), Conversation.Feed.allCases)
    func isAnsweredAsWritten(_ dialogue: Dialogue, _ feed: Conversation.Feed) async throws {
        guard feed != .inOnePiece || dialogue.heads["in-step"] == nil, feed == .inStep || dialogue.heads["one-write"] == nil else { return }
        let conversation = try await Conversation(dialogue)
        do { try await conversation.play(dialogue, feed) } catch { Issue.record("\(dialogue) \(feed): \(error)") }
        await conversation.hangUp()
        let kept = try await conversation.kept()
        for result in dialogue.results {
            let words = result.split(separator: " ", maxSplits: 1).map(String.init)
            let value = words.count > 1 ? words[1] : ""
            switch words[0] {
            case "kept": #expect(kept.count == Int(value), "\(dialogue) \(feed)")
            case "from": #expect(kept.last?.message.envelope.sender.description == value)
            case "to": #expect(kept.last?.message.envelope.recipients.map(\.address.description).joined(separator: " ") == value)
            case "purpose": #expect(kept.last?.message.purpose?.rawValue == value)
            case "user": #expect(kept.last?.message.user?.text == value)
            case "client": #expect(kept.last?.message.client?.text == value)
            case "notify":
                #expect(kept.last?.message.envelope.recipients.map { $0.notify?.description ?? "-" }.joined(separator: " ") == value)
            case "orcpt": #expect(kept.last?.message.envelope.recipients.first?.originalRecipient == value)
            case "envid": #expect(kept.last?.message.envelope.envelopeID == value)
            case "ret": #expect(kept.last?.message.envelope.ret?.rawValue == value)
            case "has":
                #expect(
                    kept.last?.text.contains(value.replacing("\\r\\n", with: "\r\n")) == true, "\(value) in \(kept.last?.text ?? "nothing")"
                )
            case "lacks": #expect(kept.last?.text.contains(value) == false)
            case "ends":
                #expect(
                    kept.last?.text.hasSuffix(value.replacing("\\r\\n", with: "\r\n")) == true,
                    "\(value) at the end of \(kept.last?.text ?? "nothing")")
            default: Issue.record("\(dialogue): unknown result \(result)")
            }
        }
    }
}
