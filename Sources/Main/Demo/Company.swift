internal import FoundationEssentials
internal import Mail
internal import Relay
internal import Sandbox

/// Fabrikam, the small company of the demo: ten users, three mailboxes with tokens of their own, a family, delegations of each kind, one address
/// nobody may use, the three settings set differently – and, at the pretend provider, the rights that go with it.
struct Company {
    static let tenantID = "5c9bd1c2-8d0e-4a5c-9b0f-1f6a2f7e3d11"
    static let clientID = "0f3f0d9b-6a66-4d0c-8f33-7b1f3b5f0c55"
    static let familyClientID = "b1a7a9a2-31f5-4e66-bf36-90b7d7a6f002"

    let at: Date
    /// The pretend provider's doors.
    let provider: Relay.Provider
    let live: Live

    static let logins = ["tracker@fabrikam.example", "ann@fabrikam.example", "svc-ops@fabrikam.onmicrosoft.example"]

    func entities() throws -> [DirectoryEntity] {
        var entities: [DirectoryEntity] = [.provider(provider)]
        entities += try settings() + users().map(DirectoryEntity.user) + accounts()
        entities += try delegations() + clients().map(DirectoryEntity.client)
        return entities
    }

    private func settings() throws -> [DirectoryEntity] {
        [
            (SettingKey(.emailFromUserID), "tracker"), (SettingKey(.adHocEmailFromAddress), SenderSetting.currentUserText),
            (SettingKey(.emailAdministratorUserID), "root"), (SettingKey(.organisation), "Fabrikam"),
            (SettingKey(.intake), "tickets@fabrikam.example"), (SettingKey(.reply, for: .notification), ReplyPolicy.both.rawValue),
        ].map { .setting($0.0, $0.1) }
    }

    private func users() throws -> [User] {
        try [
            user("ann", "Ann Becker", "ann@fabrikam.example"), user("bob", "Bob Ödegård", "bob@fabrikam.example"),
            user("carla", "Carla Núñez", "carla@fabrikam.example"), user("dev", "Development Team", "dev@fabrikam.example"),
            user("ed", "Ed \"Eddie\" O'Neil", "ed@partner.example"), user("fay", "Fay Lin", "fay@fabrikam-group.example"),
            user("gus", "Gus Kraft", "gus@fabrikam.example", isOn: false), user("hana", "花 Tanaka", "hana@fabrikam.example"),
            user("root", "Operations", "ops@fabrikam.example"), user("tracker", "Fabrikam Tracker", "tracker@fabrikam.example"),
        ]
    }

    private func user(_ id: String, _ name: String, _ address: String, isOn: Bool = true) throws -> User {
        User(id: UserID(trusted: id), name: name, addresses: [UserAddress(try EmailAddress(address), isOn: isOn)])
    }

    /// Two applications: one the three mailboxes' owners have consented to, one that opens the whole group's mailboxes by itself.
    private func accounts() throws -> [DirectoryEntity] {
        let domains = try ["fabrikam.example", "support.fabrikam.example"].map { try Domain($0) }
        let consented = Application(
            id: ApplicationID(trusted: "app-tracker"), name: "Tracker", provider: provider.id, tenant: Self.tenantID,
            clientID: Self.clientID, secretExpires: at.addingTimeInterval(90 * 86400), domains: domains)
        let group = Application(
            id: ApplicationID(trusted: "app-group"), name: "Group mail", provider: provider.id, tenant: Self.tenantID,
            clientID: Self.familyClientID, domains: [try Domain("fabrikam-group.example")])
        var entities: [DirectoryEntity] = [.application(consented), .application(group)]
        for (name, address, login) in zip3(
            ["tracker", "ann", "ops"], ["tracker@fabrikam.example", "ann@fabrikam.example", "ops@fabrikam.example"], Self.logins)
        {
            let grant = Grant(
                id: GrantID(trusted: "grant-" + name), name: name, kind: .consent, application: consented.id, principal: login)
            entities.append(.grant(grant))
            entities.append(
                .mailbox(Mailbox(id: MailboxID(trusted: "box-" + name), address: try EmailAddress(address), login: login, grant: grant.id)))
        }
        let appOnly = Grant(id: GrantID(trusted: "grant-group"), name: "group", kind: .appOnly, application: group.id)
        let family = Family(
            id: FamilyID(trusted: "family-group"), name: "group", members: [.domain(try Domain("fabrikam-group.example"))],
            grant: appOnly.id)
        return entities + [.grant(appOnly), .family(family)]
    }

    private func zip3(_ first: [String], _ second: [String], _ third: [String]) -> [(String, String, String)] {
        first.indices.map { (first[$0], second[$0], third[$0]) }
    }

    private func delegations() throws -> [DirectoryEntity] {
        // Granted last week, so that none of them is still pending.
        let granted = at.addingTimeInterval(-7 * 86400)
        func delegation(
            _ id: String, _ box: String, _ covers: String, _ kind: Delegation.Kind, until: Date? = nil
        ) throws -> DirectoryEntity {
            .delegation(
                Delegation(
                    id: DelegationID(trusted: id), mailbox: MailboxID(trusted: box), covers: try AddressPattern(covers), kind: kind,
                    validUntil: until, grantedBy: "demo", grantedAt: granted, reason: "demo"))
        }
        return [
            try delegation("dlg-bob", "box-tracker", "bob@fabrikam.example", .sendAs),
            try delegation("dlg-carla", "box-tracker", "carla@fabrikam.example", .onBehalf),
            try delegation("dlg-dev", "box-tracker", "dev@fabrikam.example", .sendAs),
            try delegation("dlg-dev-old", "box-ann", "dev@fabrikam.example", .sendAs, until: at.addingTimeInterval(-86400)),
            try delegation("dlg-alerts", "box-ops", "alerts@fabrikam.example", .alias),
            try delegation("dlg-support", "box-ann", "@support.fabrikam.example", .sendAs),
            .deny(
                Deny(
                    id: DenyID(trusted: "deny-ceo"), mailbox: nil, covers: try AddressPattern("ceo@fabrikam.example"),
                    reason: "board decision")),
        ]
    }

    private func clients() throws -> [Client] {
        // Digests of keys nobody has: the demo hands over in its own name.
        let keys = [live.randomBytes(32), live.randomBytes(32)].map(Client.Credential.key)
        return [
            Client(id: ClientID(trusted: "tracker"), name: "tracker", credential: keys[0]),
            Client(
                id: ClientID(trusted: "printer"), name: "printer", credential: .network(try Network("192.0.2.0/24")),
                limits: Client.Limits(addresses: [.domain(try Domain("support.fabrikam.example"))]),
                authorIfUnusable: try EmailAddress("scans@support.fabrikam.example")),
            Client(
                id: ClientID(trusted: "monitor"), name: "monitor", credential: keys[1],
                limits: Client.Limits(purposes: [.administrator]), defaultPurpose: .administrator),
        ]
    }

    /// On behalf over SMTP counts only once someone has seen it work.
    func observations() throws -> [Observation] {
        let key = StandingKey(
            Account(provider: provider.id, login: "tracker@fabrikam.example"), from: try EmailAddress("carla@fabrikam.example"),
            transport: .smtp)
        return [.standing(key, .proven(at: at.addingTimeInterval(-6 * 86400), how: "a test message was read back"))]
    }

    static let consentSecret = "demo-secret-consent"
    static let familySecret = "demo-secret-group"
    /// A mailbox that the application of this secret opens by itself; it has no other way.
    static let familyLogin = "fay@fabrikam-group.example"

    /// The same rights at the pretend provider.
    static func tenant() -> Tenant {
        Tenant(
            id: tenantID, domains: ["fabrikam.example", "fabrikam-group.example", "fabrikam.onmicrosoft.example"],
            applications: [
                AppRegistration(
                    clientID: clientID, name: "Tracker", secrets: [.init(consentSecret)],
                    redirectURIs: [PublicAddress.usual.redirectURI("app-tracker")]),
                AppRegistration(clientID: familyClientID, name: "Group mail", secrets: [.init(familySecret)], appOnly: .everyMailbox),
            ],
            mailboxes: [
                HostedMailbox("tracker@fabrikam.example"), HostedMailbox("ann@fabrikam.example"),
                HostedMailbox("ops@fabrikam.example", login: logins[2], aliases: ["alerts@fabrikam.example"]),
                HostedMailbox(familyLogin),
            ],
            grants: [
                SendingGrant(.sendAs, login: logins[0], address: "bob@fabrikam.example"),
                SendingGrant(.sendAs, login: logins[0], address: "dev@fabrikam.example"),
                SendingGrant(.onBehalf, login: logins[0], address: "carla@fabrikam.example"),
                SendingGrant(.sendAs, login: logins[1], address: "scans@support.fabrikam.example"),
                SendingGrant(.sendAs, login: logins[1], address: "scan3@support.fabrikam.example"),
            ])
    }
}
