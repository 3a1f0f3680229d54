import Foundation
import Mail
import Relay

@testable import SMTPTransmit

/// A dialogue of `Fixtures/smtp/out`, played against the pure machine.
///
/// `S:` the server says, `C:` the client must say, `@` what is sent, `TLS`, `SIGNED IN`, `CONTENT` and `CLOSE` are actions the machine must
/// take, `CONTENT BEGINS` is content that does not come to its end, `CLOSED` is the server hanging up, `=` the result.
struct Transcript {
    enum Feeding: CaseIterable {
        case whole, byteByByte, bareLF
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures/smtp/out")

    static func names() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }.sorted()
        guard !names.isEmpty else { throw Broken(description: "no transcripts in \(folder.path)") }
        return names
    }

    private var sender = "<ann@example.org>"
    private var recipients: [Recipient] = []
    private var ret: Envelope.Ret?
    private var envelopeID: String?
    private var size = 1000
    private var protection = SubmissionDialogue.Protection.startTLS
    private var tokenLength = 40
    private var lines: [Substring] = []

    init(named name: String) throws {
        let text = try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("@ ") { try set(line.dropFirst(2)) } else { lines.append(line) }
        }
        if recipients.isEmpty { recipients = [Recipient(address: try EmailAddress("bob@example.net"))] }
    }

    private mutating func set(_ line: Substring) throws {
        let words = line.split(separator: " ")
        switch words[0] {
        case "from": sender = String(words[1])
        case "to": recipients.append(try recipient(words.dropFirst()))
        case "ret": ret = Envelope.Ret(rawValue: String(words[1]))
        case "envid": envelopeID = String(words[1])
        case "size": size = Int(words[1]) ?? 0
        case "token": tokenLength = Int(words[1]) ?? 0
        case "security": protection = ["tls": .tls, "clear": .clearTextAllowed][words[1]] ?? .startTLS
        default: throw Broken(description: "unknown setting \(line)")
        }
    }

    private func recipient(_ words: ArraySlice<Substring>) throws -> Recipient {
        var recipient = Recipient(address: try EmailAddress(String(words.first ?? "")))
        for word in words.dropFirst() {
            if word.hasPrefix("NOTIFY=") { recipient.notify = Recipient.Notify(String(word.dropFirst(7))) }
            if word.hasPrefix("ORCPT=") { recipient.originalRecipient = String(word.dropFirst(6)) }
        }
        return recipient
    }

    /// Plays it to the end; throws at the first line that comes out otherwise.
    func play(_ feeding: Feeding) throws {
        let token = Secret(String(repeating: "kB3x.Zq-", count: tokenLength / 8))
        let signIn = SignIn(login: "robot@example.org", token: token, host: "mail.example.org", port: 587)
        func response(_ mechanism: SignIn.Mechanism) -> String {
            String(decoding: signIn.responseLine(mechanism).reveal().dropLast(2), as: UTF8.self)
        }
        let envelope = Envelope(sender: try ReversePath(sender), recipients: recipients, ret: ret, envelopeID: envelopeID)
        var player = Player(
            dialogue: SubmissionDialogue(name: "mandate.test", signIn: signIn, protection: protection), feeding: feeding,
            order: MailOrder(envelope: envelope, size: size))
        for line in lines {
            try player.play(
                String(line).replacing("{response}", with: response(.xoauth2)).replacing("{bearer}", with: response(.oauthbearer)))
        }
        try player.end()
    }
}

/// Holds the machine, what it was told in one go, and what it wants done.
private struct Player {
    var dialogue: SubmissionDialogue
    let feeding: Transcript.Feeding
    let order: MailOrder
    private var told: [UInt8] = []
    private var wanted: [String] = []

    init(dialogue: SubmissionDialogue, feeding: Transcript.Feeding, order: MailOrder) {
        self.dialogue = dialogue
        self.feeding = feeding
        self.order = order
    }

    mutating func play(_ line: String) throws {
        if line.hasPrefix("S:") {
            told += Array((line.dropFirst(2).drop { $0 == " " } + (feeding == .bareLF ? "\n" : "\r\n")).utf8)
            return
        }
        feed()
        switch line {
        case "CLOSED": take(dialogue.interrupted(.connectionClosed))
        case "CONTENT":
            try expect("CONTENT")
            dialogue.contentLeft()
        case "CONTENT BEGINS": try expect("CONTENT")
        case "SIGNED IN":
            try expect(line)
            take(dialogue.begin(order))
        default: try expect(line)
        }
    }

    mutating func end() throws {
        feed()
        guard wanted.isEmpty else { throw Transcript.Broken(description: "left over: \(wanted)") }
    }

    private mutating func feed() {
        if feeding == .byteByByte {
            for byte in told { take(dialogue.received([byte])) }
        } else if !told.isEmpty {
            take(dialogue.received(told))
        }
        told = []
    }

    private mutating func expect(_ line: String) throws {
        let got = wanted.isEmpty ? "nothing" : wanted.removeFirst()
        guard got == line else { throw Transcript.Broken(description: "wanted “\(line)”, got “\(got)”, then \(wanted)") }
    }

    private mutating func take(_ actions: [SubmissionDialogue.Action]) {
        for action in actions {
            switch action {
            case .send(let text): wanted += commands(text)
            case .sendSecret(let line): wanted += commands(String(decoding: line.reveal(), as: UTF8.self))
            case .startTLS: wanted.append("TLS")
            case .signedIn: wanted.append("SIGNED IN")
            case .sendContent: wanted.append("CONTENT")
            case .finished(let result): wanted.append("= " + words(for: result))
            case .close: wanted.append("CLOSE")
            }
        }
    }

    private func commands(_ text: String) -> [String] {
        text.components(separatedBy: "\r\n").dropLast().map { $0.isEmpty ? "C:" : "C: \($0)" }
    }

    private func words(for result: Result<[RecipientReply], TransmitFailure>) -> String {
        switch result {
        case .success(let replies): replies.map { "\($0.stage.rawValue) \($0.reply)" }.joined(separator: " | ")
        case .failure(let failure): "failed \(failure)" + (failure.contentHadLeft ? " (the content had left)" : "")
        }
    }
}
