internal import Mail
internal import Relay

// Stands in until Relay has the same (Directory/SettingKey+Validation.swift); then this file goes.
extension SettingKey {
    func problem(with text: String, in directory: Directory) -> String? {
        switch name {
        case .mode: Mode(rawValue: text) == nil ? "it is from or reply-to" : nil
        case .reply: ReplyPolicy(rawValue: text) == nil ? "it is author, intake or both" : nil
        case .fallback: Fallback(rawValue: text) == nil ? "it is reply-to, refuse or hold" : nil
        case .signatures: SignaturePolicy(rawValue: text) == nil ? "it is strip, keep or refuse" : nil
        case .envelope: EnvelopePolicy(text) == nil ? "it is by-route, mailbox, from, client or an address" : nil
        case .originalFrom: ["on", "off"].contains(text) ? nil : "it is on or off"
        case .carrier: SenderSetting.isCurrentUser(text) ? "a carrier must be one address, whoever the current user is" : nil
        case .intake: intakeProblem(text, directory)
        case .publicURL: text.hasPrefix("https://") || text.hasPrefix("http://localhost") ? nil : "it begins with https://"
        case .template: text.contains("{name}") ? nil : "it needs {name}"
        case .organisation: text.isEmpty ? "it is empty" : nil
        case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID: text.trimmedSpace.isEmpty ? "it is empty" : nil
        }
    }

    private func intakeProblem(_ text: String, _ directory: Directory) -> String? {
        do throws(AddressError) {
            let address = try EmailAddress(text)
            let isAuthor = SettingKey.all.contains { key in
                directory.settings[key].map { SenderSetting($0, isUser: { directory.user($0) != nil }) == .address(address) } ?? false
            }
            return isAuthor || !directory.users(with: address).isEmpty ? "it is an author's or a user's address: mail would go round in a loop" : nil
        } catch {
            return error.description
        }
    }
}
