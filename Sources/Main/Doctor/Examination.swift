internal import Mail
internal import Relay
internal import SQLiteStore

/// One thing that needs somebody.
struct Finding: Hashable {
    let what: String
    let trouble: String
    /// In order.
    let fix: [String]

    init(_ what: String, _ trouble: String, fix: String...) { self.init(what, trouble, fix: fix) }

    init(_ what: String, _ trouble: String, fix: [String]) {
        self.what = what
        self.trouble = trouble
        self.fix = fix
    }
}

/// What the doctor looks at. The store and its key are open already, so that both are in order is known.
struct Examination {
    let opened: OpenedStore

    func findings() async throws -> [Finding] {
        let live = opened.live
        let directory = try await opened.store.directory()
        let conditions = try await opened.store.conditions(of: nil)
        let report = HealthReport(
            directory, conditions, uses: try await opened.store.uses(),
            withoutSecret: try await opened.store.applicationsWithoutSecret(directory), at: live.now())
        let purposes = Decider(directory: directory, conditions: conditions).outlooks(at: live.now()).filter { !$0.outlook.isOpen }.map {
            Finding("mail of the purpose \($0.purpose.rawValue)", "it cannot leave now: \($0.outlook.reason)", fix: $0.outlook.steps)
        }
        let decider = Decider(directory: directory, conditions: conditions)
        return try await purposes + journal() + registrations(directory, report) + accounts(directory, report) + settings(directory)
            + mail(decider, isOpen: purposes.isEmpty) + clients(directory) + people(decider, try await opened.store.sightings())
            + queue(directory) + service(directory)
    }

    /// The store's own.
    var folder: String { String(opened.store.path.prefix(upTo: opened.store.path.lastIndex(of: "/") ?? opened.store.path.endIndex)) }

    /// Its head must open with its key; the whole chain is `audit verify`'s work.
    private func journal() async throws -> [Finding] {
        var findings: [Finding] = []
        for strand in try await opened.store.strands() {
            let name = SecretName(.journalKey, of: strand)
            guard let sealed = try await opened.store.secret(name) else {
                findings.append(Finding("journal \(strand)", "its key is gone", fix: "mandate audit verify"))
                continue
            }
            do throws(VaultError) { _ = try opened.vault.open(sealed, for: name) } catch {
                findings.append(Finding("journal \(strand)", error.description, fix: "give the key file the store was made with"))
            }
        }
        return findings
    }

    private func registrations(_ directory: Directory, _ report: HealthReport) -> [Finding] {
        let providers = directory.allProviders.sorted { $0.id < $1.id }.filter { !$0.mayReceiveSecrets }.map { provider in
            Finding(
                "provider \(provider.name)", "it came from a file, and no secret is sent to it",
                fix: "mandate providers show \(provider.id)", "mandate providers trust \(provider.id)")
        }
        let applications = directory.allApplications.sorted { $0.name < $1.name }.map { ("application \($0.name)", report.health(of: $0)) }
        let grants = directory.allGrants.sorted { $0.name < $1.name }.map { ("grant \($0.name)", report.health(of: $0)) }
        return providers
            + (applications + grants).filter { $0.1.needsSomeone }.map { Finding($0.0, $0.1.words, fix: $0.1.steps) }
    }

    /// One whose grant is told of already needs no line of its own.
    private func accounts(_ directory: Directory, _ report: HealthReport) -> [Finding] {
        let mailboxes = directory.allMailboxes.sorted { $0.address < $1.address }.map {
            ("mailbox \($0.address)", $0.grant, report.health(of: $0))
        }
        let families = directory.allFamilies.sorted { $0.name < $1.name }.map { ("family \($0.name)", $0.grant, report.health(of: $0)) }
        return (mailboxes + families).compactMap { name, grant, health in
            if let grant = directory.grant(grant), report.health(of: grant).needsSomeone { return nil }
            return health.needsSomeone ? Finding(name, health.words, fix: health.steps) : nil
        }
    }

    private func settings(_ directory: Directory) -> [Finding] {
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
            let carrier = Decider(directory: directory, conditions: Conditions()).carrier(for: nil).named
            let whom = carrier.map { "from the carrier \($0.address)" } ?? "from the mailbox that was used"
            findings.append(
                Finding(
                    "settings",
                    "EMAIL_ADMINISTRATOR_USER_ID is not set: administrative mail has no author, and authors are told \(whom) what was not delivered",
                    fix: "mandate settings set EMAIL_ADMINISTRATOR_USER_ID USER-OR-ADDRESS"))
        }
        return findings
    }

    /// Whoever is known by a network alone could send as anyone (design section 8).
    private func clients(_ directory: Directory) -> [Finding] {
        directory.allClients.sorted { $0.name < $1.name }.compactMap { client in
            guard case .network(let range) = client.credential, client.isEnabled, client.limits.areEmpty else { return nil }
            return Finding(
                "client \(client.name)", "everyone in \(range) may send as anybody",
                fix: "mandate clients limit \(client.id) --address @DOMAIN")
        }
    }
}
