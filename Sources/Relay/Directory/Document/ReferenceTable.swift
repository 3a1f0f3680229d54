/// Finds what a reference in a document means: an id, or else a name or address that only one thing has.
struct ReferenceTable<Named> {
    let kind: String
    private var ids: Set<String> = []
    private var idsByName: [String: [String]] = [:]
    /// How two writings of a name are known for one.
    private let fold: (String) -> String

    init(_ kind: String, fold: @escaping (String) -> String = { $0 }) {
        self.kind = kind
        self.fold = fold
    }

    mutating func add(_ id: Identifier<Named>, name: String, at place: String) throws(DocumentError) {
        guard ids.insert(id.text).inserted else { throw DocumentError(place, "there are two with the id \"\(id)\": give each its own id") }
        note(id, name: name)
    }

    /// For writing, where ids are unique already.
    mutating func note(_ id: Identifier<Named>, name: String) {
        ids.insert(id.text)
        idsByName[fold(name), default: []].append(id.text)
    }

    func find(_ reader: DocumentReader) throws(DocumentError) -> Identifier<Named> {
        let text = try reader.line()
        if ids.contains(text) { return Identifier(trusted: text) }
        let found = idsByName[fold(text)] ?? []
        if found.count > 1 {
            throw reader.problem("\"\(text)\" names \(found.count) things: write the id (\(found.joined(separator: ", ")))")
        }
        if let only = found.first { return Identifier(trusted: only) }
        let hint = NearestWord.nearest(to: text, in: (ids.union(idsByName.keys)).sorted()).map { "; did you mean \($0)?" } ?? ""
        throw reader.problem("there is no \(kind) \"\(text)\"\(hint)")
    }

    /// What a person would write for this id: its name where only one thing has that, else the id.
    func words(for id: Identifier<Named>, name: String) -> String {
        idsByName[fold(name)] == [id.text] && (!ids.contains(name) || name == id.text) ? name : id.text
    }
}
