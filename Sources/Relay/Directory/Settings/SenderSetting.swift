package import Mail

/// The meaning of one of the three settings: an exact user id (ids may look like addresses), else an address,
/// else the current-user value (design section 1).
package enum SenderSetting: Sendable, Hashable {
    case user(UserID)
    case address(EmailAddress)
    case currentUser
    /// Neither: reported as `unknown-user`, with the text.
    case unreadable(String)

    /// As applications write it; compared trimmed and without regard to case.
    package static let currentUserText = "* Current User *"

    package init(_ text: String, isUser: (UserID) -> Bool) { self = SenderText(text).meaning(isUser) }

    package static func isCurrentUser(_ text: String) -> Bool {
        let trimmed = trimmed(text)
        return trimmed.utf8.first == UInt8(ascii: "*") && trimmed.lowercased() == currentUserText.lowercased()
    }

    /// Meant for it, and none: applications write it with its spaces, and nothing else is taken for it.
    static func resemblesCurrentUser(_ text: String) -> Bool {
        text.contains("*") && !isCurrentUser(text) && text.lowercased().filter(\.isLetter) == "currentuser"
    }

    static func trimmed(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last, first <= 0x20 || last <= 0x20 || first >= 0x80 || last >= 0x80 else {
            return text  // nearly always, and deciding asks for each message
        }
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

/// What such a setting says, before anybody has looked whether a user is meant.
struct SenderText: Sendable {
    /// As it was written.
    let text: String
    private let id: UserID?
    private let otherwise: SenderSetting

    init(_ text: String) {
        self.text = text
        let trimmed = SenderSetting.trimmed(text)
        id = UserID(trimmed)
        otherwise =
            if SenderSetting.isCurrentUser(trimmed) {  // no address can look like it, and it is the cheaper look
                .currentUser
            } else if let address = try? EmailAddress(trimmed) {  // not an address is a case of its own
                .address(address)
            } else {
                .unreadable(trimmed)
            }
    }

    func meaning(_ isUser: (UserID) -> Bool) -> SenderSetting {
        if let id, isUser(id) { return .user(id) }
        return otherwise
    }
}

extension Purpose {
    /// The setting that names this purpose's author, and where an unset one falls to: ad-hoc → notification → administrator.
    package var settings: [SettingKey.Name] {
        switch self {
        case .adHoc: [.adHocEmailFromAddress, .emailFromUserID, .emailAdministratorUserID]
        case .notification: [.emailFromUserID, .emailAdministratorUserID]
        case .administrator: [.emailAdministratorUserID]
        }
    }
}

extension SettingKey.Name {
    /// The purpose whose author it names before any other does.
    package var purpose: Purpose? { Purpose.allCases.first { $0.settings.first == self } }
}
