internal import Mail

/// Holds the things of a file against the directory, one after another, each on what those before it have made; whatever is taken goes by the verbs that
/// commands have. What is there already stays as it is, however it was made.
struct Importing {
    private(set) var report = ImportReport()
    private(set) var working: Administration
    private var gathered = GatheredPlan(unchanged: "the directory has all of it")
    private let kind: ImportKind
    private let choices: ImportChoices
    private var names: ImportedNames
    /// Rights, which are read together, since the tables of names take a while to make.
    private var waiting: [Waiting] = []

    private struct Waiting {
        let item: ImportItem
        let thing: String
        let said: Particulars
    }

    init(_ administration: Administration, _ kind: ImportKind, _ choices: ImportChoices, _ reading: ImportReading)
        throws(AdministrationRefusal)
    {
        working = administration
        self.kind = kind
        self.choices = choices
        names = ImportedNames(reading, in: administration.directory)
        if let grant = choices.mailboxGrant { _ = try administration.directory.find(Grant.self, grant, at: "mailbox_grant") }
        guard let mailbox = choices.mailbox, kind == .gmailSendAs, choices.mailboxGrant == nil else { return }
        _ = try administration.directory.find(Mailbox.self, mailbox, at: "mailbox")
    }

    mutating func add(_ reading: ImportReading) {
        for item in reading {
            switch item.content {
            case .skipped(let why): note(item, nil, .skipped, why)
            case .noted(let why): note(item, nil, .noted, why)
            case .setting(let key, let text, let why): set(key, text, why, item)
            case .user(let id, let address): put(id, address, item)
            case .right(let right): add(right, item)
            case .account(let account): add(account, item)
            }
        }
        for kind in [EntityKind.delegation, .deny] { settle(kind) }
    }

    mutating func finish() -> (Plan, ImportReport) {
        report.sort()
        var plan = gathered.plan
        guard !plan.changes.isEmpty else { return (plan, report) }
        plan.outcome = .changed
        plan.words = report.words
        plan.wordsIfUnchanged = gathered.plan.words
        // What was granted there need not be granted there again.
        if kind.isGrantedAtProvider { plan.next.removeAll { if case .atProvider = $0 { true } else { false } } }
        return (plan, report)
    }

    mutating func note(_ item: ImportItem, _ kind: EntityKind?, _ outcome: ImportReport.Outcome, _ why: String, thing: String? = nil) {
        report.add(ImportReport.Line(item.line, kind, thing ?? item.thing, outcome, why))
    }

    private mutating func take(_ plan: Plan) {
        gathered.take(plan)
        working.directory.apply(plan.changes, edition: working.directory.edition)
    }

    /// By a verb; what it refuses is skipped, with its reason. The sentence is that of the rule, whoever breaks it.
    @discardableResult
    mutating func carryOut(
        _ item: ImportItem, _ kind: EntityKind, thing: String? = nil, why: String = "",
        _ verb: (Administration) throws(AdministrationRefusal) -> Plan
    ) -> Plan? {
        do throws(AdministrationRefusal) {
            let plan = try verb(working)
            let words = [why.isEmpty ? plan.words : why] + plan.warnings
            // What may be a slip stands where it was made.
            var taken = plan
            taken.warnings = []
            // What a grant is for comes with it in the file, and its mailbox says that somebody has to consent.
            if kind == .grant { taken.next = [] }
            take(taken)
            switch plan.outcome {
            case .added: note(item, kind, .new, words.joined(separator: "; "), thing: thing)
            case .changed, .removed: note(item, kind, .changed, words.joined(separator: "; "), thing: thing)
            case .unchanged: note(item, kind, .same, "", thing: thing)
            }
            return plan
        } catch {
            note(item, kind, .skipped, error.description, thing: thing)
            return nil
        }
    }
}

/// Settings and users.
extension Importing {
    private mutating func set(_ key: SettingKey, _ text: String, _ why: String, _ item: ImportItem) {
        let before = working.directory.settings[key]
        let meaning =
            switch SenderSetting(text, isUser: { [directory = working.directory] in directory.hasUser($0) }) {
            case .user: "\(text), a user"
            case .address: "\(text), an address"
            case .currentUser: "\(SenderSetting.currentUserText): whoever is signed in there"
            case .unreadable: "\(text), which is no user yet: import the users first, or mail that needs it is refused"
            }
        let words = [before == text ? "" : before.map { "\($0) → \(meaning)" } ?? meaning, why].filter { !$0.isEmpty }.joined(
            separator: "; ")
        do throws(AdministrationRefusal) {
            var plan = try working.set(key.description, to: text)
            plan.warnings = []
            take(plan)
            note(item, .setting, plan.outcome == .unchanged ? .same : before == nil ? .new : .changed, words)
        } catch { note(item, .setting, .skipped, error.description) }
    }

    /// A user of that id has the address first; others that they have stay behind it.
    private mutating func put(_ id: UserID, _ address: EmailAddress, _ item: ImportItem) {
        guard let known = working.directory.user(id) else {
            carryOut(item, .user, why: "mail of theirs is from \(address)") { administration throws(AdministrationRefusal) in
                try administration.add(
                    Particulars(.user, [.init("id", .text(id.text)), .init("addresses", .list([.text(address.description)]))]))
            }
            return
        }
        guard known.addresses.first?.address != address else { return note(item, .user, .same, "") }
        let others = known.addresses.filter { $0.address != address }
        let all = [UserAddress(address)] + others
        let value = DocumentValue.list(all.map { ["address": .text($0.address.description), "on": .flag($0.isOn)] })
        let was = known.addresses.first.map { "\($0.address)" } ?? "no address"
        carryOut(item, .user, why: "\(was) → \(address) first") { administration throws(AdministrationRefusal) in
            try administration.change(EntityKey(.user, id.text), by: [.init("addresses", value)])
        }
    }
}

/// Rights.
extension Importing {
    private mutating func add(_ right: ImportedRight, _ item: ImportItem) {
        let covers: AddressPattern
        switch names.pattern(right.covers, in: working.directory) {
        case .found(let pattern): covers = pattern
        case .unclear(let why): return note(item, .delegation, .skipped, why)
        }
        let known = names.mailbox(right.holder, in: working.directory)
        guard let mailbox = known ?? make(right.holder, item) else { return note(item, .delegation, .skipped, missing(right.holder)) }
        let thing = "\(mailbox.address) for \(covers)"
        if case .address(let address) = covers, address == mailbox.address, !right.isDenied {
            guard known != nil else { return }
            return note(item, .mailbox, .same, "a mailbox sends for its own address by itself", thing: "\(mailbox.address)")
        }
        waiting.append(Waiting(item: item, thing: thing, said: said(right, mailbox, covers)))
    }

    private func said(_ right: ImportedRight, _ mailbox: Mailbox, _ covers: AddressPattern) -> Particulars {
        var entries: [DocumentValue.Entry] = [
            .init("mailbox", .text(mailbox.id.text)), .init("covers", .text(covers.description)), .init("reason", .text(right.reason)),
        ]
        if right.isDenied { return Particulars(.deny, entries) }
        let isGoogle = working.directory.source(of: mailbox.grant)?.provider.kind == .google
        let kind = right.kind ?? choices.delegationKind ?? (isGoogle ? .alias : .sendAs)
        entries.append(.init("kind", .text(kind.rawValue)))
        // It has had its time at the provider.
        if self.kind.isGrantedAtProvider { entries.append(.init("granted_at", .text("1970-01-01T00:00:00Z"))) }
        return Particulars(.delegation, entries)
    }

    private func missing(_ holder: String) -> String {
        if let address = try? EmailAddress(holder), let family = working.directory.family(of: address) {
            return "\(address) is one of the family \(family.name): a right is given to a mailbox of its own"
        }
        return holder.contains("@")
            ? "there is no mailbox \(holder): --mailbox-grant GRANT makes it, or `mandate mailboxes add \(holder.shellQuoted) --grant GRANT`"
            : "no mailbox has the login \"\(holder.prefix(100))\", and no user of that name has a mailbox"
    }

    /// A mailbox that is missing, below the grant that was named for those.
    private mutating func make(_ holder: String, _ item: ImportItem) -> Mailbox? {
        guard let grant = choices.mailboxGrant, let address = try? EmailAddress(holder) else { return nil }
        let plan = carryOut(item, .mailbox, thing: address.description, why: "a mailbox, through grant \(grant)") {
            administration throws(AdministrationRefusal) in
            try administration.add(Particulars(.mailbox, ["address": address.description, "grant": grant]))
        }
        guard case .mailbox(let mailbox)? = plan?.subject else { return nil }
        names.add(mailbox)
        return mailbox
    }

    private mutating func settle(_ kind: EntityKind) {
        let all = waiting.filter { $0.said.kind == kind }
        guard !all.isEmpty else { return }
        let together = try? working.read(all.map(\.said), of: kind)  // where one is refused, it is found below
        for (place, one) in all.enumerated() {
            carryOut(one.item, kind, thing: one.thing) { administration throws(AdministrationRefusal) in
                guard let fresh = together?[place] else { return try administration.read(one.said, unlessKnown: kind) }
                return try administration.put(fresh, one.said, unlessKnown: kind)
            }
        }
    }
}

extension Administration {
    fileprivate func read(_ said: Particulars, unlessKnown kind: EntityKind) throws(AdministrationRefusal) -> Plan {
        try put(try read(said, id: identifier(of: kind)), said, unlessKnown: kind)
    }

    /// What is the same right or ban already stays as it was given.
    fileprivate func put(_ fresh: DirectoryEntity, _ said: Particulars, unlessKnown kind: EntityKind) throws(AdministrationRefusal) -> Plan
    {
        if let known = twin(of: fresh) { return .unchanged("it is there already", known) }
        return try put(fresh, said)
    }
}

extension Administration {
    /// What a file of another program says, as far as it can be taken; the report has a line for each of its things.
    package func importing(
        _ reading: ImportReading, as kind: ImportKind, choices: ImportChoices = ImportChoices()
    ) throws(AdministrationRefusal) -> (plan: Plan, report: ImportReport) {
        var importing = try Importing(self, kind, choices, reading)
        importing.add(reading)
        return importing.finish()
    }
}
