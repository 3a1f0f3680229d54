internal import Mail

/// Programs that may ask or send.
extension DirectoryReader {
    mutating func readClient(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(
            [
                "id", "name", "key_sha256", "network", "uid", "password_scrypt", "limits", "default_purpose", "default_user",
                "author_if_unusable", "notice_address", "roles", "tokens", "strict", "quota", "enabled",
            ] + Stewardship.keys)
        let (id, name): (ClientID, String) = try identity(fields)
        let client = Client(
            id: id, name: name, credential: try credential(fields), limits: try limits(fields),
            defaultPurpose: try fields["default_purpose"]?.choice(Purpose.self),
            defaultUser: try fields["default_user"].map { reader throws(DocumentError) in try identifier(reader) },
            authorIfUnusable: try fields["author_if_unusable"]?.address(), noticeAddress: try fields["notice_address"]?.address(),
            roles: try roles(fields), tokenRights: try tokenRights(fields), isStrict: try fields.flag("strict", default: false),
            quota: try quota(fields), isEnabled: try fields.flag("enabled", default: true), stewardship: try fields.stewardship())
        if let problem = client.problem { throw DocumentError(fields.path(of: problem.field), problem.sentence) }
        try clientNames.add(id, name: name, at: entry.path)
        entities.append(.client(client))
    }

    private func roles(_ fields: DocumentFields) throws(DocumentError) -> Set<Role> {
        guard fields["roles"] != nil else { return [.sender] }
        var roles: Set<Role> = []
        for item in try fields.items("roles") { roles.insert(try item.choice(Role.self)) }
        return roles
    }

    /// A mailbox's address or id, or a map that says more.
    private func tokenRights(_ fields: DocumentFields) throws(DocumentError) -> [Client.TokenRight] {
        var rights: [Client.TokenRight] = []
        for item in try fields.items("tokens") {
            let right = try tokenRight(item)
            guard !rights.contains(where: { $0.row == right.row }) else { throw item.problem("it stands there twice") }
            rights.append(right)
        }
        return rights
    }

    private func tokenRight(_ item: DocumentReader) throws(DocumentError) -> Client.TokenRight {
        guard case .map = item.value else { return try checked(Client.TokenRight(.mailbox(mailboxNames.find(item))), item) }
        let fields = try item.fields(["mailbox", "family", "whole_grant"])
        let isWhole = try fields.flag("whole_grant", default: false)
        switch (fields["mailbox"], fields["family"]) {
        case (let mailbox?, nil):
            return try checked(Client.TokenRight(.mailbox(mailboxNames.find(mailbox)), coversWholeGrant: isWhole), item)
        case (nil, let family?): return try checked(Client.TokenRight(.family(familyNames.find(family)), coversWholeGrant: isWhole), item)
        case (nil, nil), (.some, .some): throw fields.problem("name a mailbox or a family")
        }
    }

    private func checked(_ right: Client.TokenRight, _ item: DocumentReader) throws(DocumentError) -> Client.TokenRight {
        let id: GrantID? =
            switch right.row {
            case .mailbox(let id): mailboxes[id]?.grant
            case .family(let id): families[id]?.grant
            }
        if let problem = Client.problem(with: right, id.flatMap { grants[$0] }) { throw item.problem(problem) }
        return right
    }

    private func limits(_ fields: DocumentFields) throws(DocumentError) -> Client.Limits {
        guard let limits = try fields["limits"]?.fields(["purposes", "addresses"]) else { return Client.Limits() }
        var purposes: Set<Purpose> = []
        for item in try limits.items("purposes") { purposes.insert(try item.choice(Purpose.self)) }
        var addresses: [AddressPattern] = []
        for item in try limits.items("addresses") { addresses.append(try item.pattern(orAny: true)) }
        return Client.Limits(purposes: purposes, addresses: addresses)
    }

    private func quota(_ fields: DocumentFields) throws(DocumentError) -> Quota {
        var quota = Quota()
        guard let limits = try fields["quota"]?.fields(Quota.Quantity.allCases.map(\.rawValue)) else { return quota }
        for quantity in Quota.Quantity.allCases {
            quota[quantity] = try limits[quantity.rawValue].map { reader throws(DocumentError) in Int(try reader.number(in: Quota.range)) }
        }
        return quota
    }

    private func credential(_ fields: DocumentFields) throws(DocumentError) -> Client.Credential {
        let given = ["key_sha256", "network", "uid", "password_scrypt"].compactMap { fields[$0] }
        guard given.count == 1 else {
            let found = given.isEmpty ? "nothing says how it is known" : "it is known in \(given.count) ways"
            throw DocumentError(
                fields.path, found, fix: "name one: a key (key_sha256), a password (password_scrypt), a network or a uid", .malformed)
        }
        if let password = fields["password_scrypt"] {
            guard let hash = PasswordHash(try password.text()) else { throw password.expected("$scrypt$ln=…,r=…,p=…$SALT$HASH") }
            return .password(hash)
        }
        if let key = fields["key_sha256"] { return .key(sha256: try digest(key)) }
        if let network = fields["network"] { return .network(try self.network(network)) }
        return .uid(UInt32(try given[0].number(in: 0...Int64(UInt32.max))))
    }

    private func digest(_ reader: DocumentReader) throws(DocumentError) -> [UInt8] {
        guard let digest = [UInt8](hexadecimal: try reader.text()), digest.count == 32 else {
            throw reader.expected("64 hexadecimal digits (SHA-256)")
        }
        return digest
    }

    private func network(_ reader: DocumentReader) throws(DocumentError) -> Network {
        let text = try reader.text()
        do throws(Network.Failure) { return try Network(text) } catch { throw reader.malformed(error.description) }
    }
}
