internal import Mail

/// Reads a document section by section; each refers only to sections before it, so one pass does.
struct DirectoryReader {
    let usual: DirectoryDocument.Usual
    var entities: [DirectoryEntity] = []
    var observations: [Observation] = []
    private(set) var edition: Edition?
    private var users: Set<UserID> = []
    /// What was read so far, for the rules between things.
    var providers: [ProviderID: Provider] = [:]
    var applications: [ApplicationID: Application] = [:]
    var grants: [GrantID: Grant] = [:]
    var mailboxes: [MailboxID: Mailbox] = [:]
    var families: [FamilyID: Family] = [:]

    var providerNames = ReferenceTable<Provider>(.provider)
    var applicationNames = ReferenceTable<Application>(.application)
    var grantNames = ReferenceTable<Grant>(.grant)
    // An id that is no address stands for itself.
    var mailboxNames = ReferenceTable<Mailbox>(.mailbox) { (try? EmailAddress($0))?.key ?? $0 }
    var familyNames = ReferenceTable<Family>(.family)
    var delegationNames = ReferenceTable<Delegation>(.delegation)
    var denyNames = ReferenceTable<Deny>(.deny)
    var clientNames = ReferenceTable<Client>(.client)

    init(_ usual: DirectoryDocument.Usual) { self.usual = usual }

    mutating func read(_ document: DocumentReader) throws(DocumentError) {
        let root =
            document.value == .null
            ? DocumentFields(path: "", entries: []) : try document.fields(DirectoryDocument.sections + DirectoryDocument.head)
        try readHead(root)
        let settings = try settings(root)
        try readUsers(root)
        try readProviders(root)
        for entry in try root.items("applications") { try readApplication(entry) }
        for entry in try root.items("grants") { try readGrant(entry) }
        for entry in try root.items("mailboxes") { try readMailbox(entry) }
        for entry in try root.items("families") { try readFamily(entry) }
        for entry in try root.items("delegations") { try readDelegation(entry) }
        for entry in try root.items("deny") { try readDeny(entry) }
        for entry in try root.items("clients") { try readClient(entry) }
        if let observed = root["observed"] { try readObserved(observed) }
        try check(settings)
    }

    private mutating func readHead(_ root: DocumentFields) throws(DocumentError) {
        if let format = root["format"], case let number = try format.number(in: 1...(.max)), number != DirectoryDocument.format {
            throw format.problem("this program reads format \(DirectoryDocument.format): a newer Mandate wrote the file")
        }
        edition = try root["edition"].map { place throws(DocumentError) in Edition(try place.number(in: 0...(.max))) }
    }

    private struct Setting {
        let key: SettingKey
        let text: String
        let place: DocumentReader
    }

    private mutating func settings(_ root: DocumentFields) throws(DocumentError) -> [Setting] {
        guard let section = root["settings"] else { return [] }
        var settings: [Setting] = []
        for entry in try section.fields().entries where entry.value != .null {
            let place = DocumentReader(entry.value, path: "settings.\(entry.key)")
            guard let key = SettingKey(entry.key) else {
                let hint = Closeness.nearest(to: entry.key, in: SettingKey.all.map(\.description)).map { "; did you mean \($0)?" } ?? ""
                throw place.problem("there is no such setting\(hint)")
            }
            guard !settings.contains(where: { $0.key == key }) else { throw place.problem("\(key) stands there twice, in another writing") }
            // The one truth value among the settings may be written as YAML likes to write those.
            let text = key.name == .originalFrom ? (try place.flag() ? "on" : "off") : try place.text()
            settings.append(Setting(key: key, text: text, place: place))
            entities.append(.setting(key, text))
        }
        return settings
    }

    /// Last, since a setting may name any user and an intake address must be none.
    private mutating func check(_ settings: [Setting]) throws(DocumentError) {
        guard !settings.isEmpty else { return }
        let directory = Directory(entities)
        for (index, entity) in entities.enumerated() {
            if case .setting(let key, let text) = entity { entities[index] = .setting(key.named(in: directory), text) }
        }
        for setting in settings {
            if let problem = setting.key.named(in: directory).problem(with: setting.text, in: directory) {
                throw setting.place.problem(problem)
            }
        }
    }

    private mutating func readUsers(_ root: DocumentFields) throws(DocumentError) {
        for entry in try root.items("users") { try readUser(entry) }
    }

    mutating func readUser(_ entry: DocumentReader) throws(DocumentError) {
        let fields = try entry.fields(["id", "name", "login", "addresses"])
        let id: UserID = try identifier(fields.required("id"))
        guard users.insert(id).inserted else { throw entry.problem("there are two users with the id \"\(id)\"") }
        var addresses: [UserAddress] = []
        for item in try fields.items("addresses") {
            let address = try userAddress(item)
            guard !addresses.contains(where: { $0.address == address.address }) else {
                throw item.problem("\(address.address) stands there twice")
            }
            addresses.append(address)
        }
        entities.append(.user(User(id: id, name: try fields.line("name") ?? "", login: try fields.line("login"), addresses: addresses)))
    }

    private func userAddress(_ item: DocumentReader) throws(DocumentError) -> UserAddress {
        guard case .map = item.value else { return UserAddress(try item.address()) }
        let fields = try item.fields(["address", "on"])
        return UserAddress(try fields.required("address").address(), isOn: try fields.flag("on", default: true))
    }

    func identifier<Named>(_ reader: DocumentReader) throws(DocumentError) -> Identifier<Named> {
        guard let id = Identifier<Named>(try reader.text()) else {
            throw reader.malformed("an id has 1 to 255 bytes and no control characters")
        }
        return id
    }

    /// The id and the name of a thing: either may stand for both.
    func identity<Named>(_ fields: DocumentFields) throws(DocumentError) -> (id: Identifier<Named>, name: String) {
        guard let reader = fields["id"] ?? fields["name"] else { throw DocumentError(fields.path, "name is missing", .malformed) }
        let id: Identifier<Named> = try identifier(reader)
        guard let name = try fields.line("name") else { return (id, id.text) }
        guard name.utf8.count <= 255 else { throw fields.at("name", "a name has at most 255 bytes", .malformed) }
        return (id, name)
    }
}
