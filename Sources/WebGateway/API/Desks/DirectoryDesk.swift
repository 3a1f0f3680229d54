internal import HTTPTypes
internal import Relay
internal import struct FoundationEssentials.Date

/// The administrator's work on one kind of thing: list, read, make, change, remove; one at a time against the state that was read, or many at once.
struct DirectoryDesk: Sendable {
    private static let most = 10_000
    private static let page = 1000

    let collection: DirectoryCollection
    let call: Call

    private var kind: EntityKind { collection.kind }
    private var editing: DirectoryEditing {
        get throws { DirectoryEditing(office: call.office, person: call.visitor.person, isTrial: try isTrial) }
    }
    /// Says how it would come out, and changes nothing.
    var isTrial: Bool { get throws { try call.query.flag("dry_run") } }

    func list() async throws -> Reply {
        let limit = try call.query.number("limit", in: 1...Self.page, usual: 100)
        let found = try await entities(call.query["q"], after: call.query["after"], limit: limit)
        return .json([
            "items": .list(found.map { Self.document($0) }), "next": DocumentValue(found.count == limit ? found.last?.key.id : nil),
        ])
    }

    private func entities(_ text: String?, after: String?, limit: Int) async throws(StoreFailure) -> [DirectoryEntity] {
        let store = call.office.store
        guard let text else { return try await store.entities(kind, after: after, limit: limit) }
        if kind == .user { return try await store.users(matching: text, after: after, limit: limit).map { .user($0) } }
        var found: [DirectoryEntity] = []
        var cursor = after
        while found.count < limit {
            let page = try await store.entities(kind, after: cursor, limit: Self.page)
            found += page.filter { Self.document($0).mentions(text) }
            cursor = page.last?.key.id
            if page.count < Self.page { break }
        }
        return Array(found.prefix(limit))
    }

    func show() async throws -> Reply {
        let entity = try await entity()
        let tag = EntityTag.of(entity)
        if let field = call.header("If-None-Match"), EntityTag.matches(field, tag) { return Reply(.notModified).with(.eTag, tag) }
        return .json(Self.document(entity)).with(.eTag, tag)
    }

    private func entity() async throws -> DirectoryEntity {
        let id = call.path("id")
        guard let entity = try await call.office.store.entity(EntityKey(kind, id)) else { throw missing(id) }
        return entity
    }

    private func missing(_ id: String) -> Problem { Problem(.notFound, "there is no \(collection.noun) \"\(id)\"") }

    func create() async throws -> Reply {
        let document = try await call.document()
        if document.value["items"] != nil { return try await createMany(document) }
        let body = try Body(document, self, id: nil)
        var made: DirectoryEntity?
        let editing = try editing
        try await editing.edit { directory in
            let entity = try body.read(directory, before: nil)
            guard !directory.contains(entity.key) else {
                throw Problem(.conflict, "there is a \(collection.noun) \"\(entity.key.id)\" already", fix: "PUT changes it")
            }
            made = entity
            return try body.plan(entity, editing)
        }
        guard let made else { throw Problem(.fault, "nothing was made") }
        if try isTrial { return .json(Self.document(made)) }
        return .json(body.answer(made), .created).with(.eTag, EntityTag.of(made)).with(
            .location, "\(call.office.address.path)/v1/\(collection.name)/\(PercentCoding.encode(made.key.id))")
    }

    /// All or nothing: what is there is replaced, what is not is made.
    private func createMany(_ document: DocumentReader) async throws -> Reply {
        let items = try document.fields(["items"]).items("items")
        guard !items.isEmpty, items.count <= Self.most else { throw Problem(.tooLarge, "send 1 to \(Self.most) at once", place: "items") }
        let bodies = try items.map { try Body($0, self, id: nil) }
        var outcomes: [DocumentValue] = []
        let editing = try editing
        try await editing.edit { directory in
            outcomes = []
            var plan = DirectoryEditing.Plan()
            let entities = try EntityForm.read(bodies.map { try $0.reader(for: directory) }, as: kind, in: directory, usual: usual)
            for (entity, body) in zip(entities, bodies) {
                try body.check(entity, directory)
                let before = directory.entity(entity.key)
                let isSame = before.map { EntityForm.value($0) == EntityForm.value(entity) } ?? false
                let outcome: DocumentValue = [
                    "id": .text(entity.key.id), "outcome": before == nil ? "added" : isSame ? "unchanged" : "changed",
                ]
                outcomes.append(try isTrial ? outcome : body.withKey(outcome))
                let own = try body.plan(entity, editing)
                if !isSame { plan.changes += own.changes }
                plan.secrets += own.secrets
            }
            return plan
        }
        return .json(["items": .list(outcomes), "edition": .number(call.office.directory.edition.number)])
    }

    func replace() async throws -> Reply {
        let document = try await call.document()
        return try await change { _ in document.value }
    }

    /// RFC 7396: what is not named stays, what is null goes.
    func patch() async throws -> Reply {
        try call.expect(["application/merge-patch+json", "application/json"])
        let bytes = try await call.body.collect(limit: call.office.settings.largestDocument)
        let patch: DocumentValue
        do throws(JSONError) { patch = try JSONReader.value(bytes) } catch { throw Problem(.badRequest, error.description) }
        guard case .map = patch else { throw Problem(.invalid, "a merge patch is an object") }
        return try await change { Self.document($0).merged(with: patch) }
    }

    private func change(_ value: (DirectoryEntity) throws -> DocumentValue) async throws -> Reply {
        let id = call.path("id")
        guard let condition = call.header("If-Match") else {
            throw Problem(
                .conditionMissing, "a change needs If-Match",
                fix: "send the ETag that came with what you read; If-Match: * changes it in any state")
        }
        var answer: DocumentValue = .null
        var tag = ""
        let editing = try editing
        try await editing.edit { directory in
            guard let before = directory.entity(EntityKey(kind, id)) else { throw missing(id) }
            guard EntityTag.matches(condition, EntityTag.of(before)) else {
                throw Problem(
                    .changedMeanwhile, "somebody changed this \(collection.noun) since you read it", fix: "read it again, and repeat")
            }
            let body = try Body(DocumentReader(try value(before)), self, id: id)
            let entity = try body.read(directory, before: before)
            answer = try isTrial ? Self.document(entity) : body.answer(entity)
            tag = EntityTag.of(entity)
            var plan = try body.plan(entity, editing)
            if EntityForm.value(before) == EntityForm.value(entity) { plan.changes = [] }
            return plan
        }
        return try isTrial ? .json(answer) : .json(answer).with(.eTag, tag)
    }

    func remove() async throws -> Reply {
        try await remove([call.path("id")], condition: call.header("If-Match"), cascades: try call.query.flag("cascade"))
        return .done
    }

    func removeMany() async throws -> Reply {
        let fields = try await call.document().fields(["ids", "cascade"])
        let ids = try fields.items("ids").map { try $0.line() }
        guard !ids.isEmpty, ids.count <= Self.most else { throw Problem(.tooLarge, "name 1 to \(Self.most)", place: "ids") }
        try await remove(ids, condition: nil, cascades: try fields.flag("cascade", default: false))
        return .done
    }

    private func remove(_ ids: [String], condition: String?, cascades: Bool) async throws {
        try await editing.edit { directory in
            for id in ids {
                guard let before = directory.entity(EntityKey(kind, id)) else { throw missing(id) }
                if let condition, !EntityTag.matches(condition, EntityTag.of(before)) {
                    throw Problem(
                        .changedMeanwhile, "somebody changed this \(collection.noun) since you read it", fix: "read it again, and repeat")
                }
            }
            return DirectoryEditing.Plan(changes: ids.map { .remove(EntityKey(kind, $0)) }, cascades: cascades)
        }
    }

    var usual: DirectoryDocument.Usual { DirectoryDocument.Usual(grantedBy: call.visitor.person, grantedAt: call.now) }

    /// As an answer has it: nothing that could be guessed at leaves.
    static func document(_ entity: DirectoryEntity) -> DocumentValue {
        let value = EntityForm.value(entity)
        guard case .client = entity, case .map(let entries) = value else { return value }
        return .map(entries.map { $0.key == "password_scrypt" ? .init("has_password", true) : $0 })
    }
}

extension Directory {
    func entity(_ key: EntityKey) -> DirectoryEntity? {
        switch key.kind {
        case .setting: SettingKey(key.id).flatMap { name in settings[name].map { DirectoryEntity.setting(name, $0) } }
        case .user: user(UserID(trusted: key.id)).map { .user($0) }
        case .provider: provider(ProviderID(trusted: key.id)).map { .provider($0) }
        case .application: application(ApplicationID(trusted: key.id)).map { .application($0) }
        case .grant: grant(GrantID(trusted: key.id)).map { .grant($0) }
        case .mailbox: mailbox(MailboxID(trusted: key.id)).map { .mailbox($0) }
        case .family: family(FamilyID(trusted: key.id)).map { .family($0) }
        case .delegation: delegation(DelegationID(trusted: key.id)).map { .delegation($0) }
        case .deny: deny(DenyID(trusted: key.id)).map { .deny($0) }
        case .client: client(ClientID(trusted: key.id)).map { .client($0) }
        }
    }

    func contains(_ key: EntityKey) -> Bool { entity(key) != nil }
}

extension DocumentValue {
    /// Whether the text stands in one of its values, without regard to case.
    fileprivate func mentions(_ text: String) -> Bool {
        switch self {
        case .null, .flag: false
        case .text(let own): own.lowercased().contains(text.lowercased())
        case .number(let number): String(number).contains(text)
        case .decimal(let number): String(number).contains(text)
        case .list(let values): values.contains { $0.mentions(text) }
        case .map(let entries): entries.contains { $0.value.mentions(text) }
        }
    }

    fileprivate func merged(with patch: DocumentValue) -> DocumentValue {
        guard case .map(let changes) = patch else { return patch }
        var entries: [Entry] = if case .map(let own) = self { own } else { [] }
        for change in changes {
            let place = entries.firstIndex { $0.key == change.key }
            switch (change.value, place) {
            case (.null, let place?): entries.remove(at: place)
            case (.null, nil): break
            case (let value, let place?): entries[place].value = entries[place].value.merged(with: value)
            case (let value, nil): entries.append(Entry(change.key, DocumentValue.null.merged(with: value)))
            }
        }
        return .map(entries)
    }
}
