internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// The administrators of a world: they change the directory whenever they like, straight in the store, as a command beside the service does.
struct WorldPeople: Sendable {
    let world: World
    let ledger: WorldLedger
    let provider: WorldProvider
    let base: MemoryStore
    let keys: WorldKeys

    private static let doras = DelegationID(trusted: "desk-dora")
    private static let denial = DenyID(trusted: "no-ann")

    /// The company as it is on the first day.
    func found() async {
        let vault = keys.vault()
        await attempt { () throws(StoreFailure) in
            var provider = Self.house(at: 0)
            provider.trustedCertificates = nil
            let entities: [DirectoryEntity] = [.provider(provider)] + FakeCompany.entities().filter { $0.key.kind != .provider }
            let edit = DirectoryEdit(
                entities.map { .put($0) },
                secrets: [
                    Self.change(SecretName(.clientSecret, of: FakeCompany.application.text), WorldProvider.secret(0), vault),
                    Self.change(SecretName(.refreshToken, of: FakeCompany.consent.text), "refresh-0", vault),
                ], by: "root", at: world.now)
            _ = try await base.apply(edit)
        }
    }

    func edit(_ edit: WorldDeed.Edit) async {
        switch edit {
        case .revoke: await apply([.remove(EntityKey(.delegation, FakeCompany.delegation.text))])
        case .allow: await apply([.put(.delegation(FakeCompany.mayDeskSendAsAnn(world.now)))])
        case .giveDora:
            await apply([
                .put(
                    .delegation(
                        Delegation(
                            id: Self.doras, mailbox: MailboxID(trusted: "desk"), covers: .address(FakeCompany.dora), kind: .sendAs,
                            grantedBy: "root", grantedAt: World.start)))
            ])
        case .disableMailbox: await mailbox(isEnabled: false)
        case .enableMailbox: await mailbox(isEnabled: true)
        case .rename:
            await apply([
                .put(
                    .grant(
                        Grant(
                            id: FakeCompany.consent, name: "Carol's \(Int(world.time))", kind: .consent,
                            application: FakeCompany.application, principal: "carol")))
            ])
        case .deny: await apply([.put(.deny(Deny(id: Self.denial, mailbox: nil, covers: .address(FakeCompany.ann), reason: "r")))])
        case .lift: await apply([.remove(EntityKey(.deny, Self.denial.text))])
        case .moveProvider: await moveProvider()
        case .replyTo: await apply([.put(.setting(SettingKey(.mode), "reply-to"))])
        case .fromMode: await apply([.remove(EntityKey(.setting, SettingKey(.mode).description))])
        case .otherSender: await apply([.put(.setting(SettingKey(.emailFromUserID), "u-ann"))])
        }
    }

    private func mailbox(isEnabled: Bool) async {
        var mailbox = Mailbox(id: MailboxID(trusted: "ann"), address: FakeCompany.ann, login: "ann-login", grant: FakeCompany.appOnly)
        mailbox.isEnabled = isEnabled
        await apply([.put(.mailbox(mailbox))])
    }

    /// To new hosts, with all that is asked with there, in one change.
    private func moveProvider() async {
        let place = provider.move()
        let vault = keys.vault()
        let refresh = provider.consent(FakeCompany.consent)
        await attempt { () throws(StoreFailure) in
            _ = try await base.apply(
                DirectoryEdit(
                    [.put(.provider(Self.house(at: place)))],
                    secrets: [
                        Self.change(SecretName(.clientSecret, of: FakeCompany.application.text), WorldProvider.secret(place), vault),
                        Self.change(SecretName(.refreshToken, of: FakeCompany.consent.text), refresh, vault),
                    ], by: "root", at: world.now))
            try await base.observe([.grant(FakeCompany.consent, nil)], journal: [])
        }
    }

    /// Carol consents again.
    func consent() async {
        let vault = keys.vault()
        let refresh = provider.consent(FakeCompany.consent)
        await attempt { () throws(StoreFailure) in
            _ = try await base.apply(
                DirectoryEdit(
                    [], secrets: [Self.change(SecretName(.refreshToken, of: FakeCompany.consent.text), refresh, vault)], by: "carol",
                    at: world.now))
            try await base.observe([.grant(FakeCompany.consent, nil)], journal: [])
        }
    }

    func rotateKey() async {
        keys.add()
        let vault = keys.vault()
        await attempt { () throws(StoreFailure) in
            try await base.moveKey(to: vault.keyID, by: "root", at: world.now)
            for kind in SecretName.Kind.allCases {
                var owner = ""
                while true {
                    await world.wait(0.01, exactly: true)
                    let step = try await base.reseal(kind, after: owner, limit: 1, with: vault)
                    guard let last = step.last else { break }
                    owner = last
                }
            }
        }
    }

    /// What only people can mend, so that every message has a way out again.
    func mend() async {
        await edit(.enableMailbox)
        await edit(.lift)
        await edit(.allow)
        await edit(.fromMode)
        if provider.rotation(of: FakeCompany.consent) == nil { await consent() }
        await attempt { () throws(StoreFailure) in
            let conditions = try await base.conditions(of: nil)
            if conditions.grant(FakeCompany.consent)?.needsPerson == true { await consent() }
            try await base.observe(conditions.allStandings.map { .standing($0.key, nil) }, journal: [])
        }
    }

    /// What the service's prober does beside it: the provider takes everything by now.
    func probe() async {
        await attempt { () throws(StoreFailure) in
            let conditions = try await base.conditions(of: nil)
            let due = conditions.allStandings.filter { $0.standing.nextProbe.map { $0 <= world.now } ?? false }
            guard !due.isEmpty else { return }
            try await base.observe(due.map { .standing($0.key, .proven(at: world.now, how: "a probe")) }, journal: [])
        }
    }

    /// What waits for a person's look.
    func releaseHeld() async {
        await attempt { () throws(StoreFailure) in
            for row in try await base.list(QueueFilter(state: .held)) {
                ledger.violate("\(row.message.id) is held: \(row.why)")
                try await base.change(row.message.id, .release, by: "root", at: world.now)
            }
        }
    }

    private func apply(_ changes: [DirectoryChange]) async {
        await attempt { () throws(StoreFailure) in _ = try await base.apply(DirectoryEdit(changes, by: "root", at: world.now)) }
    }

    private func attempt(_ body: () async throws(StoreFailure) -> Void) async {
        do throws(StoreFailure) { try await body() } catch .keyMoved {
            // Somebody else rotates, too, and will come to the end of it.
            ledger.tell("an administrator was too late with a key")
        } catch { ledger.violate("an administrator was refused: \(error)") }
    }

    private static func change(_ name: SecretName, _ text: String, _ vault: Vault) -> SecretChange {
        do throws(VaultError) { return SecretChange(name: name, sealed: try vault.seal(Secret(text), for: name)) } catch {
            preconditionFailure("\(error)")
        }
    }

    static func house(at place: Int) -> Provider {
        var provider = FakeCompany.provider
        provider.tokenEndpoint = WorldProvider.endpoint(place)
        provider.smtp = MailEndpoint(host: WorldProvider.host(place), port: 587, security: .startTLS)
        provider.limits = ProviderLimits(
            connections: WorldProvider.connections, messagesPerMinute: WorldProvider.messagesPerMinute,
            recipientsPerMessage: WorldProvider.recipientsPerMessage)
        return provider
    }
}

extension GrantHealth {
    fileprivate var needsPerson: Bool {
        switch self {
        case .needsConsent, .lostInCrash: true
        case .unanswered: false
        }
    }
}
