package import Mail

/// Something of the directory that can be named in a command: by id, by a unique name, or by an address.
package protocol Nameable: Sendable, Hashable {
    static var entityKind: EntityKind { get }
    init?(_ entity: DirectoryEntity)
    var entity: DirectoryEntity { get }
    /// What it is called beside its id.
    var names: [String] { get }
    var namedBy: [EmailAddress] { get }
}

extension Nameable {
    package var idText: String { entity.key.id }
    /// For messages: the name people know, and the id where that is another.
    package var title: String { names.first.map { $0 == idText || $0.isEmpty ? idText : "\($0) (\(idText))" } ?? idText }
    package var namedBy: [EmailAddress] { [] }
}

extension User: Nameable {
    package static let entityKind = EntityKind.user
    package init?(_ entity: DirectoryEntity) {
        guard case .user(let user) = entity else { return nil }
        self = user
    }
    package var entity: DirectoryEntity { .user(self) }
    package var names: [String] { [name, login].compactMap { $0 } }
    package var namedBy: [EmailAddress] { addresses.map(\.address) }
    package var title: String { name.isEmpty || name == id.text ? id.text : "\(id.text) (\(name))" }
}

extension Provider: Nameable {
    package static let entityKind = EntityKind.provider
    package init?(_ entity: DirectoryEntity) {
        guard case .provider(let provider) = entity else { return nil }
        self = provider
    }
    package var entity: DirectoryEntity { .provider(self) }
    package var names: [String] { [name] }
}

extension Application: Nameable {
    package static let entityKind = EntityKind.application
    package init?(_ entity: DirectoryEntity) {
        guard case .application(let application) = entity else { return nil }
        self = application
    }
    package var entity: DirectoryEntity { .application(self) }
    package var names: [String] { [name] }
}

extension Grant: Nameable {
    package static let entityKind = EntityKind.grant
    package init?(_ entity: DirectoryEntity) {
        guard case .grant(let grant) = entity else { return nil }
        self = grant
    }
    package var entity: DirectoryEntity { .grant(self) }
    package var names: [String] { [name] }
}

extension Mailbox: Nameable {
    package static let entityKind = EntityKind.mailbox
    package init?(_ entity: DirectoryEntity) {
        guard case .mailbox(let mailbox) = entity else { return nil }
        self = mailbox
    }
    package var entity: DirectoryEntity { .mailbox(self) }
    package var names: [String] { [address.description, login] }
    package var namedBy: [EmailAddress] { [address] }
}

extension Family: Nameable {
    package static let entityKind = EntityKind.family
    package init?(_ entity: DirectoryEntity) {
        guard case .family(let family) = entity else { return nil }
        self = family
    }
    package var entity: DirectoryEntity { .family(self) }
    package var names: [String] { [name] + members.map(\.description) }
}

extension Client: Nameable {
    package static let entityKind = EntityKind.client
    package init?(_ entity: DirectoryEntity) {
        guard case .client(let client) = entity else { return nil }
        self = client
    }
    package var entity: DirectoryEntity { .client(self) }
    package var names: [String] { [name] }
}
