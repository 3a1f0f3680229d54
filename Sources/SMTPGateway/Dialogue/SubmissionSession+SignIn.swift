internal import Crypto
internal import FoundationEssentials
internal import Relay

/// The two that carry a name and a key.
enum SignInMechanism: Sendable, Hashable {
    /// RFC 4616
    case plain
    /// Never a standard, and the only one many printers know.
    case login
}

/// AUTH (RFC 4954): a client's name and its key.
extension SubmissionSession {
    mutating func signIn(_ command: CommandLine) -> [Action] {
        if case .local = terms.origin {
            return [.reply(Reply(502, "5.5.1", "there is no AUTH here: the system says who you are"))]
        }
        guard signedIn == nil else { return [.reply(Reply(503, "5.5.1", "you are signed in already"))] }
        guard transaction == nil else { return [.reply(Reply(503, "5.5.1", "AUTH comes before MAIL"))] }
        guard clientName != nil else { return [.reply(Reply(503, "5.5.1", "EHLO comes first"))] }
        guard maySignIn else { return [.reply(Reply(538, "5.7.11", "a key is not given in clear: STARTTLS comes first"))] }
        let words = command.argument.split(separator: " ")
        guard (1...2).contains(words.count) else { return [.reply(Reply(501, "5.5.4", "AUTH wants a mechanism: PLAIN or LOGIN"))] }
        let mechanism: SignInMechanism
        switch words[0].uppercased() {
        case "PLAIN": mechanism = .plain
        case "LOGIN": mechanism = .login
        default: return [.reply(Reply(504, "5.5.4", "PLAIN and LOGIN are offered"))]
        }
        guard words.count == 2 else {
            expected = .initialResponse(mechanism)
            return [.reply(Reply(334, nil, mechanism == .plain ? "" : "VXNlcm5hbWU6"))]
        }
        // "=" stands for an initial response that is empty (RFC 4954 section 4).
        return response(Array((words[1] == "=" ? "" : words[1]).utf8), mechanism)
    }

    mutating func response(_ bytes: [UInt8], _ mechanism: SignInMechanism) -> [Action] {
        expected = .command
        guard bytes != Array("*".utf8) else { return [.reply(Reply(501, "5.7.0", "given up"))] }
        guard let octets = Data(base64Encoded: Data(bytes)).map(Array.init) else { return [.reply(Self.notBase64)] }
        switch mechanism {
        case .plain:
            let parts = octets.split(separator: 0, omittingEmptySubsequences: false)
            // An identity to act as is not known here; programs that repeat their own name mean nothing by it.
            guard parts.count == 3, parts[0].isEmpty || parts[0] == parts[1], !parts[1].isEmpty, !parts[2].isEmpty else {
                return [.reply(Reply(501, "5.5.2", "PLAIN is NUL name NUL key in base64"))]
            }
            return verify(name: Array(parts[1]), key: Array(parts[2]))
        case .login:
            expected = .loginKey(name: String(decoding: octets, as: UTF8.self))
            return [.reply(Reply(334, nil, "UGFzc3dvcmQ6"))]
        }
    }

    mutating func loginKey(_ bytes: [UInt8], name: String) -> [Action] {
        expected = .command
        guard bytes != Array("*".utf8) else { return [.reply(Reply(501, "5.7.0", "given up"))] }
        guard let octets = Data(base64Encoded: Data(bytes)).map(Array.init) else { return [.reply(Self.notBase64)] }
        return verify(name: Array(name.utf8), key: octets)
    }

    private static let notBase64 = Reply(501, "5.5.2", "this is not base64")

    private mutating func verify(name: [UInt8], key: [UInt8]) -> [Action] {
        expected = .verdict
        return [.verify(.key(name: String(decoding: name, as: UTF8.self), sha256: Array(SHA256.hash(data: key))))]
    }

    /// The answer to `verify`. `hasTriedEnough`: this address has guessed so often that it is sent away.
    mutating func verified(_ client: Client?, hasTriedEnough: Bool = false) -> [Action] {
        expected = .command
        if let client {
            signedIn = client
            return [.reply(Reply(235, "2.7.0", "signed in as \(client.name)"))]
        }
        failedSignIns += 1
        guard !hasTriedEnough, failedSignIns < terms.failedSignIns else {
            return leave(Reply(421, "4.7.0", "too many failed log-ins: try again later"))
        }
        return [.reply(Reply(535, "5.7.8", "there is no client with this name and key: mandate clients list"))]
    }
}
