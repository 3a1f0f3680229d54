internal import Mail
package import struct FoundationEssentials.Date

/// Works out how everything is, from what people decided, what was observed and when tokens were last had. Pure, so that a date ten weeks ahead is a test.
package struct HealthReport: Sendable {
    private let directory: Directory
    private let conditions: Conditions
    private let uses: [GrantID: GrantUse]
    private let withoutSecret: Set<ApplicationID>
    private let decider: Decider
    private let now: Date

    package init(
        _ directory: Directory, _ conditions: Conditions, uses: [GrantID: GrantUse], withoutSecret: Set<ApplicationID> = [], at now: Date
    ) {
        self.directory = directory
        self.conditions = conditions
        self.uses = uses
        self.withoutSecret = withoutSecret
        decider = Decider(directory: directory, conditions: conditions)
        self.now = now
    }

    package func health(of application: Application) -> Health {
        let end = application.secretExpires.map { Health.Ending(application.certificate == nil ? "its secret" : "its certificate", $0) }
        let grants = directory.allGrants.filter { $0.application == application.id }
        // Where a program makes the tokens there is none.
        let neverEnds =
            application.serviceAccount != nil || application.federatedCredential != nil || withoutSecret.contains(application.id)
            || !grants.isEmpty && grants.allSatisfy { $0.kind == .command }
        let set = "mandate applications set \(application.id.text.shellQuoted)"
        let renew =
            application.federatedCredential.map { "look at \($0.words), and at the federated credential of the registration in Entra" }
            ?? (application.certificate == nil
                ? "\(set) --secret-from FILE --secret-expires YYYY-MM-DD" : "\(set) --certificate FILE --key-from FILE")
        if let health = conditions.application(application.id) {
            return Health(
                .suspended, health.reason, since: health.suspendedSince, ends: end,
                steps: [
                    ProviderSteps.repair(application), renew,
                ])
        }
        guard let end else {
            guard !neverEnds else { return Health(.healthy) }
            let provider = directory.provider(application.provider)
            guard provider?.kind != .google else { return Health(.healthy) }  // Google's secrets have no end
            return Health(.endUnknown, "the end of its secret is not recorded", steps: ["\(set) --secret-expires YYYY-MM-DD"])
        }
        guard end.threshold(at: now) != nil else { return Health(.healthy, ends: end) }
        let state: Health.State = end.at <= now ? .broken : .expiring
        return Health(state, end.words(at: now), since: end.at <= now ? end.at : nil, ends: end, steps: [renew])
    }

    package func health(of grant: Grant) -> Health {
        let use = uses[grant.id]
        let last = use?.usedAt
        let authorize = "mandate grants authorize \(grant.id.text.shellQuoted)"
        guard grant.isEnabled else {
            return Health(.disabled, lastSuccess: last, steps: ["mandate grants set \(grant.id.text.shellQuoted) --enable"])
        }
        switch conditions.grant(grant.id) {
        case .needsConsent(let since, let reason)? where grant.kind == .command:
            let line = grant.command.map(\.shellWord).joined(separator: " ")
            return Health(
                .broken, reason, since: since, lastSuccess: last,
                steps: [
                    "run it by hand: \(line)", "mandate grants set \(grant.id.text.shellQuoted) -- PROGRAM ARGUMENTS   # if it is another",
                ])
        case .needsConsent(let since, let reason)?:
            let endsWithPassword = provider(of: grant)?.habits.passwordEndsConsent == true
            let hint = endsWithPassword ? ["(a new password of the account ends its consents there)"] : []
            let failure = use?.failure.map { "; \($0.sentence)" } ?? ""
            return Health(.needsConsent, reason + failure, since: since, lastSuccess: last, steps: [authorize] + hint)
        case .lostInCrash(let at)?:
            return Health(
                .needsConsent, "lost in a crash at \(at.minute): the provider had answered, and the new refresh token was not stored",
                since: at,
                lastSuccess: last, steps: [authorize])
        case .unanswered(let since, let reason)?:
            let again = grant.kind == .consent ? ["\(authorize)   # if the consent was withdrawn there"] : []
            return Health(
                .broken, "no token can be had: \(reason)", since: since, lastSuccess: last,
                steps: ["look for an incident of the provider; it is asked again and again meanwhile"] + again)
        case nil: break
        }
        if let application = directory.application(grant.application) {
            let above = health(of: application)
            if above.state == .suspended || above.state == .broken {
                return Health(
                    .suspended, "with application \(application.name): \(above.reason)", since: above.since, lastSuccess: last,
                    steps: above.steps)
            }
        }
        return consent(grant, use, steps: [authorize])
    }

    /// A refresh token dies of disuse (domain.md 2.2, 3.3); every token had with it begins the time anew.
    private func consent(_ grant: Grant, _ use: GrantUse?, steps: [String]) -> Health {
        guard grant.kind == .consent else {
            guard use?.usedAt == nil else { return Health(.healthy, lastSuccess: use?.usedAt) }
            return Health(.untried, "no token yet", steps: [trial(of: grant)])
        }
        let failure = use?.failure
        guard let used = use?.usedAt ?? use?.consentedAt else {
            return Health(
                .untried, failure?.sentence ?? "no token yet", since: failure?.at,
                steps: steps + [trial(of: grant)])
        }
        // What worked before still does.
        let words = failure.map { "\($0.sentence); the one before it still holds" } ?? ""
        guard let life = provider(of: grant)?.habits.unusedConsentLife else { return Health(.healthy, words, lastSuccess: used) }
        let end = Health.Ending("an unused consent", used.addingTimeInterval(life))
        // In use it never comes near: the thresholds are for those that are not.
        guard let threshold = end.threshold(at: now), threshold <= 30 else { return Health(.healthy, words, ends: end, lastSuccess: used) }
        return Health(.expiring, end.words(at: now), ends: end, lastSuccess: used, steps: steps)
    }

    /// How it is found out whether it gives tokens: a check needs a mailbox that it opens.
    private func trial(of grant: Grant) -> String {
        let isUsed = directory.mailboxes(of: grant.id).isEmpty == false || directory.allFamilies.contains { $0.grant == grant.id }
        return isUsed
            ? "mandate mailboxes check --grant \(grant.id.text.shellQuoted)"
            : "mandate mailboxes add ADDRESS --grant \(grant.name.shellQuoted)"
    }

    private func provider(of grant: Grant) -> Provider? { directory.source(of: grant.id)?.provider }

    package func health(of mailbox: Mailbox) -> Health {
        let name = mailbox.address.description
        let health = health(decider.outlook(of: mailbox, at: now), name, mailbox.grant)
        guard health.state != .stopped, health.state != .broken, health.state != .disabled else { return health }
        // Mail takes another way out meanwhile, but for those that only this one can take.
        guard let account = directory.account(of: mailbox) else { return health }
        for transport in mailbox.transports {
            guard case .stopped(let until, let reason, _)? = conditions.mailbox(account, over: transport), now < until else {
                continue
            }
            return Health(
                .stopped, "\(transport.rawValue) until \(until.minute): \(reason)",
                steps: Remedy(resuming: name.shellQuoted, of: name.shellQuoted, over: transport).lines, canResume: true)
        }
        return health
    }

    /// As of a member that nothing is known against, and how many others there are.
    package func health(of family: Family) -> Health {
        let ailing = directory.members(of: family, among: conditions.ailingAccounts).compactMap {
            address -> (address: EmailAddress, health: Health)? in
            let own = self.health(
                decider.outlook(of: family, as: address, at: now), address.description, family.grant)
            return own.isOut && own.needsSomeone ? (address, own) : nil
        }
        let others = family.members.lazy.compactMap(\.sample).filter { address in !ailing.contains { $0.address == address } }
        let health = health(decider.outlook(of: family, as: others.first, at: now), family.name, family.grant)
        guard !health.isOut, let first = ailing.first else { return health }
        let some = family.countOfAddresses.map { "\(ailing.count) of \($0) addresses" } ?? "\(ailing.count) of its addresses"
        let more = ailing.count == 1 ? "" : ", and \(ailing.count - 1) more"
        return Health(
            .impaired, "\(some) cannot be used: \(first.address)\(more): \(first.health.words)", steps: first.health.steps,
            canResume: ailing.contains(where: \.health.canResume))
    }

    /// What the decider says, in a word for people, and what to do.
    private func health(_ outlook: Outlook, _ name: String, _ grant: GrantID) -> Health {
        guard let strike = outlook.strike else {
            guard outlook.isOpen else { return Health(.broken, outlook.reason, steps: outlook.steps) }
            return directory.grant(grant).map(below) ?? Health(.broken, "its grant is gone")
        }
        switch strike {
        case .mailboxDisabled: return Health(.disabled, steps: outlook.steps)
        // Somebody has decided so.
        case .deniedByEntry: return Health(.disabled, outlook.reason, steps: outlook.steps)
        case .mailboxStopped(let until, let reason):
            return Health(.stopped, "until \(until.minute): \(reason)", steps: outlook.steps, canResume: true)
        case .transportStopped(let transport, let until, let reason):
            return Health(.stopped, "\(transport.rawValue) until \(until.minute): \(reason)", steps: outlook.steps, canResume: true)
        case .mailboxBroken(let reason): return Health(.broken, reason, steps: outlook.steps, canResume: true)
        case .tenantPaused: return Health(.stopped, outlook.reason, steps: outlook.steps)
        // Of grants and applications more is known than the decider needs.
        case .grantDisabled, .grantNeedsConsent, .applicationSuspended, .grantMissing, .applicationMissing:
            return directory.grant(grant).map(below) ?? Health(.broken, "its grant is gone")
        case .standingDenied, .standingDoubted, .messageRefused, .reportedByClient, .pendingAndDenied, .rewrittenByProvider,
            .notYetValid, .expired, .tooLarge,
            .envelopeNotExpressible, .unaligned, .severalAuthorsRefused, .aliasSentFromPrimary, .unlistedFromReplaced, .onBehalfUnproven,
            .transportMissing, .noTransport:
            return Health(.broken, "it cannot send as \(name): \(outlook.reason)", steps: outlook.steps)
        }
    }

    /// What ails a grant ails all that stands on it.
    private func below(_ grant: Grant) -> Health {
        var health = health(of: grant)
        if health.state == .disabled { health = Health(.broken, "grant \(grant.name) is disabled", steps: health.steps) }
        if health.needsSomeone, !health.worksToday { health.reason = "grant \(grant.name): \(health.reason)" }
        return health
    }

    /// Everything that ends and is near enough to be told of, soonest first.
    package var endings: [(key: EntityKey, name: String, ending: Health.Ending, threshold: Int)] {
        let applications = directory.allApplications.map { ($0.entityKey, "application \($0.name)", health(of: $0).ends) }
        let grants = directory.allGrants.map { ($0.entityKey, "grant \($0.name)", health(of: $0).ends) }
        return (applications + grants).compactMap { key, name, ending in
            guard let ending, let threshold = ending.threshold(at: now) else { return nil }
            return (key, name, ending, threshold)
        }.sorted { ($0.ending.at, $0.key.id) < ($1.ending.at, $1.key.id) }
    }
}

extension Family {
    /// nil: it has whole domains, and nobody can say.
    fileprivate var countOfAddresses: Int? {
        let areSingle = members.allSatisfy { if case .address = $0 { true } else { false } }
        return areSingle ? Set(members).count : nil
    }
}

extension Application {
    fileprivate var entityKey: EntityKey { EntityKey(.application, id.text) }
}

extension Grant {
    fileprivate var entityKey: EntityKey { EntityKey(.grant, id.text) }
}

extension GrantUse.Failure {
    fileprivate var sentence: String { "the consent of \(at.minute) came to nothing: \(words)" }
}

extension DirectoryStore where Self: ConditionsStore & ConsentStore & TokenStore {
    /// How everything stands, from what this store holds.
    package func healthReport(at now: Date) async throws(StoreFailure) -> HealthReport {
        let addresses = Set(try await directory(of: DirectorySlice()).allMailboxes.map(\.address))
        let directory = try await directory(of: DirectorySlice(addresses: addresses))
        return HealthReport(
            directory, try await conditions(of: addresses), uses: try await uses(),
            withoutSecret: try await applicationsWithoutSecret(directory), at: now)
    }
}
