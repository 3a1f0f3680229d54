/// What settings mean, for people.
package enum SettingWords {
    package static func meaning(of key: SettingKey, _ text: String?, _ directory: Directory) -> String {
        guard let text else { return unset(key) }
        switch key.name {
        case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .carrier:
            return setting(text, directory)
        case .mode:
            return text == Mode.replyTo.rawValue ? "the author always goes to Reply-To" : "the author is in From where a route exists"
        case .reply:
            return
                "answers go to \(text == "both" ? "the author and the intake address" : text == "intake" ? "the intake address" : "the author")"
        case .fallback: return "without a route: \(text)"
        case .intake: return "added to Reply-To under reply intake or both"
        case .template: return "the name in From when the author is in Reply-To"
        case .organisation: return "{organisation} in the template"
        case .signatures: return "\(text) signatures that a rewrite breaks"
        case .envelope: return "the envelope sender"
        case .originalFrom: return "X-Original-From is \(text == "on" ? "written" : "not written")"
        case .publicURL: return "where browsers reach this service"
        case .delivery: return delivery(key, text, directory)
        }
    }

    package static func choices(of name: SettingKey.Name) -> String {
        switch name {
        case .emailFromUserID, .emailAdministratorUserID, .adHocEmailFromAddress:
            "a user's id, an address, or \(SenderSetting.currentUserText)"
        case .carrier: "a user's id or an address"
        case .mode: list(Mode.allCases.map(\.rawValue))
        case .reply: list(ReplyPolicy.allCases.map(\.rawValue))
        case .fallback: list(Fallback.allCases.map(\.rawValue))
        case .intake: "an address that is no author's and no user's"
        case .template: "text with {name} and {organisation}"
        case .organisation: "text"
        case .signatures: list(SignaturePolicy.allCases.map(\.rawValue))
        case .envelope: "by-route, mailbox, from, client, or an address"
        case .originalFrom: "on or off"
        case .publicURL: "a URL that begins with https://, or http:// on this machine"
        case .delivery: "live, hold, or redirect and an address; delivery.CLIENT is for one client"
        }
    }

    private static func delivery(_ key: SettingKey, _ text: String, _ directory: Directory) -> String {
        let whose = key.client.map { "mail of client \(directory.client($0)?.name ?? $0.text)" } ?? "mail"
        return switch Delivery(text) ?? .hold {
        case .live: "\(whose) goes to its recipients"
        case .hold: "\(whose) is accepted and held"
        case .redirect(let address): "\(whose) goes to \(address) instead of its recipients"
        }
    }

    private static func setting(_ text: String, _ directory: Directory) -> String {
        let meaning = SenderSetting(text) { directory.hasUser($0) }
        guard case .user(let id) = meaning, let user = directory.user(id) else { return meaning.description }
        guard let primary = user.primaryAddress else { return "\(meaning), who has no address" }
        return "\(meaning), \(primary.address)\(primary.isOn ? "" : " (off)")"
    }

    private static func unset(_ key: SettingKey) -> String {
        if key.purpose != nil { return "as without a purpose" }
        return switch key.name {
        case .emailFromUserID: "falls to EMAIL_ADMINISTRATOR_USER_ID"
        case .adHocEmailFromAddress: "falls to EMAIL_FROM_USER_ID"
        case .emailAdministratorUserID:
            "administrative mail has no author; failure notices come from the carrier, else from the mailbox used"
        case .mode: "from: the author is in From where a route exists"
        case .carrier: "EMAIL_FROM_USER_ID, else EMAIL_ADMINISTRATOR_USER_ID"
        case .reply: "author: answers go to the author"
        case .fallback: "reply-to: without a route the author goes to Reply-To"
        case .intake: "none"
        case .template: "{name} via {organisation}"
        case .organisation: "the carrier's display name"
        case .signatures: "strip signatures that a rewrite breaks"
        case .envelope: "by-route"
        case .originalFrom: "off"
        case .publicURL: "http://localhost and the port"
        case .delivery: "live: mail goes to its recipients"
        }
    }

    private static func list(_ words: [String]) -> String { words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "") }
}
