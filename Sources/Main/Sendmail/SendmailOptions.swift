/// The command line of `sendmail`, as programs have written it for forty years: flags in clusters, values attached or not, much that means nothing today.
struct SendmailOptions: Sendable, Hashable {
    enum Task: Sendable, Hashable {
        /// Take a message from standard input.
        case send
        /// `-bp`, `mailq`
        case listQueue
        /// `-bs`: speak SMTP on the standard streams.
        case speakSMTP
        /// `-bi`, `-I`, `newaliases`, `-q`: there is nothing to do here, and who asks expects no complaint.
        case nothing
    }

    var task = Task.send
    /// `-t`: To, Cc and Bcc say who gets it, too.
    var readsRecipients = false
    /// A line with a dot alone ends the message; `-i` takes that away.
    var endsAtDot = true
    /// `-f`, `-r`; nil: none was given.
    var sender: String?
    /// `-F`
    var fullName: String?
    /// `-N`
    var notify: String?
    /// `-R`
    var ret: String?
    /// `-V`
    var envelopeID: String?
    var recipients: [String] = []

    struct Failure: Error, Sendable, Hashable {
        let sentence: String
    }

    /// `name`: as what it was called.
    init(_ arguments: [String], calledAs name: String = "sendmail") throws(Failure) {
        if name == "mailq" { task = .listQueue }
        if name == "newaliases" { task = .nothing }
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                recipients += rest
                return
            }
            // Options behind recipients are options for some programs and addresses for none.
            if word.hasPrefix("-"), word.count > 1 { try read(word.dropFirst(), &rest) } else { recipients.append(word) }
        }
    }

    /// Flags with a value, as in every sendmail since 8.9.
    private static let valued: Set<Character> = ["A", "B", "C", "F", "L", "N", "O", "R", "V", "X", "b", "d", "e", "f", "h", "o", "p", "r"]

    private mutating func read(_ cluster: Substring, _ rest: inout ArraySlice<String>) throws(Failure) {
        var cluster = cluster
        while let flag = cluster.popFirst() {
            guard Self.valued.contains(flag) else {
                try set(flag)
                // `-q`, `-qR…`, `-q30m`: what stands behind is its own.
                if flag == "q" { return }
                continue
            }
            var value = String(cluster)
            // `-d` and `-e` have theirs attached or none.
            if value.isEmpty, flag != "d", flag != "e" {
                guard let next = rest.popFirst() else { throw Failure(sentence: "-\(flag) wants a value") }
                value = next
            }
            return try set(flag, value)
        }
    }

    private mutating func set(_ flag: Character) throws(Failure) {
        switch flag {
        case "t": readsRecipients = true
        case "i": endsAtDot = false
        case "I": task = .nothing
        case "q": task = .nothing
        // Everything else asks for something that is always so here, or that nothing depends on.
        default: break
        }
    }

    private mutating func set(_ flag: Character, _ value: String) throws(Failure) {
        // These become words of a command; a line end in one would be a command of its own.
        if "NRV".contains(flag), !value.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) || value.isEmpty {
            throw Failure(sentence: "-\(flag) wants one word")
        }
        switch flag {
        case "f", "r": sender = value
        case "F": fullName = value
        case "N": notify = value
        case "R": ret = value
        case "V": envelopeID = value
        case "o": if value == "i" { endsAtDot = false } else if value == "t" { readsRecipients = true }
        case "b": try setMode(value)
        default: break
        }
    }

    private mutating func setMode(_ mode: String) throws(Failure) {
        switch mode {
        case "m": task = .send
        case "p": task = .listQueue
        case "s": task = .speakSMTP
        case "i": task = .nothing
        case "d", "D", "l": throw Failure(sentence: "-b\(mode): the service is `mandate serve`")
        default: throw Failure(sentence: "-b\(mode) is not offered here")
        }
    }
}
