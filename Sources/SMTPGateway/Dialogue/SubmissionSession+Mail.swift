internal import Mail
internal import Relay

/// MAIL, RCPT and DATA.
extension SubmissionSession {
    mutating func mail(_ command: CommandLine) -> [Action] {
        guard clientName != nil else { return [.reply(Reply(503, "5.5.1", "EHLO comes first"))] }
        guard transaction == nil else { return [.reply(Reply(503, "5.5.1", "there is a MAIL already: RSET forgets it"))] }
        guard admission != nil else { return [.reply(unknownClient)] }
        do throws(PathArgument.Failure) {
            let argument = try PathArgument(command.argument, after: "FROM", takesAccounts: isLocal)
            var transaction = Transaction()
            if case .path(let path) = argument.target { transaction.sender = path }
            for parameter in argument.parameters {
                if let refusal = take(parameter, into: &transaction) { return [.reply(refusal)] }
            }
            if let refusal = utf8Refusal(transaction.sender?.address, transaction) { return [.reply(refusal)] }
            self.transaction = transaction
            return [.reply(Reply(250, "2.1.0", "ok"))]
        } catch { return [.reply(Self.reply(error, to: "MAIL FROM:<address>", code: "5.1.7"))] }
    }

    private var isLocal: Bool { if case .local = terms.origin { true } else { false } }

    /// What a client hears that nobody let in, and how that is mended.
    private var unknownClient: Reply {
        switch terms.origin {
        case .local(let uid): Reply(530, "5.7.0", "uid \(uid) is no client: mandate clients add NAME --uid \(uid)")
        case .network where maySignIn:
            Reply(530, "5.7.0", "sign in with AUTH first: a client's name, and its key from mandate clients add NAME --key")
        case .network where offersTLS: Reply(530, "5.7.0", "STARTTLS first, then AUTH")
        case .network: Reply(530, "5.7.0", "this network is no client's, and without TLS nobody can sign in")
        }
    }

    private func take(_ parameter: PathArgument.Parameter, into transaction: inout Transaction) -> Reply? {
        guard isExtended else { return Reply(555, "5.5.4", "parameters come after EHLO") }
        switch (parameter.keyword, parameter.value) {
        case ("SIZE", let value?):
            guard value.utf8.count <= 20, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { break }
            // A number too big for us is too big for the message, too.
            guard let size = Int(value), size <= terms.size else {
                return Reply(552, "5.3.4", "the message is larger than \(terms.size) octets")
            }
            return nil
        case ("BODY", let value?) where ["7BIT", "8BITMIME"].contains(value.uppercased()): return nil
        case ("SMTPUTF8", nil):
            transaction.isUTF8 = true
            return nil
        case ("RET", let value?):
            guard let ret = Envelope.Ret(rawValue: value.uppercased()) else { break }
            transaction.ret = ret
            return nil
        case ("ENVID", let value?):
            // RFC 3461 section 4.4
            guard value.utf8.count <= 100, XText.isValid(value.utf8) else { break }
            transaction.envelopeID = value
            return nil
        // Who submitted it first (RFC 4954 section 5): we know who submits it to us, and say no more.
        case ("AUTH", .some): return nil
        case ("SIZE", _), ("BODY", _), ("SMTPUTF8", _), ("RET", _), ("ENVID", _), ("AUTH", _): break
        default: return Reply(555, "5.5.4", "there is no parameter \(parameter.keyword)")
        }
        return Reply(501, "5.5.4", "\(parameter.keyword) cannot be \(parameter.value ?? "without a value")")
    }

    mutating func recipient(_ command: CommandLine) -> [Action] {
        guard let transaction else { return [.reply(Reply(503, "5.5.1", "MAIL comes first"))] }
        guard transaction.recipients.count < terms.recipients else {
            return [.reply(Reply(452, "4.5.3", "more than \(terms.recipients) recipients: send the rest as another message"))]
        }
        let refusal: Reply
        do throws(PathArgument.Failure) {
            let argument = try PathArgument(command.argument, after: "TO", takesAccounts: isLocal)
            switch argument.target {
            case .account(let name):
                expected = .verdict
                return [.find(account: name, argument.parameters)]
            case .path(.null): throw .syntax
            case .path(.address(let address)):
                if let no = utf8Refusal(address, transaction) { refusal = no } else { return add(address, argument.parameters) }
            }
        } catch { refusal = Self.reply(error, to: "RCPT TO:<address>", code: "5.1.3") }
        return refuse(refusal)
    }

    /// The answer to `find`.
    mutating func found(_ address: EmailAddress?, of account: String, _ parameters: [PathArgument.Parameter]) -> [Action] {
        expected = .command
        if let address { return add(address, parameters) }
        return refuse(
            Reply(
                550, "5.1.1",
                "\(account) has no address: mandate users add \(account) --address ADDRESS, or set EMAIL_ADMINISTRATOR_USER_ID"))
    }

    private mutating func add(_ address: EmailAddress, _ parameters: [PathArgument.Parameter]) -> [Action] {
        var recipient = Recipient(address: address)
        for parameter in parameters {
            if let refusal = take(parameter, into: &recipient) { return refuse(refusal) }
        }
        if transaction?.recipients.contains(where: { $0.address == address }) == false { transaction?.recipients.append(recipient) }
        return [.reply(Reply(250, "2.1.5", "ok"))]
    }

    private mutating func refuse(_ refusal: Reply) -> [Action] {
        transaction?.refusedRecipients += 1
        return [.reply(refusal)]
    }

    private func take(_ parameter: PathArgument.Parameter, into recipient: inout Recipient) -> Reply? {
        guard isExtended else { return Reply(555, "5.5.4", "parameters come after EHLO") }
        switch (parameter.keyword, parameter.value) {
        case ("NOTIFY", let value?):
            guard let notify = Recipient.Notify(value) else { break }
            recipient.notify = notify
            return nil
        case ("ORCPT", let value?):
            guard value.utf8.count <= 500, XText.isOriginalRecipient(value) else { break }
            recipient.originalRecipient = value
            return nil
        case ("NOTIFY", nil), ("ORCPT", nil): break
        default: return Reply(555, "5.5.4", "there is no parameter \(parameter.keyword)")
        }
        return Reply(501, "5.5.4", "\(parameter.keyword) cannot be \(parameter.value ?? "without a value")")
    }

    mutating func data(_ command: CommandLine) -> [Action] {
        guard command.argument.isEmpty else { return [.reply(Reply(501, "5.5.4", "DATA takes no parameter"))] }
        guard let transaction else { return [.reply(Reply(503, "5.5.1", "MAIL comes first"))] }
        guard !transaction.recipients.isEmpty else {
            let words = transaction.refusedRecipients > 0 ? "all recipients were refused" : "RCPT comes first"
            return [.reply(Reply(transaction.refusedRecipients > 0 ? 554 : 503, "5.5.1", words))]
        }
        expected = .content
        return [.reply(Reply(354, nil, "the message, then a line with a dot alone")), .collect(transaction)]
    }

    /// RFC 6531 section 3.5: who has not said SMTPUTF8 cannot have such an address.
    private func utf8Refusal(_ address: EmailAddress?, _ transaction: Transaction) -> Reply? {
        guard let address, !address.isASCII, !transaction.isUTF8 else { return nil }
        return Reply(553, "5.6.7", "an address beyond ASCII wants SMTPUTF8 behind MAIL")
    }

    private static func reply(_ failure: PathArgument.Failure, to form: String, code: String) -> Reply {
        switch failure {
        case .syntax: Reply(501, "5.5.4", "it is written \(form)")
        case .address(let error): Reply(553, code, "\(error)")
        case .parameter(let word): Reply(501, "5.5.4", "a parameter that cannot be: \(word)")
        }
    }
}
