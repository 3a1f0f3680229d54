/// Verbs that need somebody outside as well: a provider that tries a credential, or is told of a consent's end.
extension Editor {
    /// As `edit`; an application's credential that comes with it is tried first, once. `tester` nil: it is kept untried.
    @discardableResult
    package func edit(
        isTrial: Bool = false, trying tester: (any CredentialTester)?, _ verb: (Administration) throws -> Plan
    ) async throws -> Done {
        var words: String?
        return try await edit(isTrial: isTrial) { administration in
            var plan = try verb(administration)
            guard let tester, !isTrial, case .application(let application)? = plan.subject,
                let credential = CredentialTrial.Credential(
                    of: application, from: administration.directory.application(application.id), plan.secrets)
            else { return plan }
            let said: String
            if let words {
                said = words
            } else {
                said = try Self.words(try await tester.outcome(of: credential, for: application, in: administration.directory), application)
            }
            words = said
            plan.notes.insert(said, at: 0)
            return plan
        }
    }

    private static func words(
        _ outcome: CredentialTrial.Outcome, _ application: Application
    ) throws(AdministrationRefusal) -> String {
        switch outcome {
        case .works(let grant): return "the provider takes it (tried with grant \(grant))"
        case .untried(let why): return "it was not tried: \(why)"
        case .refused(let why):
            throw AdministrationRefusal(
                .refusedByProvider, "the provider refused it (\(why))", fix: "nothing was changed, and what was there before is still used",
                at: "secret", of: .application)
        case .unreachable(let why):
            throw AdministrationRefusal(
                .unreachable, "it could not be tried (\(why)), and nothing was changed",
                fix: "`mandate applications set \(application.id.text.shellQuoted) --untried` keeps it without trying", at: "secret",
                of: .application)
        }
    }

    /// Takes things away, and with `cascades` what uses them. Consents among them are ended at their providers: what is needed for that is read before, and
    /// used once they are gone, since a removal that is refused must not have ended anything.
    @discardableResult
    package func remove(
        _ keys: [EntityKey], cascades: Bool = false, expecting condition: String? = nil, isTrial: Bool = false,
        telling revoker: any ConsentRevoker
    ) async throws -> Done {
        try await ending(try await slice(removing: keys), isTrial: isTrial, telling: revoker) {
            try $0.remove(keys, cascades: cascades, expecting: condition)
        }
    }

    /// Forgets a consent, here and at its provider.
    @discardableResult
    package func forget(
        consentOf id: GrantID, expecting condition: String? = nil, isTrial: Bool = false, telling revoker: any ConsentRevoker
    ) async throws -> Done {
        try await ending(DirectorySlice(), isTrial: isTrial, telling: revoker) { try $0.forget(consentOf: id, expecting: condition) }
    }

    func ending(
        _ slice: DirectorySlice, isTrial: Bool, telling revoker: any ConsentRevoker, _ verb: (Administration) async throws -> Plan
    ) async throws -> Done {
        var withdrawals: [ConsentWithdrawal] = []
        var done = try await edit(slice, isTrial: isTrial) { administration in
            let plan = try await verb(administration)
            let ids = Set(plan.gone.filter { $0.kind == .grant }.map(\.id))
            let grants = administration.directory.allGrants.filter { ids.contains($0.id.text) }
            withdrawals = try await revoker.withdrawals(of: grants, in: administration.directory)
            return plan
        }
        if !isTrial, done.edition != nil { done.plan.notes += await revoker.end(withdrawals) }
        return done
    }

    /// With the users and the delegations that go, or stand in the way.
    private func slice(removing keys: [EntityKey]) async throws(StoreFailure) -> DirectorySlice {
        var slice = DirectorySlice()
        var seen = Set(keys)
        var waiting = keys
        while let key = waiting.popLast() {
            switch key.kind {
            case .user: slice.users.insert(UserID(trusted: key.id))
            // Deny entries are named beside them.
            case .delegation, .deny: slice.delegations.insert(DelegationID(trusted: key.id))
            case .provider, .application, .grant, .mailbox, .family, .client, .setting: break
            }
            for user in try await keeper.references(to: key) where seen.insert(user).inserted { waiting.append(user) }
        }
        return slice
    }
}
