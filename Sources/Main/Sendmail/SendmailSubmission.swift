internal import Relay

/// One message through the service's socket.
struct SendmailSubmission: ~Copyable {
    enum Outcome {
        case taken
        case refused(CommandFailure)
        /// The service went away before the message was complete: this much of it was read already.
        case lost([UInt8])
    }

    private var socket: SubmissionSocket
    private let options: SendmailOptions
    private let letter: SendmailLetter
    private let mostKept: Int
    private var isAtLineStart = true

    init(socket: consuming SubmissionSocket, options: SendmailOptions, letter: SendmailLetter, keeping mostKept: Int) {
        self.socket = socket
        self.options = options
        self.letter = letter
        self.mostKept = mostKept
    }

    mutating func run(_ start: [UInt8], _ input: inout SendmailInput) throws(CommandFailure) -> Outcome {
        var refusal: CommandFailure?
        do throws(SubmissionSocket.Lost) { try envelope(&refusal) } catch {
            // What was refused before it broke off stays refused: put down, it would be refused where nobody hears it.
            if refusal == nil || refusal?.status == .temporary { return .lost(start) }
        }
        if let refusal { return .refused(refusal) }
        var kept = start
        var isWhole = true
        do throws(SubmissionSocket.Lost) { try socket.send(stuffed(start)) } catch { return .lost(kept) }
        while case let piece = try input.next(), !piece.isEmpty {
            isWhole = isWhole && kept.count + piece.count <= mostKept
            if isWhole { kept += piece } else { kept = [] }
            do throws(SubmissionSocket.Lost) { try socket.send(stuffed(piece)) } catch {
                return isWhole ? .lost(kept) : .refused(Self.uncertain("broke off before the message was complete"))
            }
        }
        do throws(SubmissionSocket.Lost) {
            try socket.send(Array(".\r\n".utf8))
            let reply = try socket.reply()
            return reply.code == 250 ? .taken : .refused(Self.failure(reply))
        } catch {
            // It may have been kept: to put it down again would send it twice, and whoever called us can decide that better.
            return .refused(Self.uncertain("did not answer the end of the message"))
        }
    }

    private static func uncertain(_ what: String) -> CommandFailure { CommandFailure(.temporary, "the service \(what): try again") }

    /// `failure`: the first refusal; without one the content may come. Some recipients refused is the message refused: its caller hears one status, and nothing is
    /// kept of what breaks off.
    private mutating func envelope(_ failure: inout CommandFailure?) throws(SubmissionSocket.Lost) {
        var commands = ["EHLO localhost", "MAIL FROM:<\(letter.sender)>\(needsUTF8 ? " SMTPUTF8" : "")\(parameters)"]
        let notify = options.notify.map { " NOTIFY=\($0)" } ?? ""
        commands += letter.recipients.map { "RCPT TO:<\($0)>\(notify)" }
        commands.append("DATA")
        // In one piece: it is one round trip for all.
        try socket.send(Array((commands.joined(separator: "\r\n") + "\r\n").utf8))
        let greeting = try socket.reply()
        guard greeting.code == 220 else { return failure = Self.failure(greeting) }
        for _ in commands.dropLast() {
            let reply = try socket.reply()
            if reply.code >= 400, failure == nil { failure = tooMany(reply) ?? Self.failure(reply) }
        }
        let data = try socket.reply()
        if data.code != 354, failure == nil { failure = Self.failure(data) }
    }

    /// The same call has as many recipients next time, so it is for good. Nor is it split here: of two messages the one may be taken and the other refused, and there is
    /// one status to say so with; whoever called would send the first part again.
    private func tooMany(_ reply: SubmissionSocket.Reply) -> CommandFailure? {
        guard reply.code == 452, reply.enhanced == "4.5.3" else { return nil }
        return .data(
            "\(letter.recipients.count) recipients are too many for one message: \(reply.text) (call sendmail once for each part, or set smtp.recipients in serve.yaml)"
        )
    }

    private var needsUTF8: Bool { ([letter.sender] + letter.recipients).contains { $0.utf8.contains { $0 >= 0x80 } } }

    private var parameters: String {
        (options.ret.map { " RET=\($0)" } ?? "") + (options.envelopeID.map { " ENVID=\($0)" } ?? "")
    }

    /// A dot before each line that begins with one (RFC 5321 section 4.5.2).
    private mutating func stuffed(_ lines: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(lines.count + 64)
        var rest = lines[...]
        while !rest.isEmpty {
            if isAtLineStart, rest.first == UInt8(ascii: ".") { output.append(UInt8(ascii: ".")) }
            let end = rest.firstIndex(of: 0x0A)
            output += rest[...(end ?? rest.endIndex - 1)]
            isAtLineStart = end != nil
            rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
        }
        return output
    }

    /// From an enhanced code to what the callers of sendmail know.
    private static func failure(_ reply: SubmissionSocket.Reply) -> CommandFailure {
        // A refusal ends with its code, which says more than the enhanced one.
        let code = reply.text.split(separator: "(").last.flatMap { $0.last == ")" ? RefusalCode(rawValue: String($0.dropLast())) : nil }
        let status: ExitStatus =
            switch (reply.code, reply.enhanced) {
            case (550, "5.7.1") where code != nil: code?.status ?? .notPermitted
            case (400..<500, _): .temporary
            case (530, _), (_, "5.7.1"), (_, "5.7.0"): .notPermitted
            case (_, let code) where code.hasPrefix("5.1."): .unknownUser
            case (_, let code) where code.hasPrefix("5.6.") || code.hasPrefix("5.3."): .data
            case (501, _), (555, _): .usage
            default: .unavailable
            }
        return CommandFailure(status, reply.text)
    }
}
