import Foundation
import Mail
import Relay

/// Makes changes at random, from a seed: few names, so that they meet each other often.
struct RandomTown {
    /// SplitMix64.
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    var generator: Generator
    let addresses: [EmailAddress]
    private let patterns: [AddressPattern]

    init(seed: UInt64) {
        generator = Generator(state: seed)
        let texts = ["a", "b", "c", "d"].flatMap { name in ["x.example", "y.example"].map { "\(name)@\($0)" } }
        addresses = texts.compactMap { try? EmailAddress($0) }  // all of them are addresses
        patterns = addresses.map { .address($0) } + ["@x.example", "@y.example"].compactMap { try? AddressPattern($0) }
    }

    /// A new or different thing, or the end of one that is there.
    mutating func change(of present: [EntityKey]) throws -> DirectoryChange {
        if let key = present.randomElement(using: &generator), Int.random(in: 0..<3, using: &generator) == 0 { return .remove(key) }
        return .put(try thing())
    }

    private mutating func thing() throws -> DirectoryEntity {
        let number = Int.random(in: 0..<6, using: &generator)
        let isEnabled = Int.random(in: 0..<5, using: &generator) > 0
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: return .setting(SettingKey(.emailFromUserID), "u-\(number)")
        case 1: return .setting(SettingKey(.mode), number == 0 ? "reply-to" : "from")
        case 2, 3:
            let own = addresses.shuffled(using: &generator).prefix(Int.random(in: 0..<3, using: &generator))
            return .user(
                User(
                    id: UserID(trusted: "u-\(number)"), name: "User \(number)", login: number == 1 ? "login-1" : nil,
                    addresses: own.map { UserAddress($0, isOn: isEnabled) }))
        case 4: return number.isMultiple(of: 2) ? .provider(.microsoft) : application(number)
        case 5:
            return .grant(
                Grant(
                    id: GrantID(trusted: "g-\(number % 2)"), name: "g", kind: .appOnly, application: ApplicationID(trusted: "app"),
                    isEnabled: isEnabled))
        case 6:
            return .mailbox(
                Mailbox(
                    id: MailboxID(trusted: "m-\(number)"), address: pick(addresses), login: "login-\(number % 3)",
                    grant: GrantID(trusted: "g-\(number % 2)"), isRead: number == 2, isEnabled: isEnabled))
        case 7:
            let members = Set((0..<3).map { _ in pick(patterns) }).sorted { $0.description < $1.description }
            return .family(
                Family(id: FamilyID(trusted: "f-\(number % 3)"), name: "f", members: members, grant: GrantID(trusted: "g-\(number % 2)")))
        case 8:
            return .deny(
                Deny(
                    id: DenyID(trusted: "d-\(number % 3)"), mailbox: isEnabled ? MailboxID(trusted: "m-\(number)") : nil,
                    covers: pick(patterns)))
        default:
            return .delegation(
                Delegation(
                    id: DelegationID(trusted: "s-\(number)"), mailbox: MailboxID(trusted: "m-\(number % 4)"), covers: pick(patterns),
                    kind: pick(Delegation.Kind.allCases), priority: number, grantedBy: "town", grantedAt: Date(timeIntervalSince1970: 0)))
        }
    }

    private func application(_ number: Int) -> DirectoryEntity {
        .application(
            Application(id: ApplicationID(trusted: "app"), name: "app", provider: ProviderID(trusted: "microsoft"), clientID: "c-\(number)")
        )
    }

    private mutating func pick<Thing>(_ things: [Thing]) -> Thing { things[Int.random(in: 0..<things.count, using: &generator)] }

    func answer(about address: EmailAddress, _ directory: Directory) -> Answer {
        Decider(directory: directory, conditions: Conditions())
            .decide(Question(from: .authors(Author(NamedAddress(address: address))), at: DecideCase.usualTime))
    }
}
