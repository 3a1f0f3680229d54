/// The reading doors' judgement, and what lies behind them.
extension ProviderState {
    mutating func judge(
        _ question: ReadingQuestion, at door: MailDoor, login: String?, connection: Int, now: Double
    ) -> ReadingAnswer {
        switch question {
        case .inbox: return .inbox(inbox(of: login ?? ""))
        case .signIn(let signIn):
            switch self.signIn(signIn, at: door, connection: connection, now: now) {
            case .success: return .opened
            // Exchange Online says yes to a good token and only then finds that it opens another mailbox (peers.md 3.9).
            case .failure(let denial) where denial.reason == .notThisMailbox && door == .imap && habits.flavour == .microsoft:
                return .notConnected
            case .failure(let denial): return .refused(denial.reason)
            }
        }
    }

    /// The scripted fault that is due at this sign-in, if any. One that ends it is recorded as such.
    mutating func fault(at question: ReadingQuestion, of door: MailDoor, connection: Int, now: Double) -> Fault.ReadingEffect? {
        guard !faults.isEmpty, case .signIn(let signIn) = question, let effect = faults.take(atReading: door, login: signIn.login) else {
            return nil
        }
        switch effect {
        case .unavailable, .drop:
            record.signIns.append(
                SignInAttempt(login: signIn.login ?? "", door: door, connection: connection, outcome: .faulted, time: now))
        case .stall, .delay: break
        }
        return effect
    }

    /// Messages of which only digests are kept cannot be read.
    private func inbox(of login: String) -> Inbox {
        guard let mailbox = tenant.mailbox(login: login) else { return Inbox(validity: record.generation) }
        let own = record.messages.filter { message in
            message.content != nil && message.recipients.contains { mailbox.takesMail(to: $0.address) }
        }
        return Inbox(
            validity: record.generation,
            messages: own.suffix(Inbox.most).map { DeliveredMessage(uid: $0.number, content: delivered($0)) })
    }

    /// With the From that was silently put there, if one was; Google tells what had been asked for (domain.md 3.5).
    private func delivered(_ message: AcceptedMessage) -> [UInt8] {
        let content = message.content ?? []
        guard message.from != message.deliveredFrom else { return content }
        var result: [UInt8] = []
        var isFrom = false
        let bodyStart = HeaderGlance(content).bodyStart
        var start = 0
        while start < bodyStart {
            let end = content[start..<bodyStart].firstIndex(of: 0x0A).map { $0 + 1 } ?? bodyStart
            let line = content[start..<end]
            start = end
            if line.first != 0x20, line.first != 0x09 {
                isFrom = String(decoding: line.prefix(5), as: UTF8.self).lowercased() == "from:"
                if isFrom {
                    result += Array("From: \(message.deliveredFrom.joined(separator: ", "))\r\n".utf8)
                    if habits.flavour == .google {
                        result += Array("X-Google-Original-From: \(message.from.joined(separator: ", "))\r\n".utf8)
                    }
                }
            }
            if !isFrom { result += line }
        }
        return result + content[bodyStart...]
    }
}
