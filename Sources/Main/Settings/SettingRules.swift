internal import Mail
internal import Relay

/// What must hold before a setting is written, and what deserves a warning.
enum SettingRules {
    /// The users and addresses a value may mean.
    static func slice(for value: String) -> DirectorySlice {
        var slice = DirectorySlice()
        if let id = UserID(value.trimmedSpace) { slice.users.insert(id) }
        if let address = try? EmailAddress(value.trimmedSpace) { slice.addresses.insert(address) }  // most values are none
        return slice
    }

    static func check(_ key: SettingKey, _ value: String, _ directory: Directory) throws(CommandFailure) {
        if let problem = key.problem(with: value, in: directory) { throw .data("\(key): \(problem)") }
    }

    /// A name may come later, so this is no error; but a slip looks the same.
    static func warning(_ key: SettingKey, _ value: String, _ directory: Directory) -> String? {
        switch key.name {
        case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier: break
        case .mode, .reply, .fallback, .intake, .template, .organisation, .signatures, .envelope, .originalFrom, .publicURL, .delivery:
            return nil
        }
        switch SenderSetting(value, isUser: { directory.user($0) != nil }) {
        case .user, .currentUser: return nil
        case .address(let address):
            return directory.users(with: address).isEmpty ? "no user has the id or address \(address): it is used as an address" : nil
        case .unreadable(let text): return "there is no user \"\(text)\" yet: until there is one, mail that needs this setting is refused"
        }
    }
}

extension String {
    /// Without white space at either end, as settings are read.
    var trimmedSpace: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}
