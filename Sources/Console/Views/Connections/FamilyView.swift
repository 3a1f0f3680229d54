internal import Mail
internal import Relay
internal import Web
internal import struct FoundationEssentials.Date

/// One family: what it is, how it stands, who is in it and who uses it. Each address in it is a mailbox of its own, so there is no single one to try.
struct FamilyView: Sendable {
    static let routes: [ConsoleRoute] = [.get("/families/{id}") { request in .page(try await FamilyView(request).page()) }]

    private let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    private func page() async throws -> Page {
        let snapshot = request.dependencies.snapshots.current
        guard let family = snapshot.directory.family(FamilyID(trusted: request.path("id"))) else {
            throw Problem(.notFound, "there is no such family", fix: "look for it among all mailboxes, at /mailboxes")
        }
        let (health, now) = (try await request.dependencies.health(), request.now)
        // Its users are looked for among a million.
        let facts = try await Aside.run { FamilyFacts(family: family, snapshot: snapshot, health: health, now: now).document }
        return Page("family", family.name, facts)
    }
}

/// What the page of a family says. A value, so that the page is a test.
struct FamilyFacts: Sendable {
    /// Rows that a person looks through; the page of all pairs has the others.
    private static let mostMembers = 200
    private static let mostUsers = 100

    let family: Family
    let snapshot: Snapshot
    let health: HealthReport
    let now: Date

    private var directory: Directory { snapshot.directory }

    var document: DocumentValue {
        let state = health.health(of: family)
        let own: DocumentValue = [
            "id": .text(PercentCoding.encode(family.id.text)), "self_href": .text(family.place),
            "transports": .text(family.transports.map(\.rawValue).joined(separator: ", then ")), "enabled": .flag(family.isEnabled),
            "outlook": Decider(directory: directory, conditions: snapshot.conditions).outlook(of: family, at: now).document,
            "health": Words.state(state, at: now), "steps": Words.steps(state.steps),
            "has_steps": .flag(state.needsSomeone && !state.steps.isEmpty),
            "can_resume": .flag(state.canResume),
            "command": .text("mandate mailboxes show \(family.name.shellQuoted)".pasteable),
        ]
        let account = AccountFacts(row: .family(family.id), grant: family.grant, directory: directory, health: health, now: now)
        return own.adding(
            account.document + members + users + [StewardCard(entity: .family(family), place: family.place, now: now).document])
    }

    /// What it names, and behind that single addresses of its domains against which the provider has something.
    private var members: [DocumentValue.Entry] {
        let rights = SenderRights(snapshot, at: now)
        let named = rights.rights(through: family.id.text).filter { $0.by != "deny" }.map { PairList.Pair($0, isException: false) }
        let exceptions = rights.exceptions().filter { $0.kind == .family(family.id) }.map { PairList.Pair($0, isException: true) }
        let pairs = named.sorted { $0.key < $1.key } + exceptions.sorted { $0.key < $1.key }
        let more = pairs.count - Self.mostMembers
        return [
            .init(
                "rows",
                .list(
                    pairs.prefix(Self.mostMembers).map {
                        PairRow(pair: $0, directory: directory, now: now, place: family.place).document
                    })),
            .init("more_rows", more > 0 ? .text("and \(Words.number(more)) more") : .null),
            .init("pairs_href", .text("/identities?q=\(PercentCoding.encode(family.name))")),
        ]
    }

    /// Whose mail goes through it: by the address that is switched on.
    private var users: [DocumentValue.Entry] {
        let all = directory.allUsers.flatMap { user in
            user.addresses.filter(\.isOn).map(\.address).filter { address in family.members.contains { $0.matches(address) } }
                .map { (user: user, address: $0) }
        }.sorted { ($0.address, $0.user.id) < ($1.address, $1.user.id) }
        let decider = Decider(directory: directory, conditions: snapshot.conditions)
        let more = all.count - Self.mostUsers
        let rows = all.prefix(Self.mostUsers).map { user, address -> DocumentValue in
            let login = directory.login(ofMember: address)
            return [
                "user": .text(user.name.isEmpty ? user.id.text : user.name), "user_href": .text(UsersView.href(user.id)),
                "address": .text(address.description), "login": .text(login),
                "outlook": decider.outlook(of: family, as: address, at: now).document,
                "sent_href": .text("/sent?mailbox=\(PercentCoding.encode(login))"),
            ]
        }
        return [
            .init("users", .list(rows)), .init("has_users", .flag(!rows.isEmpty)),
            .init("more_users", more > 0 ? .text("and \(Words.number(more)) more") : .null),
        ]
    }
}
