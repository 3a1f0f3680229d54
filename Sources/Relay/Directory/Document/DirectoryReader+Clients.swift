internal import Mail

/// Programs that may ask or send.
extension DirectoryReader {
    mutating func readClient(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields([
            "id", "name", "key_sha256", "network", "uid", "limits", "default_purpose", "default_user", "author_if_unusable",
            "notice_address", "enabled",
        ])
        let (id, name): (ClientID, String) = try identity(fields)
        let client = Client(
            id: id, name: name, credential: try credential(fields), limits: try limits(fields),
            defaultPurpose: try fields["default_purpose"]?.choice(Purpose.self),
            defaultUser: try fields["default_user"].map { reader throws(DocumentError) in try identifier(reader) },
            authorIfUnusable: try fields["author_if_unusable"]?.address(), noticeAddress: try fields["notice_address"]?.address(),
            isEnabled: try fields.flag("enabled", default: true))
        if case .network = client.credential, client.limits.areEmpty {
            throw fields.problem("limits are missing: a client known only by its network must be limited")
        }
        try clientNames.add(id, name: name, at: entry.path)
        entities.append(.client(client))
    }

    private func limits(_ fields: DocumentFields) throws(DocumentError) -> Client.Limits {
        guard let limits = try fields["limits"]?.fields(["purposes", "addresses"]) else { return Client.Limits() }
        var purposes: Set<Purpose> = []
        for item in try limits.items("purposes") { purposes.insert(try item.choice(Purpose.self)) }
        var addresses: [AddressPattern] = []
        for item in try limits.items("addresses") { addresses.append(try item.pattern(orAny: true)) }
        return Client.Limits(purposes: purposes, addresses: addresses)
    }

    private func credential(_ fields: DocumentFields) throws(DocumentError) -> Client.Credential {
        let given = ["key_sha256", "network", "uid"].compactMap { fields[$0] }
        guard given.count == 1 else { throw fields.problem("exactly one of key_sha256, network, uid says how the client is known") }
        if let key = fields["key_sha256"] { return .key(sha256: try digest(key)) }
        if let network = fields["network"] { return .network(try self.network(network)) }
        return .uid(UInt32(try given[0].number(in: 0...Int64(UInt32.max))))
    }

    private func digest(_ reader: DocumentReader) throws(DocumentError) -> [UInt8] {
        let digits = try reader.text().utf8.map { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") ? $0 - 48 : ($0 | 0x20) &- 87 }
        guard digits.count == 64, digits.allSatisfy({ $0 < 16 }) else { throw reader.expected("64 hexadecimal digits (SHA-256)") }
        return (0..<32).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
    }

    private func network(_ reader: DocumentReader) throws(DocumentError) -> Network {
        let text = try reader.text()
        do throws(Network.Failure) { return try Network(text) } catch { throw reader.problem(error.description) }
    }
}
