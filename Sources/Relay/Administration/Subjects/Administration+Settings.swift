internal import Mail

/// The application's three settings, and our own beside them.
extension Administration {
    /// Octets: a line of a message has no more (RFC 5322 section 2.1.1), and most values end up in one.
    private static let longest = 998

    /// The users and addresses that a value may mean.
    package static func slice(of value: String) -> DirectorySlice {
        var slice = DirectorySlice()
        let text = SenderSetting.trimmed(value)
        if let id = UserID(text) { slice.users.insert(id) }
        slice.add(address: text)
        return slice
    }

    /// Sets one, or takes its value away (nil), so that what is usual holds.
    package func set(_ name: String, to text: String?, expecting condition: String? = nil) throws(AdministrationRefusal) -> Plan {
        guard let key = SettingKey(name)?.named(in: directory) else {
            let close = Closeness.closest(to: name, in: SettingKey.all.map(\.description))
            throw AdministrationRefusal(NameTrouble(unknown: name, .setting, like: close), of: .setting)
        }
        try check(condition, EntityTag.of(key, in: directory.settings), "\(key)")
        return try set(key, to: text, at: "value")
    }

    /// Sets several, all or none: what one needs of another may stand beside it.
    package func set(_ values: [(key: SettingKey, text: String?)], expecting condition: String? = nil) throws(AdministrationRefusal) -> Plan
    {
        try check(condition, EntityTag.of(values.map(\.key), in: directory.settings), "these settings")
        var working = self
        // What is taken away comes last, since it may be what the others stand on until they are set.
        var plan = Plan.unchanged("nothing is another than before")
        for (key, text) in values.filter({ $0.text != nil }) + values.filter({ $0.text == nil }) {
            let one = try working.set(key, to: text, at: key.description)
            guard one.outcome != .unchanged else { continue }
            plan.words = plan.changes.isEmpty ? one.words : "\(plan.words); \(one.words)"
            plan.outcome = .changed
            plan.changes += one.changes
            plan.notes += one.notes
            plan.warnings += one.warnings
            plan.next += one.next
            working.directory.apply(one.changes, edition: working.directory.edition)
        }
        return plan
    }

    private func check(_ condition: String?, _ tag: String, _ what: String) throws(AdministrationRefusal) {
        guard let condition, !EntityTag.matches(condition, tag) else { return }
        throw AdministrationRefusal(
            .changedMeanwhile, "somebody changed \(what) since you read it", fix: "read it again, and repeat", of: .setting)
    }

    private func set(_ key: SettingKey, to text: String?, at field: String) throws(AdministrationRefusal) -> Plan {
        guard let text else { return try unset(key, at: field) }
        guard text.utf8.count <= Self.longest else {
            throw AdministrationRefusal(.invalid, "it is longer than \(Self.longest) octets", at: field, of: .setting)
        }
        if Placeholder.isOne(text), UserID(text).flatMap({ directory.user($0) }) == nil {
            throw AdministrationRefusal(.malformed, Placeholder.words(text), at: field, of: .setting)
        }
        if let problem = key.problem(with: text, in: directory) { throw AdministrationRefusal(.invalid, problem, at: field, of: .setting) }
        let entity = DirectoryEntity.setting(key, text)
        guard directory.settings[key] != text else { return .unchanged("\(key) is \(text)", entity) }
        var plan = Plan(directory.settings[key] == nil ? .added : .changed, "\(key) is now \(text)", entity, [.put(entity)])
        if let slip = slip(key, text) { plan.warnings.append(slip) }
        if key.name == .publicURL { follow(&plan, with: PublicAddress(text) ?? .usual) }
        return plan
    }

    private func unset(_ key: SettingKey, at field: String) throws(AdministrationRefusal) -> Plan {
        guard directory.settings[key] != nil else { return .unchanged("\(key) is not set") }
        if key.name == .intake, let needing = directory.settings.needingIntake {
            throw AdministrationRefusal(
                .inUse, "\(needing.key) is \(needing.text), which needs an intake address", fix: "set \(needing.key) to author first",
                at: field, of: .setting)
        }
        var plan = Plan(.removed, "\(key) is no longer set", nil, [.remove(EntityKey(.setting, key.description))])
        if key.name == .publicURL { follow(&plan, with: .usual) }
        return plan
    }

    /// A name may come later, so this is no error; but a slip looks the same.
    private func slip(_ key: SettingKey, _ text: String) -> String? {
        guard key.name.mayNameUser else { return nil }
        switch SenderSetting(text, isUser: { directory.hasUser($0) }) {
        case .currentUser: return nil
        case .user(let id):
            let primary = directory.user(id)?.primaryAddress?.address
            guard let address = try? EmailAddress(text), let primary, primary != address else { return nil }  // most ids are no addresses
            return "\(id) is a user's id: mail is from \(primary), their address"
        case .address(let address):
            guard directory.users(with: address).isEmpty, directory.mailboxes(with: address).isEmpty else { return nil }
            return "no user has the id or address \(address): it is used as an address"
        case .unreadable(let text): return "there is no user \"\(text)\" yet: until there is one, mail that needs this setting is refused"
        }
    }

    /// Commands go by the new address at once and a running service by the one it began with, and every provider sends people back to where it was told.
    private func follow(_ plan: inout Plan, with address: PublicAddress) {
        plan.warnings.append(
            "commands use \(address) at once; a service that runs goes on as it was started, until it is started anew")
        for application in directory.allApplications.sorted(by: { $0.id < $1.id }) where application.serviceAccount == nil {
            plan.next.append(
                .atProvider("application \(application.name): register the redirect URI \(address.redirectURI(application.id.text))"))
        }
    }
}

extension EntityTag {
    /// Of a setting, set or not.
    package static func of(_ key: SettingKey, in settings: Settings) -> String {
        of(["key": .text(key.description), "value": DocumentValue(settings[key])])
    }

    /// Of several that are one form.
    package static func of(_ keys: [SettingKey], in settings: Settings) -> String { of(.list(keys.map { DocumentValue(settings[$0]) })) }
}

extension Settings {
    /// Where browsers reach the service.
    package var publicAddress: PublicAddress { self[SettingKey(.publicURL)].flatMap { PublicAddress($0) } ?? .usual }

    fileprivate var needingIntake: (key: SettingKey, text: String)? {
        all.first { $0.key.name == .reply && ReplyPolicy(rawValue: $0.text)?.addsIntake == true }
    }
}
