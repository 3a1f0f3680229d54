/// A user as a file describes them, before anything of it is checked.
package struct UserRecord: Sendable, Hashable {
    package struct Address: Sendable, Hashable {
        package let text: String
        package var isOn = true
    }

    package let line: Int
    package var id = ""
    package var name = ""
    package var login: String?
    package var addresses: [Address] = []

    /// Nobody has more; each is compared with each.
    static let mostAddresses = 500

    /// An address that stands there twice, as directories have it, is one; the first counts.
    mutating func add(address text: String, isOn: Bool = true) {
        // One more than is taken is enough to be refused.
        guard !text.isEmpty, addresses.count <= Self.mostAddresses,
            !addresses.contains(where: { $0.text.lowercased() == text.lowercased() })
        else { return }
        addresses.append(Address(text: text, isOn: isOn))
    }
}

/// What a file about users says next.
enum UserSaying: Sendable, Hashable {
    case user(UserRecord)
    case skipped(line: Int, thing: String, why: String)
    case wrong(line: Int, String)
}

/// The forms in which users come.
package enum UserForm: String, Sendable, Hashable, CaseIterable {
    case csv, ldif, xml

    /// By how it begins: a tag, a comment or a distinguished name; everything else has commas.
    init(_ head: [UInt8]) {
        var rest = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head[3...] : head[...]
        while true {
            rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            guard rest.first == UInt8(ascii: "#") else { break }
            rest = rest.drop { $0 != 0x0A }
        }
        let word = String(decoding: rest.prefix(16), as: UTF8.self).lowercased()
        self = word.hasPrefix("<") ? .xml : word.hasPrefix("version:") || word.hasPrefix("dn:") ? .ldif : .csv
    }
}
