/// Users in XML: an element for each right below the root, whatever it is called, with what is known of them as attributes or as elements in it.
extension UserRecord {
    private enum Field { case id, name, firstName, lastName, login, address }

    /// As issue trackers, directories and spreadsheets write them; case, hyphens and underscores do not count.
    private static let fields: [String: Field] = [
        "id": .id, "userid": .id, "uid": .id, "name": .name, "displayname": .name, "fullname": .name, "firstname": .firstName,
        "givenname": .firstName, "lastname": .lastName, "surname": .lastName, "login": .login, "loginname": .login,
        "userprincipalname": .login, "address": .address, "email": .address, "mail": .address, "emailaddress": .address,
        "primaryemail": .address, "alternateemail": .address, "alternativeemail": .address, "secondaryemail": .address,
    ]
    /// Holds addresses, and is none.
    private static let folders: Set = ["addresses", "emails", "emailaddresses", "mails"]

    /// Anything that nobody keeps of a user is named in `ignored`.
    static func saying(of element: XMLElement, ignored: (String, _ line: Int) -> Void) -> UserSaying {
        var record = UserRecord(line: element.line)
        var (first, last) = ("", "")
        func take(_ name: String, _ text: String, _ line: Int, isOn: Bool = true) {
            switch fields[folded(name)] {
            case .id: record.id = text
            case .name: record.name = text
            case .firstName: first = text
            case .lastName: last = text
            case .login: record.login = text.isEmpty ? nil : text
            case .address: record.add(address: text, isOn: isOn)
            case nil: ignored(name, line)
            }
        }
        // In an order that is always the same.
        for (name, text) in element.attributes.sorted(by: { $0.key < $1.key }) { take(name, text, element.line) }
        for child in element.children {
            guard folders.contains(folded(child.name)) else {
                take(child.name, child.text, child.line, isOn: isOn(child))
                continue
            }
            for address in child.children { take(address.name, address.text, address.line, isOn: isOn(address)) }
        }
        if record.name.isEmpty { record.name = [first, last].filter { !$0.isEmpty }.joined(separator: " ") }
        guard !record.id.isEmpty else { return .wrong(line: element.line, "<\(element.name)> has no id: an attribute or an element `id`") }
        return .user(record)
    }

    private static func folded(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != "-" } }

    private static func isOn(_ element: XMLElement) -> Bool {
        let said = ["on", "enabled", "active"].compactMap { element.attributes[$0] }.first?.lowercased()
        return !["no", "false", "off", "0", "n"].contains(said ?? "")
    }
}
