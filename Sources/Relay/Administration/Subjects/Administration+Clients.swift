internal import Mail

/// Who may ask, send or look: letting in, limiting, and turning away.
extension Administration {
    /// A new key in the place of the one before, which stops at once.
    package func rekey(_ id: ClientID, expecting condition: String? = nil) throws(AdministrationRefusal) -> Plan {
        let client = try client(id, expecting: condition)
        guard case .key = client.credential else {
            throw AdministrationRefusal(
                .wrongState, "client \(client.title) has no key: it is known by its \(client.credential.words)", of: .client)
        }
        try checkIsLetIn(client, again: "`mandate clients add \(client.name.shellQuoted) --key` lets it in again, with a new key")
        return try change(EntityKey(.client, id.text), by: [.init("new_key", true)])
    }

    package func setPassword(
        of id: ClientID, to hash: PasswordHash, expecting condition: String? = nil
    ) throws(AdministrationRefusal) -> Plan {
        let client = try client(id, expecting: condition)
        guard case .password = client.credential else {
            throw AdministrationRefusal(
                .wrongState, "client \(client.title) has no password: it is known by its \(client.credential.words)", of: .client)
        }
        let name = client.name.shellQuoted
        try checkIsLetIn(client, again: "`mandate clients add \(name) --password` lets it in again, with a new password")
        return try change(EntityKey(.client, id.text), by: [.init("password_scrypt", .text(hash.text))])
    }

    /// It stays listed, since the journal speaks of it.
    package func revoke(_ id: ClientID, expecting condition: String? = nil) throws(AdministrationRefusal) -> Plan {
        try change(EntityKey(.client, id.text), expecting: condition, by: [.init("enabled", false)])
    }

    private func client(_ id: ClientID, expecting condition: String?) throws(AdministrationRefusal) -> Client {
        guard case .client(let client) = try existing(EntityKey(.client, id.text), expecting: condition) else {
            preconditionFailure("a client's key names a client")
        }
        return client
    }

    private func checkIsLetIn(_ client: Client, again: String) throws(AdministrationRefusal) {
        guard !client.isEnabled else { return }
        throw AdministrationRefusal(.wrongState, "client \(client.title) is revoked", fix: again, of: .client)
    }
}

/// What holds for a client, and what there is to say of it.
extension Administration {
    /// What a request may say beside what a document has: `new_key` makes a key in the place of whatever it was known by, and `has_password` keeps the password,
    /// which is never shown and so cannot be said again.
    func completed(_ said: Particulars, id: String?) throws(AdministrationRefusal) -> Particulars {
        guard said.kind == .client else { return said }
        var said = said
        let (makesKey, hasPassword) = (try flag("new_key", said), try flag("has_password", said))
        for mark in ["new_key", "has_password"] { said.entries.removeAll { $0.key == mark } }
        if makesKey {
            said.entries.removeAll { ["key_sha256", "network", "uid", "password_scrypt"].contains($0.key) }
            let key = freshKey()
            said["key_sha256"] = .text(key.digest.hexadecimal)
            said.newKey = key
        } else if hasPassword {
            guard let id, case .password(let hash)? = directory.client(ClientID(trusted: id))?.credential else {
                throw AdministrationRefusal(
                    .invalid, "this client has no password", fix: "`mandate clients add NAME --password` lets a person in",
                    at: said.path(of: "has_password"), of: .client)
            }
            said["password_scrypt"] = .text(hash.text)
        }
        return said
    }

    private func flag(_ key: String, _ said: Particulars) throws(AdministrationRefusal) -> Bool {
        guard let value = said[key] else { return false }
        do throws(DocumentError) { return try DocumentReader(value, path: said.path(of: key)).flag() } catch {
            throw AdministrationRefusal(error, of: .client)
        }
    }

    /// Said again without them, the tokens that it may have are as they were; whoever was turned away begins anew.
    func settle(
        _ client: Client, replacing before: DirectoryEntity?, _ manner: Manner, _ said: Particulars
    ) throws(AdministrationRefusal) -> Client {
        if let problem = client.problemOfAuthor {
            throw AdministrationRefusal(.invalid, problem.sentence, at: problem.field)
        }
        guard manner == .added, case .client(let known)? = before, known.isEnabled, !said.says("tokens") else { return client }
        var same = client
        same.tokenRights = known.tokenRights
        return same
    }

    /// Why it cannot be said once more of a client that is there: what it is known by is another, or cannot be compared. nil: it may be the same.
    func refusal(toAdd fresh: Client, again known: Client, _ said: Particulars) -> AdministrationRefusal? {
        let there = "there is a client \(known.title) already"
        let name = known.name.shellQuoted
        switch (fresh.credential, known.credential) {
        case (.key, .key) where said.newKey != nil:
            return AdministrationRefusal(
                .taken, "\(there), and its key was shown when it was made", fix: "`mandate clients rekey \(name)` makes a new one",
                of: .client)
        case (.password, .password) where fresh.credential != known.credential:
            return AdministrationRefusal(
                .taken, "\(there), with a password of its own", fix: "`mandate clients password \(name)` changes it", of: .client)
        case (.key, .key), (.password, .password): return nil
        case (.network, .network), (.uid, .uid):
            if fresh.credential == known.credential { return nil }
        case (.key, _), (.password, _), (.network, _), (.uid, _): break
        }
        return AdministrationRefusal(
            .taken, "\(there), known by its \(known.credential.words)",
            fix: "`mandate clients revoke \(name)` first, or choose another name",
            of: .client)
    }

    /// Whoever has the store's files can always make one; who has no more than a browser cannot.
    func checkAdministrators(_ changes: [DirectoryChange]) throws(AdministrationRefusal) {
        let touched = changes.lazy.map(\.key).filter { $0.kind == .client }
        guard let one = touched.compactMap({ directory.client(ClientID(trusted: $0.id)) }).first(where: \.isAdministrator) else { return }
        var after = directory
        after.apply(changes, edition: directory.edition)
        guard !after.allClients.contains(where: \.isAdministrator) else { return }
        throw AdministrationRefusal(
            .lastAdministrator, "client \(one.title) is the last administrator: nobody could sign in to change anything",
            fix: "`mandate clients add NAME --password --role administrator` lets another in first", of: .client)
    }

    /// In the word for that; nil: nothing but its values are others.
    private func words(_ client: Client, from before: Client) -> String? {
        let thing = "client \(client.title)"
        if before.isEnabled != client.isEnabled {
            return client.isEnabled ? "let in again \(thing)" : "revoked \(thing): it is turned away from now on"
        }
        if before.credential != client.credential {
            guard case .password = client.credential else { return "\(thing) has a new key: the one before is worth nothing now" }
            return "\(thing) has a new password"
        }
        if before.roles != client.roles { return "\(thing) is \(Role.sorted(client.roles).joined(separator: ", ")) now" }
        if before.tokenRights != client.tokenRights {
            let rights = client.tokenRights.map { directory.words(of: $0) }.joined(separator: ", ")
            return "\(thing) may have " + (rights.isEmpty ? "no tokens" : "tokens of \(rights)")
        }
        return before.limits == client.limits ? nil : "limited \(thing)"
    }

    /// What became of it, and what may be a slip, said when it comes to be.
    func follow(_ plan: inout Plan, with client: Client, from before: Client?) {
        guard plan.outcome != .unchanged else { return }
        if let before, let words = words(client, from: before) { plan.words = words }
        if client.isUnlimitedSender, before?.isUnlimitedSender != true {
            plan.warnings.append(
                "client \(client.name) may send as anybody, for any purpose: "
                    + "`mandate clients limit \(client.name.shellQuoted) --address ADDRESS` limits it")
        }
        if let user = client.defaultUser, directory.user(user) == nil, before?.defaultUser != user {
            plan.warnings.append("there is no user \(user) yet: until there is one, mail that names no other user has none")
        }
    }
}

extension Directory {
    /// Of those who once had the same name, whoever is let in.
    func twin(of client: Client) -> Client? {
        allClients.filter { $0.name == client.name && $0.id != client.id }.min {
            ($0.isEnabled ? 0 : 1, $0.id) < ($1.isEnabled ? 0 : 1, $1.id)
        }
    }
}

extension PasswordHash {
    /// Of a password that somebody chose; takes as long as any.
    package init(chosen password: Secret, salt: [UInt8]) throws(AdministrationRefusal) {
        guard password.revealText().count >= Self.leastLength else {
            throw AdministrationRefusal(
                .invalid, "a password has \(Self.leastLength) characters at least", at: "password", of: .client)
        }
        // No browser could type another.
        guard password.revealText().isOneLine else {
            throw AdministrationRefusal(.invalid, "a password is one line", fix: "give it alone", at: "password", of: .client)
        }
        guard let hash = PasswordHash(of: password, salt: salt) else {
            throw AdministrationRefusal(.invalid, "this password cannot be hashed", fix: "choose another", at: "password", of: .client)
        }
        self = hash
    }
}
