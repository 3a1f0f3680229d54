internal import struct FoundationEssentials.Date

/// App registrations: what people copy from a provider's pages, and the one credential that each shows itself with.
extension Administration {
    /// Holds it against what is known of its provider, and leaves it one credential: of two, nobody could tell which is meant.
    func settle(
        _ application: Application, replacing before: DirectoryEntity?, _ said: Particulars
    ) throws(AdministrationRefusal) -> Application {
        let known: Application? = if case .application(let known)? = before { known } else { nil }
        var application = application
        try settle(credentialOf: &application, known, said)
        if application.clientID != known?.clientID { try check(clientIDOf: application) }
        try check(said.secrets[.clientSecret], of: application)
        if !said.secrets.isEmpty, let end = application.secretExpires, end.hasPassed(at: now) {
            throw AdministrationRefusal(
                .invalid, "that day is over", fix: "make a new secret at the provider", at: "secret_expires", of: .application)
        }
        return application
    }

    private func settle(
        credentialOf application: inout Application, _ known: Application?, _ said: Particulars
    ) throws(AdministrationRefusal) {
        let hasNewCertificate = application.certificate != nil && application.certificate != known?.certificate
        let hasNewAccount = application.serviceAccount != nil && application.serviceAccount != known?.serviceAccount
        let hasNewFederation =
            application.federatedCredential != nil && application.federatedCredential != known?.federatedCredential
        let new = [said.secrets[.clientSecret] != nil, hasNewCertificate, hasNewAccount, hasNewFederation].count { $0 }
        guard new <= 1, new == 0 || said.secrets[.clientSecret] == nil || said.secrets[.privateKey] == nil else {
            throw AdministrationRefusal(
                .malformed, "a client secret, a certificate, a service account and a federated credential exclude each other",
                fix: "give one of them",
                at: said.secrets[.clientSecret] == nil ? "certificate" : "secret", of: .application)
        }
        if said.secrets[.clientSecret] != nil, let account = application.serviceAccount {
            throw AdministrationRefusal(
                .invalid, "\(account.address) is a service account, which signs with a key and has no secret",
                fix: "`mandate applications set \(application.id.text.shellQuoted) --service-account-key FILE` gives it another key",
                at: "secret", of: .application)
        }
        if hasNewFederation, !isOnMachine {
            throw AdministrationRefusal(
                .notPermitted, "what the service reads and shows to a provider is named on the machine alone",
                fix: "`mandate applications \(known == nil ? "add" : "set")` does that, there", at: "federated_credential", of: .application
            )
        }
        // What was there before is replaced.
        if said.secrets[.clientSecret] != nil || hasNewAccount || hasNewFederation { application.certificate = nil }
        if hasNewCertificate || hasNewFederation { application.serviceAccount = nil }
        if !hasNewFederation, new == 1 { application.federatedCredential = nil }
        // What has no end is not warned of by another's.
        if hasNewFederation, !said.says("secret_expires") { application.secretExpires = nil }
        if said.secrets[.privateKey] != nil, application.certificate == nil, application.serviceAccount == nil {
            throw AdministrationRefusal(
                .invalid, "a private key is that of a certificate or of a service account, and there is none", fix: "give that with it",
                at: "private_key", of: .application)
        }
    }

    private func check(clientIDOf application: Application) throws(AdministrationRefusal) {
        guard directory.provider(application.provider)?.kind == .microsoft, application.clientID.looksLikeEntraID,
            application.clientID.count != 36
        else { return }
        throw AdministrationRefusal(
            .invalid, "this is no client id: it has \(application.clientID.count) characters, and Entra's have 36", fix: "copy it again",
            at: "client_id", of: .application)
    }

    /// Entra shows the secret's id and its value in one row, and never the value again.
    private func check(_ secret: Secret?, of application: Application) throws(AdministrationRefusal) {
        guard let text = secret?.revealText(), directory.provider(application.provider)?.kind == .microsoft, text.count == 36,
            text.looksLikeEntraID
        else { return }
        throw AdministrationRefusal(
            .invalid, "this looks like the Secret ID", fix: "copy the Value beside it, which Entra shows only once", at: "secret",
            of: .application)
    }

    /// The secret that goes with what is given up, what a new credential ends, and what it still waits for.
    func follow(_ plan: inout Plan, with application: Application, from before: DirectoryEntity?, _ said: Particulars) {
        let known: Application? = if case .application(let known)? = before { known } else { nil }
        let key = SecretName(.privateKey, of: application.id.text)
        if said.secrets[.clientSecret] != nil {
            if known != nil { plan.secrets.append(Plan.Secrecy(key, nil)) }
        } else if said.secrets[.privateKey] != nil {
            if known != nil { plan.secrets.append(Plan.Secrecy(SecretName(.clientSecret, of: application.id.text), nil)) }
        } else if let known, known.signs, !application.signs {
            plan.secrets.append(Plan.Secrecy(key, nil))
        }
        if let known, application.federatedCredential != nil, known.federatedCredential == nil {
            plan.secrets.append(Plan.Secrecy(SecretName(.clientSecret, of: application.id.text), nil))
        }
        let isRenewed =
            !said.secrets.isEmpty || application.federatedCredential != nil && known?.federatedCredential != application.federatedCredential
        if isRenewed, conditions.application(application.id) != nil {
            plan.observations = [.application(application.id, nil)]
            plan.journal = [entry("a new credential: no longer suspended", of: EntityKey(.application, application.id.text))]
            plan.notes.append("its suspension is lifted: tokens are asked for again")
        }
        guard plan.outcome != .unchanged, let provider = directory.provider(application.provider) else { return }
        if said.secrets[.clientSecret] != nil, application.secretExpires == nil, provider.kind != .google {
            plan.notes.append(
                "the end of its secret is not recorded: `mandate applications set \(application.name.shellQuoted) --secret-expires YYYY-MM-DD`"
            )
        }
        if application.secretExpires?.hasPassed(at: now) == true {
            plan.warnings.append("the day that its secret ends is over: its tokens are asked for all the same, and may be refused")
        }
        if !provider.mayReceiveSecrets {
            plan.warnings.append(
                "no secret goes to \(provider.name) before somebody has looked at it: `mandate providers trust \(provider.id.text.shellQuoted)`"
            )
        }
    }
}

extension Date {
    /// A day that a provider names ends with its midnight.
    fileprivate func hasPassed(at now: Date) -> Bool { addingTimeInterval(86_400) <= now }
}

extension Application {
    /// With a key, in place of a secret.
    fileprivate var signs: Bool { certificate != nil || serviceAccount != nil }
}

extension Directory {
    /// Has the name that only one may have.
    func twin(of application: Application) -> Application? {
        allApplications.first { $0.name == application.name && $0.id != application.id }
    }
}

extension String {
    /// Hexadecimal digits and hyphens, as many as an id of Entra's has, a few more or a few less: such an id, or one that was copied by half.
    fileprivate var looksLikeEntraID: Bool {
        (28...44).contains(count) && contains("-") && allSatisfy { $0 == "-" || $0.isASCII && $0.isHexDigit }
    }
}
