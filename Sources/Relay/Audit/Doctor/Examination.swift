internal import Mail
package import struct FoundationEssentials.Date

/// One thing that needs somebody.
package struct Finding: Sendable, Hashable {
    package let what: String
    package let trouble: String
    /// In order.
    package let fix: [String]
    /// Of what `audit lint` finds.
    package private(set) var rule: LintRule?

    package init(_ what: String, _ trouble: String, fix: String...) { self.init(what, trouble, fix: fix) }

    package init(_ what: String, _ trouble: String, fix: [String]) {
        self.what = what
        self.trouble = trouble
        self.fix = fix.map(\.pasteable)
    }

    func by(_ rule: LintRule) -> Finding {
        var finding = self
        finding.rule = rule
        return finding
    }
}

/// All that is wrong with what people decided and what was observed, with the step that mends each. Pure: what lies in files and who runs is looked at elsewhere.
package struct Examination: Sendable {
    let decider: Decider
    let health: HealthReport
    /// When each address, and each domain, was last seen in traffic.
    let lastSeen: LastSeen
    let now: Date

    package init(
        _ snapshot: Snapshot, uses: [GrantID: GrantUse], sightings: [SightingTotal] = [], withoutSecret: Set<ApplicationID> = [],
        transports: Set<Transport> = Set(Transport.allCases), at now: Date
    ) {
        decider = Decider(directory: snapshot.directory, conditions: snapshot.conditions, transports: transports)
        health = HealthReport(snapshot.directory, snapshot.conditions, uses: uses, withoutSecret: withoutSecret, at: now)
        lastSeen = LastSeen(sightings)
        self.now = now
    }

    var directory: Directory { decider.directory }

    package var findings: [Finding] { mail + registrations + accounts + settings + people }

    private var registrations: [Finding] {
        let providers = directory.allProviders.sorted { $0.id < $1.id }.filter { !$0.mayReceiveSecrets }.map { provider in
            Finding(
                "provider \(provider.name)", "it came from a file, and no secret is sent to it",
                fix: "mandate providers show \(provider.id)", "mandate providers trust \(provider.id)")
        }
        let applications = directory.allApplications.sorted { $0.name < $1.name }.map { ("application \($0.name)", health.health(of: $0)) }
        let grants = directory.allGrants.sorted { $0.name < $1.name }.map { ("grant \($0.name)", health.health(of: $0)) }
        return providers + (applications + grants).filter { $0.1.needsSomeone }.map { Finding($0.0, $0.1.words, fix: $0.1.steps) }
    }

    /// One whose grant is told of already needs no line of its own.
    private var accounts: [Finding] {
        let mailboxes = directory.allMailboxes.sorted { $0.address < $1.address }.map {
            ("mailbox \($0.address)", $0.grant, health.health(of: $0))
        }
        let families = directory.allFamilies.sorted { $0.name < $1.name }.map { ("family \($0.name)", $0.grant, health.health(of: $0)) }
        return (mailboxes + families).compactMap { name, grant, health in
            if let grant = directory.grant(grant), self.health.health(of: grant).needsSomeone { return nil }
            return health.needsSomeone ? Finding(name, health.words, fix: health.steps) : nil
        }
    }

    var settings: [Finding] {
        var findings: [Finding] = []
        for key in directory.settings.keys {
            guard let text = directory.settings[key], let problem = key.problem(with: text, in: directory) else { continue }
            findings.append(Finding("setting \(key)", problem, fix: "mandate settings set \(key) VALUE"))
        }
        if directory.settings[SettingKey(.emailFromUserID)] == nil, directory.settings[SettingKey(.emailAdministratorUserID)] == nil {
            findings.append(
                Finding(
                    "settings", "neither EMAIL_FROM_USER_ID nor EMAIL_ADMINISTRATOR_USER_ID is set, so mail without a route has no carrier",
                    fix: "mandate settings set EMAIL_FROM_USER_ID USER-OR-ADDRESS"))
        }
        if directory.settings[SettingKey(.emailAdministratorUserID)] == nil {
            let whom = decider.carrier(for: nil).named.map { "from the carrier \($0.address)" } ?? "from the mailbox that was used"
            findings.append(
                Finding(
                    "settings",
                    "EMAIL_ADMINISTRATOR_USER_ID is not set: administrative mail has no author, and authors are told \(whom) what was not delivered",
                    fix: "mandate settings set EMAIL_ADMINISTRATOR_USER_ID USER-OR-ADDRESS"))
        }
        return findings
    }
}

/// When addresses were last seen, so that a thousand delegations are not held against a million of them.
struct LastSeen: Sendable {
    private var addresses: [EmailAddress: Date] = [:]
    private var domains: [Domain: Date] = [:]
    private var any: Date?

    init(_ sightings: [SightingTotal]) {
        for seen in sightings {
            addresses[seen.address] = max(addresses[seen.address] ?? seen.last, seen.last)
            domains[seen.address.domain] = max(domains[seen.address.domain] ?? seen.last, seen.last)
            any = max(any ?? seen.last, seen.last)
        }
    }

    subscript(_ covers: AddressPattern) -> Date? {
        switch covers {
        case .address(let address): addresses[address]
        case .domain(let domain): domains[domain]
        case .any: any
        }
    }
}

/// What is wrong with where consents come back to.
extension PublicAddress {
    /// A consent comes back to this address; nil: as far as can be seen from here, somebody listens there.
    package func trouble(listeningAt port: Int, isEncrypted: Bool) -> Finding? {
        let what = "setting \(SettingKey(.publicURL))"
        let restart = "start the service again"
        if isEncrypted, !isSecure {
            return Finding(
                what, "browsers come with TLS, so consents cannot come back to \(self)",
                fix: "mandate settings set \(SettingKey(.publicURL)) https://NAME:\(port)\(path)", restart)
        }
        if !isEncrypted, isLoopback, port != 0, port != self.port {
            return Finding(
                what, "browsers come to port \(port), but consents come back to \(self), where nobody listens",
                fix: "mandate settings set \(SettingKey(.publicURL)) http://localhost:\(port)\(path)", restart)
        }
        return nil
    }
}
