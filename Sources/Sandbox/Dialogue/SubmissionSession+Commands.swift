internal import Foundation

extension SubmissionSession {
    /// `{"status":"400","schemes":"bearer","scope":"https://mail.google.com/"}`: the error document as Google sends it.
    static let errorDocument = Data(#"{"status":"400","schemes":"bearer","scope":"https://mail.google.com/"}"#.utf8).base64EncodedString()

    mutating func command(_ text: String) -> [Action] {
        let verb = text.prefix { $0 != " " }.uppercased()
        let argument = text.dropFirst(verb.count).drop { $0 == " " }
        switch verb {
        case "EHLO": return hello(argument)
        case "HELO": return helloWithoutExtensions(argument)
        case "STARTTLS": return startTLS(argument)
        case "NOOP": return [.reply(words.nothing)]
        case "QUIT": return end(words.bye)
        case "RSET":
            forgetTransaction()
            return [.discardContent, .reply(words.reset)]
        case "HELP": return [.reply(words.help)]
        case "AUTH", "MAIL", "RCPT", "DATA", "BDAT", "VRFY", "EXPN":
            return isSecured ? securedCommand(verb, argument) : refusedInClear(verb, argument)
        default: return fail(words.unrecognized(verb.isEmpty ? "" : String(verb.prefix(32))))
        }
    }

    /// BDAT's octets follow whatever we answer, so they must be read even where the command is refused.
    private mutating func refusedInClear(_ verb: String, _ argument: Substring) -> [Action] {
        guard verb == "BDAT", let (octets, _) = Self.chunk(argument) else { return fail(words.needsTLS) }
        return refuseChunk(octets, words.needsTLS)
    }

    private mutating func securedCommand(_ verb: String, _ argument: Substring) -> [Action] {
        switch verb {
        case "AUTH": return startAuthentication(argument)
        case "MAIL": return mail(argument)
        case "RCPT": return recipient(argument)
        case "DATA": return data(argument)
        case "BDAT": return chunk(argument)
        default: return [.reply(words.cannotVerify)]
        }
    }

    private mutating func hello(_ argument: Substring) -> [Action] {
        argument.isEmpty ? fail(words.invalidDomain) : ask(.hello(String(argument)))
    }

    private mutating func helloWithoutExtensions(_ argument: Substring) -> [Action] {
        guard !argument.isEmpty else { return fail(words.invalidDomain) }
        hasGreeted = true
        forgetTransaction()
        return [.discardContent, .reply(words.hello(client: client))]
    }

    private mutating func startTLS(_ argument: Substring) -> [Action] {
        guard argument.isEmpty else { return fail(words.invalidArguments) }
        guard !isSecured else { return fail(words.alreadySecured) }
        guard hasGreeted else { return fail(words.needsHello) }
        return ask(.startTLS)
    }

    private mutating func startAuthentication(_ argument: Substring) -> [Action] {
        guard hasGreeted else { return fail(words.needsHello) }
        guard login == nil else { return fail(words.alreadySignedIn) }
        guard envelope == nil else { return fail(words.senderGiven) }
        let pieces = argument.split(separator: " ", maxSplits: 1)
        guard let mechanism = pieces.first?.uppercased() else { return fail(words.invalidArguments) }
        // RFC 4954, section 4: "=" is an initial response of no octets.
        let initial = pieces.count == 2 ? (pieces[1] == "=" ? "" : String(pieces[1])) : nil
        guard habits.mechanisms.contains(mechanism) else { return fail(words.unknownMechanism) }
        switch mechanism {
        case "OAUTHBEARER":
            if let initial { return ask(.signIn(SignIn(oauthbearer: initial))) }
            phase = .authenticating(.oauthbearer)
            return [.reply(words.challenge(""))]
        case "XOAUTH2":
            if let initial { return ask(.signIn(SignIn(xoauth2: initial))) }
            phase = .authenticating(.xoauth2)
            return [.reply(words.challenge(""))]
        case "LOGIN":
            if let initial { return authenticate(.loginName, initial) }
            phase = .authenticating(.loginName)
            return [.reply(words.challenge("VXNlcm5hbWU6"))]
        default: return fail(words.unknownMechanism)
        }
    }

    mutating func authenticate(_ step: Step, _ text: String) -> [Action] {
        phase = .command
        if case .acknowledge(let reply) = step { return fail(reply) }
        guard text != "*" else { return fail(words.signInCancelled) }
        switch step {
        case .xoauth2: return ask(.signIn(SignIn(xoauth2: text)))
        case .oauthbearer: return ask(.signIn(SignIn(oauthbearer: text)))
        case .loginName:
            guard let bytes = Data(base64Encoded: text), let name = String(bytes: bytes, encoding: .utf8) else {
                return ask(.signIn(.unreadable))
            }
            phase = .authenticating(.loginPassword(name: name))
            return [.reply(words.challenge("UGFzc3dvcmQ6"))]
        case .loginPassword(let name): return ask(.signIn(.password(login: name)))
        case .acknowledge(let reply): return fail(reply)
        }
    }

    private mutating func mail(_ argument: Substring) -> [Action] {
        guard hasGreeted else { return fail(words.needsHello) }
        guard login != nil else { return fail(words.needsSignIn) }
        guard envelope == nil else { return fail(words.senderGiven) }
        do throws(EnvelopeGrammar.Failure) {
            let sender = try grammar.sender(argument)
            guard !sender.address.isEmpty || habits.allowsNullSender else { return fail(words.invalidSender) }
            return ask(.mail(sender))
        } catch {
            return fail(reply(to: error, invalidAddress: words.invalidSender))
        }
    }

    private mutating func recipient(_ argument: Substring) -> [Action] {
        guard login != nil else { return fail(words.needsSignIn) }
        guard let envelope, chunked == nil else { return fail(words.needsMail) }
        guard envelope.recipients.count < habits.recipientsPerMessage else { return fail(words.tooManyRecipients) }
        do throws(EnvelopeGrammar.Failure) {
            return ask(.recipient(try grammar.recipient(argument, allowsUTF8: envelope.sender.allowsUTF8)))
        } catch {
            return fail(reply(to: error, invalidAddress: words.invalidRecipient))
        }
    }

    private func reply(to failure: EnvelopeGrammar.Failure, invalidAddress: Reply) -> Reply {
        switch failure {
        case .arguments: words.invalidArguments
        case .address: invalidAddress
        case .parameter(let name): words.unrecognizedParameter(name)
        case .needsUTF8: words.needsUTF8
        case .tooLarge: words.tooLarge
        }
    }

    private mutating func data(_ argument: Substring) -> [Action] {
        guard argument.isEmpty else { return fail(words.invalidArguments) }
        guard login != nil else { return fail(words.needsSignIn) }
        guard let envelope else { return fail(words.needsMail) }
        guard chunked == nil else { return fail(words.chunksBegun) }
        guard !envelope.recipients.isEmpty else { return fail(words.needsRecipient) }
        guard !envelope.sender.isBinary else { return fail(words.binaryNeedsChunks) }
        return ask(.data)
    }

    private mutating func chunk(_ argument: Substring) -> [Action] {
        guard let (octets, isLast) = Self.chunk(argument) else { return fail(words.invalidArguments) }
        guard login != nil else { return refuseChunk(octets, words.needsSignIn) }
        guard let envelope else { return refuseChunk(octets, words.needsMail) }
        guard !envelope.recipients.isEmpty else { return refuseChunk(octets, words.needsRecipient) }
        if chunked == nil { chunked = 0 }
        phase = .chunk(octets, isLast: isLast)
        return [.collectChunk(octets)]
    }

    private mutating func refuseChunk(_ octets: Int, _ reply: Reply) -> [Action] {
        forgetTransaction()
        let actions = fail(reply)
        guard phase != .closed else { return actions }
        phase = .chunk(octets, isLast: false)
        return actions + [.collectChunk(octets)]
    }

    private static func chunk(_ argument: Substring) -> (octets: Int, isLast: Bool)? {
        let pieces = argument.split(separator: " ")
        guard let first = pieces.first, first.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let octets = Int(first) else { return nil }
        if pieces.count == 1 { return (octets, false) }
        return pieces.count == 2 && pieces[1].uppercased() == "LAST" ? (octets, true) : nil
    }
}
