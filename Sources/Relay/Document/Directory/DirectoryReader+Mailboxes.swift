internal import Mail

/// Mailboxes, families, and who may use them.
extension DirectoryReader {
    mutating func readMailbox(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(["id", "address", "login", "grant", "transports", "read", "enabled"] + Stewardship.keys)
        let address = try fields.required("address").address()
        let id: MailboxID = try identifier(fields, else: address.key)
        let grant = try grantNames.find(fields.required("grant"))
        let mailbox = Mailbox(
            id: id, address: address, login: try fields.line("login"), grant: grant, transports: try transports(fields, grant),
            isRead: try fields.flag("read", default: false), isEnabled: try fields.flag("enabled", default: true),
            stewardship: try fields.stewardship())
        try mailboxNames.add(id, name: address.key, also: [mailbox.login], at: entry.path)
        mailboxes[id] = mailbox
        entities.append(.mailbox(mailbox))
    }

    mutating func readFamily(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(["id", "name", "members", "grant", "transports", "enabled"] + Stewardship.keys)
        let (id, name): (FamilyID, String) = try identity(fields)
        let reference = try fields.required("grant")
        let grant = try grantNames.find(reference)
        guard grants[grant]?.opensManyMailboxes == true else {
            throw reference.problem(
                "a family needs an app-only or service-account grant; \(grants[grant]?.title ?? grant.text) opens only one mailbox")
        }
        let members = try fields.required("members")
        let items = try members.items()
        guard !items.isEmpty else { throw members.problem("a family needs members: addresses or @domain") }
        var patterns: [AddressPattern] = []
        for item in items {
            // Every stranger would be a mailbox.
            let pattern = try item.pattern(orAny: false)
            guard !patterns.contains(pattern) else { throw item.malformed("\(pattern) stands there twice") }
            patterns.append(pattern)
        }
        let family = Family(
            id: id, name: name, members: patterns, grant: grant, transports: try transports(fields, grant),
            isEnabled: try fields.flag("enabled", default: true), stewardship: try fields.stewardship())
        try familyNames.add(id, name: name, also: patterns.map(\.description), at: entry.path)
        families[id] = family
        entities.append(.family(family))
    }

    /// In order of preference; only what the provider has.
    private func transports(_ fields: DocumentFields, _ grant: GrantID) throws(DocumentError) -> [Transport] {
        let provider = grants[grant].flatMap { applications[$0.application] }.flatMap { providers[$0.provider] }
        guard let list = fields["transports"] else {
            // SMTP wherever it can be.
            return [provider.flatMap { provider in Transport.usual.first(where: provider.takes) } ?? .smtp]
        }
        let items = try list.items()
        guard !items.isEmpty else { throw list.problem("name at least one of smtp, graph, gmail") }
        var transports: [Transport] = []
        for item in items {
            let transport = try item.choice(Transport.self)
            guard !transports.contains(transport) else { throw item.malformed("\(transport.rawValue) stands there twice") }
            if let provider, !provider.takes(transport) {
                throw item.problem("the provider \(provider.id) has no \(transport.rawValue)")
            }
            transports.append(transport)
        }
        return transports
    }

    mutating func readDelegation(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(
            [
                "id", "mailbox", "covers", "kind", "priority", "valid_from", "valid_until", "granted_by", "granted_at", "reason",
                "allows_unaligned",
            ] + Stewardship.keys)
        let mailbox = try mailboxNames.find(fields.required("mailbox"))
        let covers = try coverage(fields.required("covers"))
        let kind = try kind(fields.required("kind"))
        let delegation = Delegation(
            id: try identifier(fields, else: "\(mailbox) \(kind.rawValue) \(covers.key)"), mailbox: mailbox,
            covers: covers, kind: kind, priority: Int(try fields["priority"]?.number(in: -1_000_000...1_000_000) ?? 100),
            validFrom: try fields["valid_from"]?.date(), validUntil: try fields["valid_until"]?.date(),
            grantedBy: try fields.line("granted_by") ?? usual.grantedBy, grantedAt: try fields["granted_at"]?.date() ?? usual.grantedAt,
            reason: try fields["reason"]?.text() ?? "", allowsUnaligned: try fields.flag("allows_unaligned", default: false),
            stewardship: try fields.stewardship())
        if let from = delegation.validFrom, let until = delegation.validUntil, from >= until {
            throw try fields.required("valid_until").problem("it ends before it begins: it must come after valid_from")
        }
        try delegationNames.add(delegation.id, name: delegation.id.text, at: entry.path)
        entities.append(.delegation(delegation))
    }

    /// `*` would let the mailbox pass for anybody; who means several domains writes them down.
    private func coverage(_ reader: DocumentReader) throws(DocumentError) -> AddressPattern {
        guard reader.value != .text("*") else {
            throw reader.malformed("a delegation names an address or @domain; \"*\" would hand out every address there is")
        }
        return try reader.pattern(orAny: false)
    }

    private func kind(_ reader: DocumentReader) throws(DocumentError) -> Delegation.Kind {
        guard reader.value != .text("own") else {
            throw DocumentError(
                reader.path, "own is no kind of delegation: a mailbox sends for its own address by itself",
                fix: "`mandate standings probe` finds out whether it may, `mandate mailboxes check` what is wrong with it", .malformed)
        }
        return try reader.choice(Delegation.Kind.self)
    }

    mutating func readDeny(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(["id", "mailbox", "covers", "reason"])
        let reference = try fields.required("mailbox")
        let mailbox: MailboxID? = reference.value == .text("*") ? nil : try mailboxNames.find(reference)
        let covers = try fields.required("covers").pattern(orAny: true)
        let deny = Deny(
            id: try identifier(fields, else: "deny \(mailbox?.text ?? "*") \(covers.key)"), mailbox: mailbox, covers: covers,
            reason: try fields["reason"]?.text() ?? "")
        try denyNames.add(deny.id, name: deny.id.text, at: entry.path)
        entities.append(.deny(deny))
    }

    /// The id that is given, else one from what the thing says, so that the same file means the same things wherever its lines stand.
    private func identifier<Named>(_ fields: DocumentFields, else text: String) throws(DocumentError) -> Identifier<Named> {
        if let given = fields["id"] { return try identifier(given) }
        guard let id = Identifier<Named>(text) else {
            throw fields.problem("id is missing: its address and mailbox are too long to make one")
        }
        return id
    }
}

extension AddressPattern {
    /// One text for every writing of the same pattern.
    fileprivate var key: String {
        if case .address(let address) = self { address.key } else { description }
    }
}
