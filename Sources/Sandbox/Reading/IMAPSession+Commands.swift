extension IMAPSession {
    /// What a tag may be: an atom without `+`.
    private static let longestTag = 64

    mutating func command(_ text: String) -> [ReadingAction] {
        let pieces = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        let tag = pieces.first.map(String.init) ?? ""
        guard pieces.count >= 2, !tag.isEmpty, tag.utf8.count <= Self.longestTag, tag.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != 0x2B })
        else {
            return fail("* BAD \(words.unknown)")
        }
        let verb = pieces[1].uppercased()
        guard let arguments = IMAPArguments.list(pieces.count == 3 ? pieces[2] : "") else { return fail("\(tag) BAD \(words.invalid)") }
        switch verb {
        case "CAPABILITY": return done(tag, verb, words.capabilities(mechanisms.mechanisms))
        case "ID": return done(tag, verb, "* ID NIL")
        case "LOGOUT":
            phase = .closed
            return [.say("* BYE \(words.bye)\r\n\(tag) OK \(words.done(verb))"), .close]
        case "NOOP", "CHECK": return inbox == nil ? done(tag, verb) : ask(.inbox, tag, .look)
        case "AUTHENTICATE", "LOGIN":
            guard login == nil else { return fail("\(tag) BAD \(words.notNow)") }
            return verb == "LOGIN" ? logIn(tag, arguments) : authenticate(tag, arguments)
        case "SELECT", "EXAMINE", "STATUS", "LIST", "LSUB", "NAMESPACE": return boxCommand(tag, verb, arguments)
        case "SEARCH", "FETCH", "UID", "CLOSE", "UNSELECT": return messageCommand(tag, verb, arguments)
        default: return fail("\(tag) BAD \(words.unknown)")
        }
    }

    private func done(_ tag: String, _ verb: String, _ untagged: String = "") -> [ReadingAction] {
        [.say((untagged.isEmpty ? "" : untagged + "\r\n") + "\(tag) OK \(words.done(verb))")]
    }

    /// A password: taken and thrown away, so that a client sees what it sees there.
    private mutating func logIn(_ tag: String, _ arguments: [String]) -> [ReadingAction] {
        guard arguments.count == 2 else { return fail("\(tag) BAD \(words.invalid)") }
        let signIn = SignIn.password(login: arguments[0])
        return ask(.signIn(signIn), tag, .signIn(signIn))
    }

    private mutating func authenticate(_ tag: String, _ arguments: [String]) -> [ReadingAction] {
        guard let mechanism = arguments.first?.uppercased(), arguments.count <= 2, mechanisms.signIn(mechanism, "") != nil else {
            return fail("\(tag) NO \(words.unknown)")
        }
        guard arguments.count == 2 else {
            phase = .authenticating(tag: tag, mechanism: mechanism)
            return [.say("+ ")]
        }
        // RFC 4959, section 3: "=" is an initial response of no octets.
        guard let signIn = mechanisms.signIn(mechanism, arguments[1] == "=" ? "" : arguments[1]) else {
            return fail("\(tag) BAD \(words.invalid)")
        }
        return ask(.signIn(signIn), tag, .signIn(signIn))
    }

    private mutating func boxCommand(_ tag: String, _ verb: String, _ arguments: [String]) -> [ReadingAction] {
        guard login != nil else { return fail("\(tag) BAD \(words.notNow)") }
        guard !isAdrift else { return fail("\(tag) BAD \(words.notConnected)") }
        switch verb {
        case "NAMESPACE": return done(tag, verb, "* NAMESPACE ((\"\" \"/\")) NIL NIL")
        case "LIST", "LSUB":
            guard arguments.count == 2 else { return fail("\(tag) BAD \(words.invalid)") }
            let isShown = ["*", "%", "INBOX"].contains(arguments[1].uppercased())
            return done(tag, verb, isShown ? "* \(verb) (\\HasNoChildren) \"/\" INBOX" : "")
        default:
            guard let box = arguments.first, verb != "STATUS" || arguments.count == 2 else { return fail("\(tag) BAD \(words.invalid)") }
            inbox = verb == "STATUS" ? inbox : nil
            guard box.uppercased() == "INBOX" else { return fail("\(tag) NO \(words.noMailbox)") }
            guard verb == "STATUS" else { return ask(.inbox, tag, .select(isReadOnly: verb == "EXAMINE")) }
            return ask(
                .inbox, tag, .status(arguments[1].uppercased().filter { $0 != "(" && $0 != ")" }.split(separator: " ").map(String.init)))
        }
    }

    private mutating func messageCommand(_ tag: String, _ verb: String, _ arguments: [String]) -> [ReadingAction] {
        guard !isAdrift else { return fail("\(tag) BAD \(words.notConnected)") }
        guard let inbox else { return fail("\(tag) BAD \(words.notNow)") }
        let isUID = verb == "UID"
        let rest = isUID ? Array(arguments.dropFirst()) : arguments
        switch isUID ? arguments.first?.uppercased() ?? "" : verb {
        case "CLOSE", "UNSELECT":
            self.inbox = nil
            return done(tag, verb)
        case "SEARCH":
            guard let found = search(rest, inbox) else { return fail("\(tag) BAD \(words.invalid)") }
            let numbers = found.map { " \(isUID ? inbox.messages[$0 - 1].uid : $0)" }.joined()
            return done(tag, verb, "* SEARCH" + numbers)
        case "FETCH":
            guard rest.count >= 2, let places = inbox.places(rest[0][...], isUID: isUID),
                let items = FetchItem.list(rest.dropFirst().joined(separator: " "), isUID: isUID)
            else { return fail("\(tag) BAD \(words.invalid)") }
            return places.map { .octets(FetchItem.answer(items, inbox.messages[$0 - 1], at: $0)) } + done(tag, verb)
        default: return fail("\(tag) BAD \(words.unknown)")
        }
    }

    /// ALL, HEADER and sets, all of which must fit; nil: it asks for something else.
    private func search(_ arguments: [String], _ inbox: Inbox) -> [Int]? {
        var rest = arguments[...]
        if rest.first?.uppercased() == "CHARSET" { rest = rest.dropFirst(2) }
        guard !rest.isEmpty else { return nil }
        var found = Array(inbox.messages.indices)
        while let key = rest.popFirst() {
            switch key.uppercased() {
            case "ALL", "UNSEEN", "UNDELETED": continue
            case "HEADER":
                guard let name = rest.popFirst(), let text = rest.popFirst() else { return nil }
                found.removeAll { !inbox.messages[$0].has(text, inField: name) }
            case "UID":
                guard let set = rest.popFirst(), let places = inbox.places(set[...], isUID: true) else { return nil }
                found.removeAll { !places.contains($0 + 1) }
            default:
                guard let places = inbox.places(key[...], isUID: false) else { return nil }
                found.removeAll { !places.contains($0 + 1) }
            }
        }
        return found.map { $0 + 1 }
    }
}

/// A command's arguments: atoms, quoted strings without their quotes, and lists and sections whole.
enum IMAPArguments {
    /// nil: a string or a bracket that does not end, or a literal, which this server does not take.
    static func list(_ text: Substring) -> [String]? {
        var found: [String] = []
        var current: String?
        var depth = 0
        var (isQuoted, isEscaped) = (false, false)
        for character in text {
            if isQuoted {
                let isSyntax = !isEscaped && (character == "\\" || character == "\"")
                if isSyntax, character == "\"" { isQuoted = false }
                isEscaped = isSyntax && character == "\\"
                if !isSyntax || depth > 0 { current = (current ?? "") + String(character) }
                continue
            }
            switch character {
            case "\"":
                isQuoted = true
                current = (current ?? "") + (depth > 0 ? "\"" : "")
            case " " where depth == 0:
                if let current { found.append(current) }
                current = nil
            default:
                if character == "(" || character == "[" { depth += 1 }
                if character == ")" || character == "]" { depth -= 1 }
                current = (current ?? "") + String(character)
            }
        }
        guard !isQuoted, depth == 0 else { return nil }
        if let current { found.append(current) }
        return found.last?.last == "}" && found.last?.first == "{" ? nil : found
    }
}
