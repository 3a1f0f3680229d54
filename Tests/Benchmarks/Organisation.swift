import FoundationEssentials
import Mail
import Relay

/// An organisation of any size: users, one mailbox in a hundred, one delegation in ten users.
struct Organisation {
    let users: Int
    let delegations: Int

    var entities: [DirectoryEntity] {
        var entities: [DirectoryEntity] = Provider.builtIn.map(DirectoryEntity.provider)
        entities.append(
            .application(
                Application(
                    id: ApplicationID(trusted: "app"), name: "app", provider: Provider.microsoft.id, clientID: "client",
                    domains: [Self.domain])))
        entities.append(
            .grant(Grant(id: GrantID(trusted: "grant"), name: "grant", kind: .appOnly, application: ApplicationID(trusted: "app"))))
        entities.append(.setting(SettingKey(.emailFromUserID), "user-0"))
        entities.append(.setting(SettingKey(.adHocEmailFromAddress), SenderSetting.currentUserText))
        entities += (0..<max(users / 100, 1)).map { index in
            .mailbox(Mailbox(id: Self.mailbox(index), address: Self.address(index), grant: GrantID(trusted: "grant")))
        }
        entities += (0..<users).map { index in
            .user(User(id: Self.user(index), name: "User Number \(index)", addresses: [UserAddress(Self.address(index))]))
        }
        entities += (0..<delegations).map { index in
            .delegation(
                Delegation(
                    id: DelegationID(trusted: "delegation-\(index)"), mailbox: Self.mailbox(index % max(users / 100, 1)),
                    covers: .address(Self.address(users - 1 - index)), kind: .sendAs, grantedBy: "benchmark",
                    grantedAt: Date(timeIntervalSince1970: 1_700_000_000)))
        }
        return entities
    }

    static let domain = parsed { try Domain("organisation.example") }
    static func user(_ index: Int) -> UserID { UserID(trusted: "user-\(index)") }
    static func mailbox(_ index: Int) -> MailboxID { MailboxID(trusted: "mailbox-\(index)") }
    static func address(_ index: Int) -> EmailAddress { parsed { try EmailAddress("user.number.\(index)@organisation.example") } }

    private static func parsed<Value>(_ parse: () throws -> Value) -> Value {
        do { return try parse() } catch { preconditionFailure("our own addresses are well formed: \(error)") }
    }
}
