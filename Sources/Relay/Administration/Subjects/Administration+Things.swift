/// Making, changing and removing one thing of the directory, or many: what holds for every kind. What holds for one kind alone is said beside its verbs.
extension Administration {
    private static let mostIDs = 10_000

    /// How a thing comes to be what is said of it.
    enum Manner {
        /// It is made; or it is there, and made again.
        case added
        /// It takes the place of what is there.
        case replaced
    }

    /// Makes it. The same again is no change; where there is such a thing with other values, that is refused, but a right or a ban is then given anew in the
    /// place of the one before, and a client that was revoked is let in again under the id that the journal knows.
    package func add(_ said: Particulars) throws(AdministrationRefusal) -> Plan {
        try checkNoPlaceholder(said.entries, at: said.place, of: said.kind)
        let said = try completed(said, id: said.id)
        var fresh = try read(said, id: said.id ?? identifier(of: said.kind))
        guard let known = directory.entity(fresh.key) ?? twin(of: fresh) else { return try made(fresh, said) }
        guard said.id == nil || fresh.key == known.key else { throw taken(known) }
        fresh = fresh.with(stewardship(of: known, unlessSaidIn: said, fresh))
        let isGivenAnew = isGivenAnew(known)
        if !isGivenAnew, case (.client(let fresh), .client(let known)) = (fresh, known) {
            if let refusal = refusal(toAdd: fresh, again: known, said) { throw refusal }
        }
        let settled = try settle(fresh.with(id: known.key.id), replacing: known, .added, said)
        // An address in another spelling is the same address.
        if settled == known {
            var plan = try unchanged(known, said)
            plan.secrets = plan.secrets.map { Plan.Secrecy($0.name, $0.secret, elseRefused: taken(known, hasOtherValues: true)) }
            return plan
        }
        guard isGivenAnew else { throw taken(known, hasOtherValues: true) }
        return try changed(settled, from: known, said)
    }

    /// Who answers for a thing is no value of it: whoever makes it again and does not say takes nobody's name away.
    private func stewardship(of known: DirectoryEntity, unlessSaidIn said: Particulars, _ fresh: DirectoryEntity) -> Stewardship {
        guard var kept = known.stewardship, let new = fresh.stewardship else { return .none }
        if said.says("owner") { kept.owner = new.owner }
        if said.says("purpose") { kept.purpose = new.purpose }
        if said.says("review") { kept.review = new.review }
        return kept
    }

    /// Each is made, or takes the place of what is there already; all or none.
    package func put(_ all: [Particulars], of kind: EntityKind) throws(AdministrationRefusal) -> Plan {
        var working = self
        var plan = Plan(.unchanged, "")
        let all = try all.map { said throws(AdministrationRefusal) in try completed(said, id: said.id) }
        let entities = try read(all, of: kind)
        for (entity, said) in zip(entities, all) {
            let one = try working.put(entity, said)
            plan.changes += one.changes
            plan.secrets += one.secrets
            plan.warnings += one.warnings
            if let subject = one.subject { plan.items.append(Plan.Item(key: subject.key, outcome: one.outcome, newKey: one.newKey)) }
            working.directory.apply(one.changes, edition: working.directory.edition)
        }
        let counts = [Plan.Outcome.added, .changed, .unchanged].map { outcome in (outcome, plan.items.count { $0.outcome == outcome }) }
        plan.words = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
        if !plan.isEmpty { plan.outcome = .changed }
        try checkAdministrators(plan.changes)
        return plan
    }

    func put(_ fresh: DirectoryEntity, _ said: Particulars) throws(AdministrationRefusal) -> Plan {
        guard let known = directory.entity(fresh.key) ?? twin(of: fresh) else { return try made(fresh, said) }
        guard said.id == nil || fresh.key == known.key else { throw taken(known, at: said.place) }
        let settled = try settle(fresh.with(id: known.key.id), replacing: known, .replaced, said)
        return settled.isSame(as: known) ? try unchanged(known, said) : try changed(settled, from: known, said)
    }

    /// Changes what is there into what `said` makes of it. `expecting`: the entity tags of the states in which it may be changed, as If-Match has them.
    package func change(
        _ key: EntityKey, expecting condition: String? = nil, to said: (DirectoryEntity) throws(AdministrationRefusal) -> Particulars
    ) throws(AdministrationRefusal) -> Plan {
        let before = try existing(key, expecting: condition)
        let said = try completed(try said(before), id: key.id)
        if let id = said.id, id != key.id {
            throw AdministrationRefusal(
                .invalid, "the id in it is another than that of the \(key.kind.noun) it is said of", at: "id", of: key.kind)
        }
        let fresh = try read(said, id: key.id, isWhole: true)
        // Where two are the same from of old, that is no reason to leave both as they are.
        if let twin = twin(of: fresh), twin.key != key, self.twin(of: before)?.key != twin.key { throw taken(twin) }
        let settled = try settle(fresh, replacing: before, .replaced, said)
        guard !settled.isSame(as: before) || !said.secrets.isEmpty else { return try unchanged(before, said) }
        let plan = try changed(settled, from: before, said)
        try checkAdministrators(plan.changes)
        return plan
    }

    /// What is not named in the patch stays (RFC 7396). `forgettingPin`: of a grant, whoever consented is to be nobody any more.
    package func change(
        _ key: EntityKey, expecting condition: String? = nil, by patch: [DocumentValue.Entry], secrets: [SecretName.Kind: Secret] = [:],
        forgettingPin: Bool = false
    ) throws(AdministrationRefusal) -> Plan {
        try checkNoPlaceholder(patch, of: key.kind)
        return try change(key, expecting: condition) { before throws(AdministrationRefusal) in
            guard case .map(let entries) = EntityForm.value(before).merged(with: .map(patch)) else {
                preconditionFailure("a thing of the directory is written as a map")
            }
            var said = Particulars(key.kind, entries, secrets: secrets)
            if forgettingPin {
                said.forgetsPin = true
                said["pin"] = nil
            }
            said.endOld(secrets, unlessSaidIn: patch)
            return said
        }
    }

    /// As it is now, if that is what was expected.
    package func existing(_ key: EntityKey, expecting condition: String? = nil) throws(AdministrationRefusal) -> DirectoryEntity {
        guard let entity = directory.entity(key) else {
            // Of a million ids some are always close.
            let like = Closeness.closest(to: key.id, in: directory.entities(key.kind).prefix(Self.mostIDs).map(\.key.id).sorted())
            throw AdministrationRefusal(NameTrouble(unknown: key.id, key.kind, like: like), of: key.kind)
        }
        if let condition, !EntityTag.matches(condition, EntityTag.of(entity)) {
            throw AdministrationRefusal(
                .changedMeanwhile, "somebody changed this \(key.kind.noun) since you read it", fix: "read it again, and repeat",
                of: key.kind)
        }
        return entity
    }
}

/// From what was said to the thing.
extension Administration {
    /// `isWhole`: what it leaves out is not there.
    func read(_ said: Particulars, id: String?, isWhole: Bool = false) throws(AdministrationRefusal) -> DirectoryEntity {
        try check(reasonOf: said)
        guard let entity = try read([said.reader(id: id)], said.kind, isWhole: isWhole).first else {
            preconditionFailure("one thing is read from one document")
        }
        return entity
    }

    /// Together, since names are looked up in tables that take a while to make.
    func read(_ all: [Particulars], of kind: EntityKind) throws(AdministrationRefusal) -> [DirectoryEntity] {
        for said in all { try check(reasonOf: said) }
        return try read(all.map { $0.reader(id: $0.id ?? identifier(of: kind)) }, kind)
    }

    private func read(
        _ documents: [DocumentReader], _ kind: EntityKind, isWhole: Bool = false
    ) throws(AdministrationRefusal) -> [DirectoryEntity] {
        do throws(DocumentError) {
            return try EntityForm.read(documents, as: kind, in: directory, usual: usual, isWhole: isWhole)
        } catch { throw AdministrationRefusal(error, of: kind) }
    }

    /// What is the same thing already, whatever its id: it speaks of the same, or has the name that only one may have.
    func twin(of entity: DirectoryEntity) -> DirectoryEntity? {
        switch entity {
        case .delegation(let delegation): directory.twin(of: delegation).map { .delegation($0) }
        case .deny(let deny): directory.twin(of: deny).map { .deny($0) }
        case .provider(let provider): directory.twin(of: provider).map { .provider($0) }
        case .application(let application): directory.twin(of: application).map { .application($0) }
        case .grant(let grant): directory.twin(of: grant).map { .grant($0) }
        case .mailbox(let mailbox): directory.twin(of: mailbox).map { .mailbox($0) }
        case .family(let family): directory.twin(of: family).map { .family($0) }
        case .client(let client): directory.twin(of: client).map { .client($0) }
        case .setting, .user: nil
        }
    }

    /// Holds it against the rules that its form alone cannot know, and keeps what nobody means to change by not saying it.
    func settle(
        _ entity: DirectoryEntity, replacing before: DirectoryEntity?, _ manner: Manner, _ said: Particulars
    ) throws(AdministrationRefusal) -> DirectoryEntity {
        if let (word, other, isID) = directory.mistakable(entity, before: before) {
            throw AdministrationRefusal(
                .taken, "\"\(word)\" means \(other.key.kind.noun) \(other.title) already",
                fix: isID ? "choose another id" : "choose another name",
                at: said.place, of: entity.key.kind)
        }
        switch entity {
        case .delegation(let delegation): return .delegation(try settle(delegation, replacing: before, manner, said))
        case .deny(let deny): return .deny(try settle(deny, replacing: before, manner, said))
        case .user(let user): return .user(try settle(user))
        case .provider(let provider): return .provider(settle(provider, replacing: before, said))
        case .application(let application): return .application(try settle(application, replacing: before, said))
        case .grant(let grant): return .grant(try settle(grant, replacing: before, manner, said))
        case .mailbox(let mailbox): return .mailbox(settle(mailbox, replacing: before, manner, said))
        case .family(let family): return .family(settle(family, replacing: before, manner, said))
        case .client(let client): return .client(try settle(client, replacing: before, manner, said))
        case .setting: return entity
        }
    }

    private func made(_ entity: DirectoryEntity, _ said: Particulars) throws(AdministrationRefusal) -> Plan {
        let settled = try settle(entity, replacing: nil, .added, said)
        return plan(.added, settled, from: nil, said, [.put(settled)])
    }

    private func changed(
        _ entity: DirectoryEntity, from before: DirectoryEntity, _ said: Particulars
    ) throws(AdministrationRefusal) -> Plan {
        plan(.changed, entity, from: before, said, entity.isSame(as: before) ? [] : [.put(entity)])
    }

    private func unchanged(_ entity: DirectoryEntity, _ said: Particulars) throws(AdministrationRefusal) -> Plan {
        plan(.unchanged, entity, from: entity, said, [])
    }

    private func plan(
        _ outcome: Plan.Outcome, _ entity: DirectoryEntity, from before: DirectoryEntity?, _ said: Particulars,
        _ changes: [DirectoryChange]
    ) -> Plan {
        var plan = Plan(outcome, words(outcome, entity), entity, changes)
        plan.newKey = outcome == .unchanged ? nil : said.newKey
        plan.secrets = said.secrets.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            Plan.Secrecy(SecretName($0.key, of: entity.key.id), $0.value)
        }
        plan.wordsIfUnchanged = words(.unchanged, entity)
        switch entity {
        case .delegation(let delegation): follow(&plan, with: delegation)
        case .provider(let provider): follow(&plan, with: provider, from: before)
        case .application(let application): follow(&plan, with: application, from: before, said)
        case .grant(let grant): follow(&plan, with: grant, from: before, said)
        case .mailbox(let mailbox): follow(&plan, with: mailbox, from: before)
        case .family(let family): follow(&plan, with: family)
        case .client(let client): follow(&plan, with: client, from: before?.client)
        case .user(let user): follow(&plan, with: user, from: before?.user)
        case .setting, .deny: break
        }
        return plan
    }

    /// What holds now, in a sentence.
    private func words(_ outcome: Plan.Outcome, _ entity: DirectoryEntity) -> String {
        switch entity {
        case .delegation(let delegation): return words(outcome, delegation)
        case .deny(let deny): return words(deny)
        case .setting, .user, .provider, .application, .grant, .mailbox, .family, .client:
            let thing = "\(entity.key.kind.noun) \(entity.title)"
            return outcome == .unchanged ? thing : "\(outcome.rawValue) \(thing)"
        }
    }

    /// To say it again with other values is to give it anew: nobody has to take it back first.
    private func isGivenAnew(_ known: DirectoryEntity) -> Bool {
        switch known {
        case .delegation, .deny: true
        case .client(let client): !client.isEnabled
        case .setting, .user, .provider, .application, .grant, .mailbox, .family: false
        }
    }

    func taken(_ known: DirectoryEntity, hasOtherValues: Bool = false, at field: String = "") -> AdministrationRefusal {
        let kind = known.key.kind
        return AdministrationRefusal(
            .taken, "there is \(kind.article) \(kind.noun) \(known.title) already" + (hasOtherValues ? ", with other values" : ""),
            fix: hasOtherValues ? "\(kind.changing) changes them" : "change that one, or say it of another", at: field,
            of: kind)
    }
}

extension EntityKind {
    fileprivate var article: String { self == .application ? "an" : "a" }

    /// The command that does it.
    fileprivate var changing: String {
        self == .client ? "`mandate clients limit`, `role` or `tokens`" : "`mandate \(command) set`"
    }
}
