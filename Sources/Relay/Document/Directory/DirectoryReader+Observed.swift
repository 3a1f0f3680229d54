internal import Mail
internal import struct FoundationEssentials.Date

/// What a running store would have observed: for deciding on a file, and for trying out what would happen if.
extension DirectoryReader {
    mutating func readObserved(_ section: DocumentReader) throws(DocumentError) {
        let fields = try section.fields(["standings", "health"])
        for entry in try fields.items("standings") { try readStanding(entry) }
        for entry in try fields.items("health") { try readHealth(entry) }
    }

    private enum StandingName: String, CaseIterable { case declared, pending, proven, doubted, denied, rewritten }

    private mutating func readStanding(_ entry: DocumentReader) throws(DocumentError) {
        let keys = ["mailbox", "login", "provider", "from", "transport", "standing"]
        let name = try entry.fields().choice("standing", as: StandingName.self)
        let standing: Standing
        switch name {
        case .declared:
            _ = try entry.fields(keys)
            standing = .declared
        case .pending:
            let fields = try entry.fields(keys + ["until", "denied_at"])
            standing = .pending(until: try fields.required("until").date(), deniedAt: try fields["denied_at"]?.date())
        case .proven:
            let fields = try entry.fields(keys + ["at", "how"])
            standing = .proven(at: try fields.required("at").date(), how: try fields.line("how") ?? "observed")
        case .doubted:
            let fields = try entry.fields(keys + ["at", "code", "needs", "probes", "next_probe", "tries", "next_try"])
            let since = try fields.required("at").date()
            standing = .doubted(
                Doubt(
                    since: since, code: try fields.required("code").line(), needs: Int(try fields["needs"]?.number(in: 1...2) ?? 1),
                    probes: Int(try fields["probes"]?.number(in: 0...1000) ?? 0), nextProbe: try fields["next_probe"]?.date() ?? since,
                    tries: Int(try fields["tries"]?.number(in: 0...1000) ?? 0), nextTry: try fields["next_try"]?.date()))
        case .denied:
            let fields = try entry.fields(keys + ["at", "code"])
            standing = .denied(at: try fields.required("at").date(), code: try fields.required("code").line())
        case .rewritten:
            let fields = try entry.fields(keys + ["at", "to"])
            standing = .rewritten(at: try fields.required("at").date(), to: try fields.required("to").line())
        }
        let fields = try entry.fields()
        let transport = try fields["transport"]?.choice(Transport.self) ?? .smtp
        let key = StandingKey(try account(fields), from: try fields.required("from").address(), transport: transport)
        observations.append(.standing(key, standing))
    }

    private enum HealthName: String, CaseIterable {
        case stopped, broken
        case needsConsent = "needs-consent"
        case lostInCrash = "lost-in-crash"
        case suspended
    }

    private mutating func readHealth(_ entry: DocumentReader) throws(DocumentError) {
        switch try entry.fields().choice("state", as: HealthName.self) {
        case .stopped:
            let fields = try entry.fields(["state", "mailbox", "login", "provider", "transport", "until", "reason", "failures"])
            let failures = Int(try fields["failures"]?.number(in: 0...1_000_000) ?? 1)
            let until = try fields.required("until").date()
            observations.append(
                .mailbox(
                    try account(fields), over: try fields["transport"]?.choice(Transport.self),
                    .stopped(until: until, reason: try reason(fields), failures: failures)))
        case .broken:
            let fields = try entry.fields(["state", "mailbox", "login", "provider", "since", "reason"])
            observations.append(.mailbox(try account(fields), .broken(since: try since(fields), reason: try reason(fields))))
        case .needsConsent:
            let fields = try entry.fields(["state", "grant", "since", "reason"])
            let grant = try grantNames.find(fields.required("grant"))
            observations.append(.grant(grant, .needsConsent(since: try since(fields), reason: try reason(fields))))
        case .lostInCrash:
            let fields = try entry.fields(["state", "grant", "at"])
            observations.append(.grant(try grantNames.find(fields.required("grant")), .lostInCrash(at: try fields.required("at").date())))
        case .suspended:
            let fields = try entry.fields(["state", "application", "since", "reason"])
            let health = ApplicationHealth(suspendedSince: try since(fields), reason: try reason(fields))
            observations.append(.application(try applicationNames.find(fields.required("application")), health))
        }
    }

    /// A member of a family has no row, hence a login as well, and the provider that it is at.
    private func account(_ fields: DocumentFields) throws(DocumentError) -> Account {
        if let login = fields["login"] {
            guard fields["mailbox"] == nil else { throw login.problem("name the mailbox or the login, not both") }
            return Account(provider: try provider(fields), login: try login.line())
        }
        if let provider = fields["provider"] { throw provider.problem("a mailbox is at the provider of its grant: leave provider out") }
        guard let mailbox = mailboxes[try mailboxNames.find(fields.required("mailbox"))],
            let provider = grants[mailbox.grant].flatMap({ applications[$0.application] })?.provider
        else { throw fields.problem("there is no such mailbox") }
        return Account(provider: provider, login: mailbox.login)
    }

    /// It goes without saying where all applications are at one.
    private func provider(_ fields: DocumentFields) throws(DocumentError) -> ProviderID {
        if let named = fields["provider"] { return try providerNames.find(named) }
        let all = Set(applications.values.map(\.provider))
        guard let only = all.first, all.count == 1 else {
            throw fields.problem("provider is missing: the same login can be at several, and is an account of its own at each")
        }
        return only
    }

    private func since(_ fields: DocumentFields) throws(DocumentError) -> Date {
        try fields["since"]?.date() ?? Date(timeIntervalSince1970: 0)
    }

    private func reason(_ fields: DocumentFields) throws(DocumentError) -> String { try fields.line("reason") ?? "no reason recorded" }
}

extension DocumentFields {
    fileprivate func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, as choice: Choice.Type
    ) throws(DocumentError) -> Choice { try required(key).choice(choice) }
}
