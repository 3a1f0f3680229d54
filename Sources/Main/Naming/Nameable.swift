internal import Mail
internal import Relay

/// Something of the directory that can be named in a command: by id, by a unique name, or by an address.
protocol Nameable: Sendable, Hashable {
    static var entityKind: EntityKind { get }
    init?(_ entity: DirectoryEntity)
    var entity: DirectoryEntity { get }
    /// What it is called beside its id.
    var names: [String] { get }
    var namedBy: [EmailAddress] { get }
}

extension Nameable {
    var idText: String { entity.key.id }
    /// For messages: the name people know, and the id where that is another.
    var title: String { names.first.map { $0 == idText || $0.isEmpty ? idText : "\($0) (\(idText))" } ?? idText }
    var namedBy: [EmailAddress] { [] }
}

extension User: Nameable {
    static let entityKind = EntityKind.user
    init?(_ entity: DirectoryEntity) {
        guard case .user(let user) = entity else { return nil }
        self = user
    }
    var entity: DirectoryEntity { .user(self) }
    var names: [String] { [name, login].compactMap { $0 } }
    var namedBy: [EmailAddress] { addresses.map(\.address) }
    var title: String { name.isEmpty || name == id.text ? id.text : "\(id.text) (\(name))" }
}

extension Provider: Nameable {
    static let entityKind = EntityKind.provider
    init?(_ entity: DirectoryEntity) {
        guard case .provider(let provider) = entity else { return nil }
        self = provider
    }
    var entity: DirectoryEntity { .provider(self) }
    var names: [String] { [name] }
}

extension Application: Nameable {
    static let entityKind = EntityKind.application
    init?(_ entity: DirectoryEntity) {
        guard case .application(let application) = entity else { return nil }
        self = application
    }
    var entity: DirectoryEntity { .application(self) }
    var names: [String] { [name] }
}

extension Grant: Nameable {
    static let entityKind = EntityKind.grant
    init?(_ entity: DirectoryEntity) {
        guard case .grant(let grant) = entity else { return nil }
        self = grant
    }
    var entity: DirectoryEntity { .grant(self) }
    var names: [String] { [name] }
}

extension Mailbox: Nameable {
    static let entityKind = EntityKind.mailbox
    init?(_ entity: DirectoryEntity) {
        guard case .mailbox(let mailbox) = entity else { return nil }
        self = mailbox
    }
    var entity: DirectoryEntity { .mailbox(self) }
    var names: [String] { [address.description, login] }
    var namedBy: [EmailAddress] { [address] }
}

extension Family: Nameable {
    static let entityKind = EntityKind.family
    init?(_ entity: DirectoryEntity) {
        guard case .family(let family) = entity else { return nil }
        self = family
    }
    var entity: DirectoryEntity { .family(self) }
    var names: [String] { [name] + members.map(\.description) }
}

extension Client: Nameable {
    static let entityKind = EntityKind.client
    init?(_ entity: DirectoryEntity) {
        guard case .client(let client) = entity else { return nil }
        self = client
    }
    var entity: DirectoryEntity { .client(self) }
    var names: [String] { [name] }
}
