internal import Web
internal import HTTPTypes
internal import Relay
internal import struct FoundationEssentials.Date

/// The administrator's work on one kind of thing: list, read, make, change, remove; one at a time against the state that was read, or many at once.
struct DirectoryController: Sendable {
    private static let most = 10_000
    private static let page = 1000

    let collection: DirectoryCollection
    let request: APIRequest

    var kind: EntityKind { collection.kind }
    private var editor: Editor { request.dependencies.editor(for: request.visitor.person) }
    /// Says how it would come out, and changes nothing.
    private var isTrial: Bool { get throws { try request.query.flag("dry_run") } }

    func list() async throws -> Reply {
        let limit = try request.query.number("limit", in: 1...Self.page, usual: 100)
        let found = try await entities(request.query["q"], after: request.query["after"], limit: limit)
        return .json([
            "items": .list(found.map { Self.document($0) }), "next": DocumentValue(found.count == limit ? found.last?.key.id : nil),
        ])
    }

    private func entities(_ text: String?, after: String?, limit: Int) async throws -> [DirectoryEntity] {
        guard let text else { return try await request.dependencies.store.entities(kind, after: after, limit: limit) }
        if kind == .user {
            return try await request.dependencies.users(matching: text, after: after, limit: limit).map { .user($0) }
        }
        return try await request.dependencies.entities(kind, mentioning: text, after: after, limit: limit) {
            Self.document($0).mentions(text)
        }
    }

    func show() async throws -> Reply {
        let entity = try await entity()
        let tag = EntityTag.of(entity)
        if let field = request.header("If-None-Match"), EntityTag.isKnown(field, tag) { return Reply(.notModified).with(.eTag, tag) }
        return .json(Self.document(entity)).with(.eTag, tag)
    }

    private func entity() async throws -> DirectoryEntity {
        let id = request.path("id")
        guard let entity = try await request.dependencies.store.entity(EntityKey(kind, id)) else { throw missing(id) }
        return entity
    }

    private func missing(_ id: String) -> Problem { Problem(.notFound, "there is no \(collection.noun) \"\(id)\"") }

    func create() async throws -> Reply {
        let document = try await request.document()
        if document.value["items"] != nil { return try await createMany(document) }
        let said = try particulars(document)
        let isTrial = try isTrial
        let plan = try await editor.edit(isTrial: isTrial) { try $0.add(said) }.plan
        guard let made = plan.subject else { throw Problem(.fault, "nothing was made") }
        let answer = answer(plan, made, isTrial: isTrial)
        if isTrial { return .json(answer) }
        // The same again is no error, and is not made twice.
        return .json(answer, plan.outcome == .added ? .created : .ok).with(.eTag, EntityTag.of(made)).with(
            .location, "\(request.dependencies.address.path)/v1/\(collection.name)/\(PercentCoding.encode(made.key.id))")
    }

    /// All or nothing: what is there is replaced, what is not is made.
    private func createMany(_ document: DocumentReader) async throws -> Reply {
        let items = try document.fields(["items"]).items("items")
        guard !items.isEmpty, items.count <= Self.most else { throw Problem(.tooLarge, "send 1 to \(Self.most) at once", place: "items") }
        let said = try items.map { try particulars($0) }
        let isTrial = try isTrial
        let plan = try await editor.edit(isTrial: isTrial) { try $0.put(said, of: kind) }.plan
        return .json(answer(plan, isTrial: isTrial))
    }

    func replace() async throws -> Reply {
        let document = try await request.document()
        return try await change { _ in document.value }
    }

    func patch() async throws -> Reply {
        try request.expect(["application/merge-patch+json", "application/json"])
        let bytes = try await request.body.collect(limit: request.dependencies.settings.largestDocument)
        let patch: DocumentValue
        do throws(JSONError) { patch = try JSONReader.value(bytes) } catch { throw Problem(.badRequest, error.description) }
        guard case .map(let entries) = patch else { throw Problem(.invalid, "a merge patch is an object") }
        return try await change(patching: entries) { Self.document($0).merged(with: patch) }
    }

    /// `patching`: what stays as it was, is not said by anybody.
    private func change(
        patching patch: [DocumentValue.Entry]? = nil, _ value: (DirectoryEntity) -> DocumentValue
    ) async throws -> Reply {
        let key = EntityKey(kind, request.path("id"))
        guard let condition = request.header("If-Match") else {
            throw Problem(
                .conditionMissing, "a change needs If-Match",
                fix: "send the ETag that came with what you read; If-Match: * changes it in any state")
        }
        let isTrial = try isTrial
        let tester = try request.query.flag("untried") ? nil : request.dependencies.operations.tester
        let plan = try await editor.edit(isTrial: isTrial, trying: tester) { administration in
            var said = try particulars(DocumentReader(value(try administration.existing(key, expecting: condition))))
            if let patch { said.endOld(said.secrets, unlessSaidIn: patch) }
            return try administration.change(key) { [said] _ in said }
        }.plan
        guard let changed = plan.subject else { throw Problem(.fault, "nothing was changed") }
        let answer = answer(plan, changed, isTrial: isTrial)
        return isTrial ? .json(answer) : .json(answer).with(.eTag, EntityTag.of(changed))
    }

    func remove() async throws -> Reply {
        try await remove([request.path("id")], condition: request.header("If-Match"), cascades: try request.query.flag("cascade"))
        return .done
    }

    func removeMany() async throws -> Reply {
        let fields = try await request.document().fields(["ids", "cascade"])
        let ids = try fields.items("ids").map { try $0.line() }
        guard !ids.isEmpty, ids.count <= Self.most else { throw Problem(.tooLarge, "name 1 to \(Self.most)", place: "ids") }
        try await remove(ids, condition: nil, cascades: try fields.flag("cascade", default: false))
        return .done
    }

    private func remove(_ ids: [String], condition: String?, cascades: Bool) async throws {
        try await editor.remove(
            ids.map { EntityKey(kind, $0) }, cascades: cascades, expecting: condition, isTrial: try isTrial,
            telling: request.dependencies.operations.revoker)
    }

    /// As an answer has it: nothing that could be guessed at leaves.
    static func document(_ entity: DirectoryEntity) -> DocumentValue {
        let value = EntityForm.value(entity)
        guard case .client = entity, case .map(let entries) = value else { return value }
        return .map(entries.map { $0.key == "password_scrypt" ? .init("has_password", true) : $0 })
    }
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
}
