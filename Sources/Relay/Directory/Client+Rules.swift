/// What no client may be, whoever writes it down: a file, a command, the console.
extension Client {
    /// What is wrong with it as a whole; nil: nothing.
    package var problem: String? {
        switch credential {
        case .network:
            if limits.areEmpty { return "limits are missing: a client known only by its network must be limited" }
            if roles != [.sender] || !tokenRights.isEmpty {
                return "a client known only by its network may send and nothing else: anything in that network can pass for it"
            }
        case .password:
            if roles.contains(.sender) { return "a password is for the console: a program that sends has a key" }
        case .key, .uid: break
        }
        if roles.isEmpty { return "it has no role: name administrator, auditor or sender" }
        if !tokenRights.isEmpty, !roles.contains(.sender) { return "only a sender can have tokens" }
        return nil
    }

    /// A token of an app-only or service-account grant can open more than was asked for, so that must have been said. nil: all is well, or the
    /// mailbox is not there.
    package static func problem(with right: TokenRight, _ grant: Grant?) -> String? {
        guard let grant, grant.opensManyMailboxes, !right.coversWholeGrant else { return nil }
        return
            "a token of grant \(grant.name) (\(grant.kind.rawValue)) opens more than this mailbox: whole_grant must say that this is meant"
    }
}

extension Role {
    /// As they are known.
    package static func sorted(_ roles: Set<Role>) -> [String] { allCases.filter(roles.contains).map(\.rawValue) }
}
