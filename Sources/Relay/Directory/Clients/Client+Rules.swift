/// What no client may be, whoever writes it down: a file, a command, a request, the console.
extension Client {
    /// What is wrong with it, and at which key of its document.
    package struct Problem: Sendable, Hashable {
        package let field: String
        package let sentence: String

        fileprivate init(_ field: String, _ sentence: String) {
            self.field = field
            self.sentence = sentence
        }
    }

    /// As a whole; nil: nothing is.
    package var problem: Problem? { problemOfName ?? problemOfRoles ?? problemOfLimits }

    /// As long as an id, which it stands for.
    private var problemOfName: Problem? { name.utf8.count <= 255 ? nil : Problem("name", "a name has at most 255 octets") }

    private var problemOfRoles: Problem? {
        switch credential {
        case .network where roles != [.sender]:
            return Problem(
                "roles", "a client known only by its network may send and nothing else: anything in that network can pass for it")
        case .network where !tokenRights.isEmpty:
            return Problem("tokens", "a client known only by its network may have no tokens: anything in that network can pass for it")
        case .password where roles.contains(.sender):
            return Problem(
                "roles", "a password is for people at the console, as administrator or auditor: a program that sends has a key")
        case .network, .password, .key, .uid: break
        }
        if roles.isEmpty { return Problem("roles", "it has no role: name administrator, auditor or sender") }
        if !tokenRights.isEmpty, !roles.contains(.sender) { return Problem("tokens", "only a sender can have tokens") }
        return nil
    }

    private var problemOfLimits: Problem? {
        if case .network = credential, limits.areEmpty {
            return Problem("limits", "a client known only by its network must be limited: name addresses or purposes")
        }
        if let purpose = defaultPurpose, !limits.purposes.isEmpty, !limits.purposes.contains(purpose) {
            return Problem("default_purpose", "\(purpose.rawValue) is outside its own limits")
        }
        return nil
    }

    /// What no change may say, and a store or a file of before may have: such mail is refused where it comes.
    package var problemOfAuthor: Problem? {
        guard let author = authorIfUnusable, !limits.addresses.isEmpty, !limits.addresses.contains(where: { $0.matches(author) }) else {
            return nil
        }
        return Problem("author_if_unusable", "\(author) is outside its own limits")
    }

    /// A token of an app-only or service-account grant can open more than was asked for, so that must have been said. nil: all is well, or the
    /// mailbox is not there.
    package static func problem(with right: TokenRight, _ grant: Grant?) -> String? {
        guard let grant, grant.opensManyMailboxes, !right.coversWholeGrant else { return nil }
        return
            "a token of grant \(grant.name) (\(grant.kind.rawValue)) opens more than this mailbox: whole_grant must say that this is meant"
    }

    /// May hand over anybody's mail for any purpose.
    package var isUnlimitedSender: Bool { isEnabled && roles.contains(.sender) && limits.areEmpty }

    /// Can sign in, and change everything.
    package var isAdministrator: Bool { isEnabled && roles.contains(.administrator) && credential.isForSignIn }
}

extension Client.Credential {
    /// The console takes both where it asks who is there; a network and a uid only say where somebody calls from.
    fileprivate var isForSignIn: Bool {
        switch self {
        case .key, .password: true
        case .network, .uid: false
        }
    }
}
