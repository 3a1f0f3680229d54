/// Finds what a name means, wherever one is written: in a file, a request, a form or a command. An id is exactly that thing; a name or an address that only
/// one thing has comes next, written as it is known; then names in any case, and what a thing is called besides: a mailbox's login, a family's members.
struct ReferenceTable<Named> {
    let kind: EntityKind
    private var ids: Set<String> = []
    private var idsByName: [String: [String]] = [:]
    /// What a thing is called besides, and names whatever their case: looked at where no name is exactly that.
    private var idsByHandle: [String: [String]] = [:]
    /// As somebody would write them, for whoever wrote something else.
    private var handles: [String] = []
    /// How two writings of a name are known for one.
    private let fold: (String) -> String

    init(_ kind: EntityKind, fold: @escaping (String) -> String = { $0 }) {
        self.kind = kind
        self.fold = fold
    }

    mutating func add(_ id: Identifier<Named>, name: String, also others: [String] = [], at place: String) throws(DocumentError) {
        guard !ids.contains(id.text) else { throw DocumentError(place, "there are two with the id \"\(id)\": give each its own id") }
        note(id, name: name, also: others)
    }

    /// Where ids are unique already.
    mutating func note(_ id: Identifier<Named>, name: String, also others: [String] = []) { note(id, names: [name], also: others) }

    mutating func note(_ id: Identifier<Named>, names: [String], also others: [String]) {
        ids.insert(id.text)
        for name in Set(names.map(fold)) { idsByName[name, default: []].append(id.text) }
        for handle in Set((names + others).map { $0.lowercased() }) { idsByHandle[handle, default: []].append(id.text) }
        handles += ([id.text] + names + others).filter { !$0.isEmpty }
    }

    func find(_ reader: DocumentReader) throws(DocumentError) -> Identifier<Named> {
        let text = try reader.line()
        do throws(NameTrouble) { return try find(text) } catch {
            throw DocumentError(reader.path, error.sentence, fix: error.fix, error.code)
        }
    }

    func find(_ text: String) throws(NameTrouble) -> Identifier<Named> {
        if ids.contains(text) { return Identifier(trusted: text) }
        let found = idsByName[fold(text)] ?? idsByHandle[text.lowercased()] ?? []
        if found.count > 1 { throw NameTrouble(ambiguous: text, kind, found) }
        if let only = found.first { return Identifier(trusted: only) }
        throw NameTrouble(unknown: text, kind, isEmpty: ids.isEmpty, like: Closeness.closest(to: text, in: Set(handles).sorted()))
    }

    /// What a person would write for this id: its name where only one thing has that, else the id.
    func words(for id: Identifier<Named>, name: String) -> String {
        idsByName[fold(name)] == [id.text] && (!ids.contains(name) || name == id.text) ? name : id.text
    }
}

/// Why a name means nothing, or nothing certain.
package struct NameTrouble: Error, Sendable, Hashable {
    package let sentence: String
    package let fix: String
    let code: MistakeCode

    /// `isEmpty`: there is none of that kind at all.
    init(unknown text: String, _ kind: EntityKind, isEmpty: Bool = false, like close: [String]) {
        sentence = "there is no \(kind.noun) \"\(text.bounded)\""
        fix =
            close.isEmpty
            ? isEmpty ? "there is none yet: `mandate \(kind.command) add` makes one" : "`mandate \(kind.command) list` shows what there is"
            : "did you mean \(close.joined(separator: ", "))?"
        code = .unknownName
    }

    init(ambiguous text: String, _ kind: EntityKind, _ ids: [String]) {
        let named = ids.sorted().prefix(5).joined(separator: ", ")
        sentence = "\"\(text.bounded)\" could be any of \(ids.count) \(kind.plural): \(named)\(ids.count > 5 ? ", …" : "")"
        fix = "name it by its id"
        code = .ambiguousName
    }
}

extension EntityKind {
    /// One of them, for people.
    package var noun: String { self == .deny ? "deny entry" : rawValue }

    package var plural: String {
        switch self {
        case .setting, .user, .provider, .application, .grant, .delegation, .client: rawValue + "s"
        case .mailbox: "mailboxes"
        case .family: "families"
        case .deny: "deny entries"
        }
    }

    /// The command that deals with it.
    package var command: String {
        switch self {
        case .setting: "settings"
        case .user: "users"
        case .provider: "providers"
        case .application: "applications"
        case .grant: "grants"
        case .mailbox, .family: "mailboxes"
        case .delegation, .deny: "delegations"
        case .client: "clients"
        }
    }
}

extension String {
    /// Fit to be repeated to whoever wrote it.
    fileprivate var bounded: String { utf8.count <= 255 ? self : "\(prefix(100))…" }
}
