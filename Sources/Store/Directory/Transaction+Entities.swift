internal import Foundation
internal import Mail
internal import Relay

/// Entities read and written, one or many.
extension Transaction {
    func entity(_ key: EntityKey) throws -> DirectoryEntity? {
        var found: DirectoryEntity?
        try entities(key.kind, "WHERE id = ?", [key.id]) { found = $0 }
        return found
    }

    /// Which of these there are.
    func known(_ kind: EntityKind, among ids: [String]) throws -> Set<String> {
        Set(
            try all("SELECT id FROM \(kind.table) WHERE id IN (SELECT value FROM \(dialect.texts("?")))", [ListText.write(ids)]) {
                try $0.text()
            })
    }

    /// Goes through a table in the order of ids. `condition` is whatever follows the table's name.
    func entities(
        _ kind: EntityKind, _ condition: String = "ORDER BY id", _ arguments: Values = [],
        _ use: (DirectoryEntity) throws -> Void
    ) throws {
        var reader = EntityReader()
        if kind == .user { return try users(condition, arguments, use) }
        if kind == .client { return try clients(condition, arguments, use) }
        try each("\(kind.select) \(condition)", arguments) { try use(try reader.entity(kind, &$0)) }
    }

    /// Both tables side by side, in the order of ids: a million users are read without holding a million rows.
    private func users(_ condition: String, _ values: Values, _ use: (DirectoryEntity) throws -> Void) throws {
        let isAll = condition == "ORDER BY id"
        let filter = isAll ? "" : "WHERE \"user\" IN (SELECT id FROM \"user\" \(condition))"
        let order = isAll || condition.contains("ORDER BY") ? "" : " ORDER BY id"
        try rows("SELECT \"user\", localPart, domain, isOn FROM userAddress \(filter) ORDER BY \"user\", position", values) { addresses in
            try rows("\(EntityKind.user.select) \(condition)\(order)", values) { users in
                var reader = EntityReader()
                func owned() throws -> (user: String, address: UserAddress)? {
                    guard try addresses.next() else { return nil }
                    var columns = Columns(addresses)
                    return (try columns.text(), try reader.userAddress(&columns))
                }
                var next = try owned()
                while try users.next() {
                    var columns = Columns(users)
                    guard case .user(var user) = try reader.entity(.user, &columns) else { continue }
                    while let pending = next, pending.user == user.id.text {
                        user.addresses.append(pending.address)
                        next = try owned()
                    }
                    try use(.user(user))
                }
            }
        }
    }

    /// There are few of them, and fewer with rights to tokens.
    private func clients(_ condition: String, _ arguments: Values, _ use: (DirectoryEntity) throws -> Void) throws {
        var rights: [String: [Client.TokenRight]] = [:]
        try each("SELECT client, mailbox, family, coversWholeGrant FROM tokenRight ORDER BY client, position", []) { columns in
            let client = try columns.text()
            let mailbox = try columns.optionalText()
            let family = try columns.optionalText()
            let row: ConcreteMailbox.Row
            if let mailbox {
                row = .mailbox(MailboxID(trusted: mailbox))
            } else if let family {
                row = .family(FamilyID(trusted: family))
            } else {
                throw StoreFailure.damaged("a right to tokens names no mailbox")
            }
            rights[client, default: []].append(Client.TokenRight(row, coversWholeGrant: try columns.flag()))
        }
        var reader = EntityReader()
        try each("\(EntityKind.client.select) \(condition)", arguments) { columns in
            guard case .client(var client) = try reader.entity(.client, &columns) else { return }
            client.tokenRights = rights[client.id.text] ?? []
            try use(.client(client))
        }
    }

    func write(_ entity: DirectoryEntity, over before: DirectoryEntity?, edition: Edition) throws {
        let kind = entity.key.kind
        try run(kind.upsert, Values(try EntityRow.values(of: entity)))
        switch entity {
        case .user(let user): try writeAddresses(of: user, isNew: before == nil)
        case .provider, .application, .grant: if entity.voidsTokens(of: before) { try touch(entity.key, edition: edition) }
        case .client(let client):
            try writeTokenRights(of: client)
            try forgetCount(of: client.id)
        case .setting, .mailbox, .family, .delegation, .deny: break
        }
    }

    private func writeTokenRights(of client: Client) throws {
        try run("DELETE FROM tokenRight WHERE client = ?", [client.id.text])
        for (position, right) in client.tokenRights.enumerated() {
            var mailbox: String?
            var family: String?
            switch right.row {
            case .mailbox(let id): mailbox = id.text
            case .family(let id): family = id.text
            }
            try run(
                "INSERT INTO tokenRight (client, position, mailbox, family, coversWholeGrant) VALUES (?, ?, ?, ?, ?)",
                [client.id.text, position, mailbox, family, right.coversWholeGrant])
        }
    }

    /// A person changed what tokens are had with: those had before are not used any more.
    func touch(_ key: EntityKey, edition: Edition) throws {
        try run("UPDATE \(key.kind.table) SET edition = ? WHERE id = ?", [edition.number, key.id])
    }

    private func writeAddresses(of user: User, isNew: Bool) throws {
        if !isNew { try run("DELETE FROM userAddress WHERE \"user\" = ?", [user.id.text]) }
        for (position, entry) in user.addresses.enumerated() {
            try run(
                "INSERT INTO userAddress (\"user\", position, localPart, domain, addressKey, isOn) VALUES (?, ?, ?, ?, ?, ?)",
                [user.id.text, position, entry.address.localPart, entry.address.domain.ascii, entry.address.key, entry.isOn])
        }
    }

    func remove(_ key: EntityKey) throws {
        try run("DELETE FROM \(key.kind.table) WHERE id = ?", [key.id])
        switch key.kind {
        case .grant: try run("DELETE FROM secret WHERE kind = ? AND owner = ?", [SecretName.Kind.refreshToken.rawValue, key.id])
        case .application:
            for kind in [SecretName.Kind.clientSecret, .privateKey] {
                try run("DELETE FROM secret WHERE kind = ? AND owner = ?", [kind.rawValue, key.id])
            }
        case .client: try forgetCount(of: ClientID(trusted: key.id))
        case .setting, .user, .provider, .mailbox, .family, .delegation, .deny: break
        }
    }

    func references(to key: EntityKey) throws -> [EntityKey] {
        switch key.kind {
        case .provider: try keys(.application, "provider", key.id)
        case .application: try keys(.grant, "application", key.id)
        case .grant: try keys(.mailbox, "\"grant\"", key.id) + keys(.family, "\"grant\"", key.id)
        case .mailbox: try keys(.delegation, "mailbox", key.id) + keys(.deny, "mailbox", key.id)
        case .user: try settings(naming: key.id)
        case .setting, .family, .delegation, .deny, .client: []
        }
    }

    /// The clients who may have the tokens of a mailbox or family. They do not stand in its way: the right goes with it.
    func clients(withTokensOf row: ConcreteMailbox.Row) throws -> [Client] {
        let (column, id) =
            switch row {
            case .mailbox(let id): ("mailbox", id.text)
            case .family(let id): ("family", id.text)
            }
        let keys = try all("SELECT DISTINCT client FROM tokenRight WHERE \(column) = ? ORDER BY client", [id]) { try $0.text() }
        return try keys.compactMap { if case .client(let client)? = try entity(EntityKey(.client, $0)) { client } else { nil } }
    }

    private func keys(_ kind: EntityKind, _ column: String, _ id: String) throws -> [EntityKey] {
        try all("SELECT id FROM \(kind.table) WHERE \(column) = ? ORDER BY id", [id]) { EntityKey(kind, try $0.text()) }
    }

    /// Settings that take a user id name this one, trimmed as they are when they are read.
    private func settings(naming user: String) throws -> [EntityKey] {
        try all("SELECT id, text FROM setting ORDER BY id") { (try $0.text(), try $0.text()) }.compactMap { id, text in
            guard let name = SettingKey(id)?.name, SettingKey.Name.namingUsers.contains(name) else { return nil }
            return text.trimmingCharacters(in: .whitespacesAndNewlines) == user ? EntityKey(.setting, id) : nil
        }
    }
}

extension SettingKey.Name {
    /// Their value may be a user id.
    static let namingUsers: Set<Self> = [.emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier]
}
