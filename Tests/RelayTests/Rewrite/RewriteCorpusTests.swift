import Foundation
import Mail
import Relay
import TestSupport
import Testing

/// Real messages, our own and others', on every route: only what is named may change, and twice is once.
struct RewriteCorpusTests {
    private static let ours = FixtureFolder.fixtures.appending(path: "messages")
    /// Data by others, which is not part of the project; the tests pass without it.
    private static let theirs = FixtureFolder.repository.deletingLastPathComponent().appending(path: "shared/corpora/messages")

    private static func messages(below folder: URL) -> [URL] {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
        return files.filter { ["eml", "txt"].contains($0.pathExtension) }.sorted { $0.path < $1.path }
    }

    @Test func ourMessagesAreRewrittenAndNothingElse() throws {
        let messages = Self.messages(below: Self.ours)
        #expect(messages.count >= 30)
        for message in messages { try expectOnlyNamedFieldsChange(message, [UInt8](try Data(contentsOf: message))) }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: theirs.path)))
    func othersMessagesAreRewrittenOrRefusedWithAReason() throws {
        var refused = 0
        let messages = Self.messages(below: Self.theirs)
        for message in messages {
            // Version control keeps one line end; the accepted form is reached from either.
            let bytes = MessageParts.lf([UInt8](try Data(contentsOf: message)))
            do {
                try expectOnlyNamedFieldsChange(message, bytes)
                try expectOnlyNamedFieldsChange(message, MessageParts.crlf(bytes))
            } catch let error as HeaderError {
                refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(messages.count > 50)
        #expect(refused < messages.count / 3, "\(refused) of \(messages.count) were refused")
    }

    private func expectOnlyNamedFieldsChange(_ file: URL, _ bytes: [UInt8]) throws {
        let (header, _) = try MessageParts.split(bytes)
        let block = try HeaderBlock(header)
        for (name, decision) in try Self.decisions {
            for isAutomatic in [false, true] {
                let circumstances = Rewriter.Circumstances(
                    isAutomatic: isAutomatic, envelopeSender: isAutomatic ? .null : nil, providerTakesNullSender: false)
                let once = try Rewriter.rewrite(block, decision, circumstances)
                let what: Comment = "\(file.lastPathComponent) by \(name)"
                #expect(Untouched.fields(of: once.header) == Untouched.fields(of: block), what)
                #expect(try Rewriter.rewrite(once.header, decision, circumstances).header.bytes == once.header.bytes, what)
                let from = try AddressList(parsing: once.header.first(.from)?.value ?? []).addresses.map(\.address)
                #expect(from == decision.fields.from.map(\.address), what)
                #expect(once.header.first(.bcc) == nil, what)
            }
        }
    }

    /// One decision a route, the message's own From aside.
    private static var decisions: [(name: String, Decision)] {
        get throws {
            let cases = [("own", "own-reply-both"), ("on-behalf", "on-behalf-reply-both"), ("reply-to", "reply-to-reply-both")]
            return try cases.map { name, folder in
                let folder = FixtureFolder.at("rewrite/\(folder)")
                return (name, try RewriteCase(folder).passage(of: folder.bytes("in.eml")).decision)
            }
        }
    }
}
