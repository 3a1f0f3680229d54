/// What tokens are had from.
extension Administration {
    /// A consent alone says who has consented, and the machine alone what is run on it.
    func settle(
        _ grant: Grant, replacing before: DirectoryEntity?, _ manner: Manner, _ said: Particulars
    ) throws(AdministrationRefusal) -> Grant {
        let known: Grant? = if case .grant(let known)? = before { known } else { nil }
        var grant = grant
        if manner == .replaced, let known, known.kind != grant.kind {
            throw AdministrationRefusal(
                .wrongState, "a grant of the kind \(known.kind.rawValue) stays one: of another kind it is another grant",
                fix: "add that one beside it", at: "kind", of: .grant)
        }
        try check(programOf: grant, known)
        if said.secrets[.refreshToken] != nil, grant.kind != .consent {
            throw AdministrationRefusal(
                .malformed, "a grant of the kind \(grant.kind.rawValue) has no refresh token", at: "refresh_token", of: .grant)
        }
        guard grant.pin == nil || grant.pin == known?.pin || said.bringsPin && known?.pin == nil else {
            throw AdministrationRefusal(
                .notPermitted, "who has consented is written by a consent alone", fix: "leave pin as it is, or out", at: "pin", of: .grant)
        }
        grant.pin = said.forgetsPin ? nil : known?.pin ?? grant.pin
        if manner == .added, let known, !said.says("enabled") { grant.isEnabled = known.isEnabled }
        if manner == .replaced, let known, known.principal != grant.principal, let pin = grant.pin {
            throw AdministrationRefusal(
                .wrongState,
                "\(known.principal ?? "somebody") has consented to grant \(known.title) and is pinned (\(pin)), so nobody else could consent",
                fix:
                    "`mandate grants set \(known.id) --principal … --forget-pin`, then `mandate grants authorize \(known.id)`; until then the "
                    + "old consent is used", at: "principal", of: .grant)
        }
        return grant
    }

    /// Whoever may say which program is run may do whatever the service may.
    private func check(programOf grant: Grant, _ known: Grant?) throws(AdministrationRefusal) {
        guard grant.kind == .command, !isOnMachine, known?.kind != .command || known?.command != grant.command else { return }
        throw AdministrationRefusal(
            .notPermitted, "a program is run as the service, so it is named on the machine alone",
            fix: "`mandate grants \(known == nil ? "add" : "set")` does that, there", at: "command", of: .grant)
    }

    /// What new credentials end, and the way on.
    func follow(_ plan: inout Plan, with grant: Grant, from before: DirectoryEntity?, _ said: Particulars) {
        let known: Grant? = if case .grant(let known)? = before { known } else { nil }
        let isRenewed = said.secrets[.refreshToken] != nil || known.map { $0.command != grant.command } ?? false
        if isRenewed, conditions.grant(grant.id) != nil {
            // What was said of the old token says nothing of the new one.
            plan.observations = [.grant(grant.id, nil)]
            plan.journal = [entry("new credentials: no trouble known", of: EntityKey(.grant, grant.id.text))]
            plan.notes.append("it is used again")
        }
        guard plan.outcome == .added else { return }
        if let provider = directory.source(of: grant)?.provider, grant.kind != .command, !provider.gives(grant.kind) {
            plan.warnings.append("\(provider.name) is not known to give tokens for a grant of the kind \(grant.kind.rawValue)")
        }
        plan.next.append(.command("mandate mailboxes add ADDRESS --grant \(grant.name.shellQuoted)"))
        if grant.kind == .consent, said.secrets[.refreshToken] == nil {
            plan.next.append(.consent(grant.name))
        }
    }

    /// Forgets who consented, and what was given. The grant stays: somebody else may consent to it, or the same person again.
    package func forget(consentOf id: GrantID, expecting condition: String? = nil) throws(AdministrationRefusal) -> Plan {
        guard case .grant(var grant) = try existing(EntityKey(.grant, id.text), expecting: condition) else {
            preconditionFailure("a grant's key names a grant")
        }
        guard grant.kind == .consent else {
            throw AdministrationRefusal(
                .wrongState, "\(grant.title) is a grant of the kind \(grant.kind.rawValue): nobody has consented to it", of: .grant)
        }
        let isPinned = grant.pin != nil
        grant.pin = nil
        var plan = Plan(.changed, "the consent \(grant.name) is forgotten", .grant(grant), isPinned ? [.put(.grant(grant))] : [])
        plan.wordsIfUnchanged = "there is no consent to \(grant.name)"
        plan.secrets = [Plan.Secrecy(SecretName(.refreshToken, of: grant.id.text), nil)]
        plan.gone = [EntityKey(.grant, grant.id.text)]
        plan.observations = [.grant(grant.id, .needsConsent(since: now, reason: "its consent was forgotten here"))]
        plan.observesChangeAlone = true
        return plan
    }
}

extension Provider {
    /// What it is known to give tokens for, the most usual first, to an application with a client secret or a certificate. Google gives tokens without a
    /// person to service accounts alone.
    package var grantKinds: [Grant.Kind] {
        let kinds: [Grant.Kind] = [.consent, .appOnly].filter(gives)
        return kinds.isEmpty ? [.consent] : kinds
    }

    func gives(_ kind: Grant.Kind) -> Bool {
        switch kind {
        case .consent: authorization.authorizationEndpoint != nil || authorization.deviceEndpoint != nil && habits.allowsDeviceFlow
        case .appOnly: self.kind != .google && scopes.values.contains { !$0.appOnly.isEmpty }
        case .serviceAccount: scopes.values.contains { !$0.appOnly.isEmpty }
        case .command: true
        }
    }
}

extension Application {
    /// The kinds of grant that its credential can have at that provider, the most usual one first.
    package func grantKinds(at provider: Provider) -> [Grant.Kind] { serviceAccount == nil ? provider.grantKinds : [.serviceAccount] }
}

extension Directory {
    /// Has the name that only one may have.
    func twin(of grant: Grant) -> Grant? { allGrants.first { $0.name == grant.name && $0.id != grant.id } }
}
