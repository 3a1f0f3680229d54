internal import Mail

/// What the names in a file mean: mailboxes by address, login or id, people by id, login or name. Only names that occur are looked for, in one walk: of users
/// there may be a million.
struct ImportedNames {
    private var mailboxes: [String: [MailboxID]] = [:]
    /// By names in lower case.
    private var people: [String: [UserID]] = [:]

    enum Meaning: Sendable, Hashable {
        case found(AddressPattern)
        case unclear(String)
    }

    init(_ reading: ImportReading, in directory: Directory) {
        for mailbox in directory.allMailboxes { add(mailbox) }
        var wanted: Set<String> = []
        for item in reading {
            guard case .right(let right) = item.content else { continue }
            for name in right.covers + [right.holder] where !name.contains("@") { wanted.insert(name.lowercased()) }
        }
        guard !wanted.isEmpty else { return }
        for user in directory.allUsers {
            for name in Set([user.id.text, user.name, user.login ?? ""].map { $0.lowercased() }) where wanted.contains(name) {
                people[name, default: []].append(user.id)
            }
        }
    }

    mutating func add(_ mailbox: Mailbox) {
        for name in Set([mailbox.address.key, mailbox.login.lowercased(), mailbox.id.text]) {
            mailboxes[name, default: []].append(mailbox.id)
        }
    }

    /// The one mailbox that is meant by it.
    func mailbox(_ text: String, in directory: Directory) -> Mailbox? {
        let address = try? EmailAddress(text)  // most logins are none
        for name in [text, text.lowercased(), address?.key].compactMap(\.self) {
            guard let found = mailboxes[name] else { continue }
            return found.count == 1 ? directory.mailbox(found[0]) : nil
        }
        guard let ids = people[text.lowercased()], ids.count == 1, let user = directory.user(ids[0]) else { return nil }
        let own = user.addresses.flatMap { directory.mailboxes(with: $0.address) }
        return Set(own.map(\.id)).count == 1 ? own[0] : nil
    }

    /// The first of several names that says which address is meant.
    func pattern(_ names: [String], in directory: Directory) -> Meaning {
        for name in names {
            if name != "*", let pattern = try? AddressPattern(name) { return .found(pattern) }
            if let mailbox = mailbox(name, in: directory) { return .found(.address(mailbox.address)) }
            guard let ids = people[name.lowercased()] else { continue }
            guard ids.count == 1 else {
                return .unclear("\(ids.count) users are called \"\(name.prefix(100))\": export the address (PrimarySmtpAddress)")
            }
            if let primary = directory.user(ids[0])?.primaryAddress?.address { return .found(.address(primary)) }
        }
        let name = names.first ?? ""
        return .unclear(
            "\"\(name.prefix(100))\" is no address, and no user or mailbox is called so: export the address (PrimarySmtpAddress)")
    }
}
