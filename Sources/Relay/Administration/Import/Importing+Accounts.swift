internal import Mail

/// A proxy's accounts: where their tokens are had, with whose client id, by whose consent, and the mailbox that they open. What the directory has already is
/// used; the rest is made, and what only people can give is said.
extension Importing {
    mutating func add(_ account: ImportedAccount, _ item: ImportItem) {
        guard let (provider, tenant) = provider(of: account, item) else { return }
        guard let application = application(of: account, provider, tenant, item) else { return }
        guard let grant = grant(of: account, application, item) else { return }
        let same = working.directory.mailboxes(with: account.address)
        guard let known = same.first else {
            carryOut(item, .mailbox, thing: account.address.description, why: "a mailbox, through grant \(grant.name)") {
                administration throws(AdministrationRefusal) in
                try administration.add(Particulars(.mailbox, ["address": account.address.description, "grant": grant.id.text]))
            }
            return
        }
        let isOfGrant = same.contains { $0.grant == grant.id }
        note(
            item, .mailbox, isOfGrant ? .same : .skipped,
            isOfGrant
                ? ""
                : "the mailbox has another grant: `mandate mailboxes set \(known.id.text.shellQuoted) --grant \(grant.id.text.shellQuoted)` gives it this one",
            thing: account.address.description)
    }

    private mutating func provider(of account: ImportedAccount, _ item: ImportItem) -> (Provider, tenant: String)? {
        let providers = working.directory.allProviders.sorted { $0.id < $1.id }
        for provider in providers {
            if let tenant = provider.tenant(in: account.tokenEndpoint) { return (provider, tenant) }
        }
        // What Google had before, and still answers.
        if ["https://www.googleapis.com/oauth2/v4/token", "https://accounts.google.com/o/oauth2/token"].contains(account.tokenEndpoint),
            let google = providers.first(where: { $0.kind == .google })
        {
            return (google, "")
        }
        guard let smtp = account.smtp else {
            note(
                item, .provider, .skipped,
                "no provider has the token endpoint \(account.tokenEndpoint), and the file does not say which SMTP server is its own: `mandate providers add`, "
                    + "then import again")
            return nil
        }
        let host = account.tokenEndpoint.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        let plan = carryOut(item, .provider, thing: host, why: "a provider that the catalogue does not have") {
            administration throws(AdministrationRefusal) in try administration.add(Self.provider(of: account, host, smtp))
        }
        guard case .provider(let provider)? = plan?.subject else { return nil }
        return (provider, "")
    }

    /// A file may come from anyone.
    private static func provider(of account: ImportedAccount, _ host: String, _ smtp: MailEndpoint) -> Particulars {
        var entries: [DocumentValue.Entry] = [
            .init("id", .text(host)), .init("kind", "custom"), .init("token_endpoint", .text(account.tokenEndpoint)),
            .init("may_receive_secrets", .flag(false)),
            .init(
                "smtp",
                ["host": .text(smtp.host), "port": .number(Int64(smtp.port)), "security": .text(smtp.security.rawValue)]),
        ]
        if let authorization = account.authorizationEndpoint {
            entries.append(.init("authorization", ["authorization_endpoint": .text(authorization)]))
        }
        if !account.scopes.isEmpty { entries.append(.init("scopes", ["smtp": ["delegated": .text(account.scopes)]])) }
        return Particulars(.provider, entries)
    }

    private mutating func application(
        of account: ImportedAccount, _ provider: Provider, _ tenant: String, _ item: ImportItem
    ) -> Application? {
        let known = working.directory.allApplications.sorted { $0.id < $1.id }.first {
            $0.provider == provider.id && $0.clientID == account.clientID && $0.tenant.lowercased() == tenant.lowercased()
        }
        if let known { return known }
        let taken = Set(working.directory.allApplications.map(\.name))
        let short = account.clientID.prefix(8).prefix { $0.isLetter || $0.isNumber }
        let name = ["\(provider.id) \(short)", "\(provider.id) \(account.clientID)"].first { !taken.contains($0) }
        let called = name ?? account.clientID
        let asking = "mandate applications set \(called.shellQuoted) --secret-from prompt"
        let secret = account.hasSecret ? "; its secret is not taken from the file: `\(asking)` asks for it" : ""
        let plan = carryOut(item, .application, thing: called, why: "client id \(account.clientID)\(secret)") {
            administration throws(AdministrationRefusal) in
            var plan = try administration.add(
                Particulars(
                    .application,
                    [
                        "name": called, "provider": provider.id.text, "tenant": tenant.isEmpty ? nil : tenant,
                        "client_id": account.clientID,
                    ]))
            if account.hasSecret { plan.next.append(.command(asking)) }
            return plan
        }
        guard case .application(let application)? = plan?.subject else { return nil }
        return application
    }

    /// Of consents one for each account; without a person, one for all.
    private mutating func grant(of account: ImportedAccount, _ application: Application, _ item: ImportItem) -> Grant? {
        let kind: Grant.Kind = account.flow == .consent ? .consent : .appOnly
        let principal = kind == .consent ? account.principal : nil
        let all = working.directory.allGrants.sorted { $0.id < $1.id }
        let known = all.first {
            $0.application == application.id && $0.kind == kind && $0.principal?.lowercased() == principal?.lowercased()
        }
        if let known { return known }
        let taken = Set(all.map(\.name))
        let wanted = kind == .consent ? account.principal : application.name
        let name = [wanted, "\(application.name) \(wanted)"].first { !taken.contains($0) } ?? "\(application.id) \(wanted)"
        let why = kind == .consent ? "\(account.principal) has to consent" : "app-only, by application \(application.name)"
        let plan = carryOut(item, .grant, thing: name, why: why) { administration throws(AdministrationRefusal) in
            try administration.add(
                Particulars(
                    .grant, ["name": name, "kind": kind.rawValue, "application": application.id.text, "principal": principal]))
        }
        guard case .grant(let grant)? = plan?.subject else { return nil }
        return grant
    }
}

extension Provider {
    /// The tenant that stands in an address of this provider's token endpoint; empty where none does, nil where it is another's.
    fileprivate func tenant(in address: String) -> String? {
        let parts = tokenEndpoint.split(separator: "{tenant}", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return address == tokenEndpoint ? "" : nil }
        guard address.hasPrefix(parts[0]), address.hasSuffix(parts[1]), address.count > parts[0].count + parts[1].count else { return nil }
        let tenant = String(address.dropFirst(parts[0].count).dropLast(parts[1].count))
        return Application.isTenant(tenant) ? tenant : nil
    }
}
