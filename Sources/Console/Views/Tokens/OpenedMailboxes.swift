internal import Web
internal import Relay

/// What each grant opens, and for whom somebody consents. Worked out once for a page, since it takes a walk through all mailboxes.
struct OpenedMailboxes: Sendable {
    private let mailboxes: [GrantID: [Mailbox]]
    private let families: [GrantID: [Family]]

    init(_ directory: Directory) {
        mailboxes = Dictionary(grouping: directory.allMailboxes, by: \.grant).mapValues { $0.sorted { $0.address < $1.address } }
        families = Dictionary(grouping: directory.allFamilies, by: \.grant).mapValues { $0.sorted { ($0.name, $0.id) < ($1.name, $1.id) } }
    }

    func mailboxes(of grant: GrantID) -> [Mailbox] { mailboxes[grant] ?? [] }
    func families(of grant: GrantID) -> [Family] { families[grant] ?? [] }

    /// Logins in a sentence: a consent that opens more than that names its principal.
    private static let mostLogins = 3

    /// Who has to consent; nil where no person does, or whoever comes first may.
    func principal(of grant: Grant) -> String? {
        guard grant.kind == .consent else { return nil }
        if let principal = grant.principal { return principal }
        let logins = Set(mailboxes(of: grant.id).map(\.login)).sorted()
        return logins.isEmpty ? nil : logins.prefix(Self.mostLogins).joined(separator: " or ")
    }
}

extension Grant {
    /// Where the page of access tokens has it.
    var place: String { "/tokens#grant-\(PercentCoding.encode(id.text))" }
}

extension GrantSource {
    /// A person can consent to it from here.
    var takesConsent: Bool {
        grant.kind == .consent && grant.isEnabled && provider.mayReceiveSecrets && provider.authorization.authorizationEndpoint != nil
    }

    var takesDeviceCode: Bool {
        grant.kind == .consent && grant.isEnabled && provider.mayReceiveSecrets && provider.authorization.deviceEndpoint != nil
            && provider.habits.allowsDeviceFlow
    }
}
