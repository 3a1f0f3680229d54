internal import Relay

/// Looks for one message in INBOX over IMAP, by its Message-ID, and reads its header. Nothing is changed there; not even "seen".
package struct InboxSearch: Sendable {
    private let signIn: InboxSignIn
    private let messageID: String

    /// `messageID` with its angle brackets.
    package init(_ messageID: String, by signIn: InboxSignIn) {
        precondition(signIn.kind == .imap, "POP3 has no search")
        precondition(messageID.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x22 && $0 != 0x5C }, "a Message-ID of ours needs no quoting")
        self.signIn = signIn
        self.messageID = messageID
    }

    /// The header, up to and with its empty line; nil: no such message is there now.
    package func header() async throws(InboxSignIn.Failure) -> [UInt8]? {
        try await InboxThread.run { () throws(InboxSignIn.Failure) in
            let dialogue = try InboxDialogue(signIn)
            let found = try dialogue.ask("UID SEARCH HEADER Message-ID \"\(messageID)\"", at: "INBOX")
            guard let uid = Self.last(found) else { return nil }
            return try dialogue.ask(nil, at: "INBOX;UID=\(uid);SECTION=HEADER")
        }
    }

    /// The last number of `* SEARCH 4 9`: the copy that came last.
    private static func last(_ answer: [UInt8]) -> Int? {
        let lines = String(decoding: answer, as: UTF8.self).split { $0.isNewline }
        guard let line = lines.last(where: { $0.uppercased().hasPrefix("* SEARCH") }) else { return nil }
        return line.split(separator: " ").dropFirst(2).compactMap { Int($0) }.max()
    }
}
