/// Taking away, with what uses it or not at all.
extension Administration {
    /// All or none. What is used by something that stays is refused, unless that goes too.
    package func remove(
        _ keys: [EntityKey], cascades: Bool = false, expecting condition: String? = nil
    ) throws(AdministrationRefusal) -> Plan {
        var titles: [String] = []
        for key in keys {
            let entity = try existing(key, expecting: condition)
            titles.append("\(key.kind.noun) \(entity.title)")
        }
        let users = usersLeft(by: keys)
        try check(builtIn: keys)
        let thing = titles.count == 1 ? titles[0] : "\(titles.count) \(keys.first?.kind.plural ?? "things")"
        guard cascades || users.isEmpty else {
            throw AdministrationRefusal(
                .inUse, "\(thing) is used by \(list(users))", fix: "remove those first, or with it (--cascade)", of: keys.first?.kind)
        }
        let words = users.isEmpty ? "removed \(thing)" : "removed \(thing), and with it \(list(users))"
        var plan = Plan(.removed, words, nil, keys.map { .remove($0) })
        plan.cascades = cascades
        plan.gone = keys + users
        try checkAdministrators(plan.changes)
        return plan
    }

    /// The catalogue's providers are there for everybody: one that is missing would be so for whoever adds the next application.
    private func check(builtIn keys: [EntityKey]) throws(AdministrationRefusal) {
        for key in keys where key.kind == .provider {
            guard let provider = Provider.builtIn.first(where: { $0.id.text == key.id }) else { continue }
            throw AdministrationRefusal(
                .wrongState, "provider \(provider.title) is built in: it stays, and is asked nothing while no application names it",
                fix: "`mandate providers reset \(provider.id)` undoes what was changed of it", of: .provider)
        }
    }

    /// What would be left without what it needs, and what without that.
    private func usersLeft(by keys: [EntityKey]) -> [EntityKey] {
        var seen = Set(keys)
        var users: [EntityKey] = []
        var waiting = keys
        while let key = waiting.popLast() {
            for user in directory.references(to: key) where seen.insert(user).inserted {
                users.append(user)
                waiting.append(user)
            }
        }
        return users
    }

    /// Ten say enough of what they are.
    private func list(_ keys: [EntityKey]) -> String {
        let named = keys.prefix(10).map(words).joined(separator: ", ")
        return keys.count > 10 ? "\(named) and \(keys.count - 10) more" : named
    }

    /// By what people know it by: a right has no name, and is known by whose mail it is about.
    private func words(_ key: EntityKey) -> String {
        switch directory.entity(key) {
        case .delegation(let delegation)?: "\(key.kind.noun) for \(delegation.covers) (\(key.id))"
        case .deny(let deny)?: "\(key.kind.noun) for \(deny.covers) (\(key.id))"
        case let entity?: "\(key.kind.noun) \(entity.title)"
        case nil: "\(key.kind.noun) \(key.id)"
        }
    }
}

extension Directory {
    /// What names this thing and cannot be without it, sorted by id. Through all there is of the kind: for a person's work, not for deciding.
    package func references(to key: EntityKey) -> [EntityKey] {
        let found: [EntityKey] =
            switch key.kind {
            case .provider: allApplications.filter { $0.provider.text == key.id }.map { EntityKey(.application, $0.id.text) }
            case .application: allGrants.filter { $0.application.text == key.id }.map { EntityKey(.grant, $0.id.text) }
            case .grant:
                allMailboxes.filter { $0.grant.text == key.id }.map { EntityKey(.mailbox, $0.id.text) }
                    + allFamilies.filter { $0.grant.text == key.id }.map { EntityKey(.family, $0.id.text) }
            case .mailbox:
                allDelegations.filter { $0.mailbox.text == key.id }.map { EntityKey(.delegation, $0.id.text) }
                    + allDenials.filter { $0.mailbox?.text == key.id }.map { EntityKey(.deny, $0.id.text) }
            case .user: settings.naming(UserID(trusted: key.id)).map { EntityKey(.setting, $0.description) }
            case .setting, .family, .delegation, .deny, .client: []
            }
        return found.sorted { ($0.kind.rawValue, $0.id) < ($1.kind.rawValue, $1.id) }
    }
}

extension Settings {
    /// Those whose value is this user, trimmed as they are when they are read.
    func naming(_ user: UserID) -> [SettingKey] {
        all.filter { key, text in key.name.mayNameUser && SenderSetting(text, isUser: { $0 == user }) == .user(user) }.map(\.key)
    }
}

extension SettingKey.Name {
    /// Its value may be a user id.
    package var mayNameUser: Bool {
        switch self {
        case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier: true
        case .mode, .reply, .fallback, .intake, .template, .organisation, .signatures, .envelope, .originalFrom, .publicURL, .delivery:
            false
        }
    }
}
