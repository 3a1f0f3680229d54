/// What a tenant has set up so that the person who wants to consent may not, and what to do about that (domain.md 7.1, 7.2). Told from the provider's words, which are for
/// people: nothing but advice follows from it.
package struct ConsentObstacle: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Microsoft: only an administrator may consent to this application, for all or for this person.
        case adminConsent
        /// Microsoft: a conditional-access policy lets nobody sign in by a device code.
        case deviceCodeBlocked
        /// Microsoft: a conditional-access policy lets the person not sign in, from here or with this application.
        case signInBlocked
        /// Google: the Workspace trusts no application that its administrator has not named.
        case notTrusted
        /// Google: the application is for people of its own organisation.
        case ownOrganisationOnly
    }

    package let kind: Kind

    /// nil: it was something else.
    init?(_ failure: ConsentFailure, way: ConsentAttempt.Way, at provider: ProviderKind) {
        let (error, detail): (String, String)
        switch failure {
        case .declined(let text, let description): (error, detail) = (text, description)
        case .token(.grant(let text, let description)), .token(.application(let text, let description)),
            .token(.mailbox(let text, let description)):
            (error, detail) = (text, description)
        default: return nil
        }
        func names(_ numbers: String...) -> Bool { numbers.contains { detail.contains("AADSTS\($0)") || error.contains($0) } }
        switch provider {
        case .microsoft:
            if names("53003", "530034", "53000", "53001", "530036") {
                kind = way == .device ? .deviceCodeBlocked : .signInBlocked
            } else if names("65001", "90094", "90095", "900941")
                || ["admin_consent", "admin_consent_required", "consent_required"].contains(error)
            {
                kind = .adminConsent
            } else {
                return nil
            }
        case .google:
            switch error {
            case "admin_policy_enforced": kind = .notTrusted
            case "org_internal": kind = .ownOrganisationOnly
            default: return nil
            }
        case .custom: return nil
        }
    }

    /// What to do, for a person, as one sentence without a full stop.
    func words(_ purpose: ConsentPurpose, redirectURI: String) -> String {
        let grant = purpose.source.grant.name.shellQuoted
        let again = "begin again when that is done"
        switch kind {
        case .adminConsent:
            let address =
                purpose.adminConsentAddress(redirectURI: redirectURI) ?? "the Entra admin center, Enterprise applications, Permissions"
            return
                "the tenant lets only an administrator consent to this application: send one of them `mandate grants letter \(grant)`, which says what is "
                + "asked for and why, and this address: \(address) - \(again)"
        case .deviceCodeBlocked:
            return
                "the tenant lets nobody sign in by a device code, and for a reason: `mandate grants authorize \(grant) --paste` asks in a browser instead"
        case .signInBlocked:
            return
                "a conditional-access policy of the tenant bars this sign-in: ask its administrator (Entra admin center, Sign-in logs, has which policy), or sign in "
                + "from a device and a place that it allows; \(again)"
        case .notTrusted:
            return
                "the Workspace trusts no application that its administrator has not named: Google Admin console, Security, API controls, Manage app access, "
                + "Configure new app, client id \(purpose.source.application.clientID), Trusted; `mandate grants letter \(grant)` says what is asked for and why; \(again)"
        case .ownOrganisationOnly:
            return
                "the application is for people of its own organisation: consent with an account of that, or make its user type External in the Google Cloud console, "
                + "OAuth consent screen; \(again)"
        }
    }
}

extension ConsentFlow {
    /// The failure with what to do about it, where it is the tenant's own doing.
    func explained(_ failure: ConsentFailure, _ attempt: ConsentAttempt) -> ConsentFailure {
        guard let purpose = try? consentable(attempt.grant),  // it is gone meanwhile: then there is nothing to do
            let obstacle = ConsentObstacle(failure, way: attempt.way, at: purpose.source.provider.kind)
        else { return failure }
        return .blocked(obstacle.kind, "\(failure); \(obstacle.words(purpose, redirectURI: attempt.redirectURI))")
    }
}

extension ConsentPurpose {
    /// Where an administrator of the tenant consents for all of it (Microsoft identity platform, admin consent); nil: the provider has no such page.
    package func adminConsentAddress(redirectURI: String) -> String? {
        let ending = "/oauth2/v2.0/authorize"
        guard source.provider.kind == .microsoft, let endpoint = source.provider.authorization.authorizationEndpoint,
            endpoint.hasSuffix(ending)
        else { return nil }
        let base = source.provider.address(String(endpoint.dropLast(ending.count)), tenant: source.application.tenant)
        let fields = [
            ("client_id", source.application.clientID), ("scope", authorizationScope), ("redirect_uri", redirectURI),
            ("state", "admin-consent"),
        ]
        return "\(base)/v2.0/adminconsent?" + fields.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
    }

    /// To be sent along to whoever administers the tenant: who asks, for what and why, and how it is given and taken back.
    package func letter(redirectURI: String) -> String {
        let (grant, application, provider) = (source.grant, source.application, source.provider)
        let who = logins.isEmpty ? "a mailbox of yours" : logins.joined(separator: ", ")
        let rights = scopes.map { "  \($0)\n      \(Self.meaning(of: $0))\n" }.joined()
        var text = """
            Subject: Please allow the application "\(application.name)" to send mail as \(who)

            An application of ours sends mail as \(who) through Mandate, a service that runs on our own machine. It signs in with OAuth2 instead of a password. \
            The tenant lets only an administrator allow that, so we ask you to.

            Application      \(application.name)
            Client id        \(application.clientID)
            Registered at    \(provider.name)\(application.tenant.isEmpty ? "" : ", tenant \(application.tenant)")
            For              \(who)
            It comes back to \(redirectURI)

            What it asks for, and why:

            \(rights)
            """
        text +=
            grant.kind == .consent
            ? "It has these rights for whoever consents, and for nobody else; passwords are never seen by it.\n\n" : ""
        if let address = adminConsentAddress(redirectURI: redirectURI) {
            text += """
                How to allow it: open this address, sign in as an administrator of the tenant, and accept. Then tell us.

                  \(address)

                How to take it back: Entra admin center, Enterprise applications, \(application.name), Permissions.

                """
        } else if provider.kind == .google {
            text += """
                How to allow it: Google Admin console, Security, Access and data control, API controls, Manage app access, Configure new app, \
                client id as above, Trusted. Then tell us. It is taken back at the same place.

                """
        }
        return text
    }

    private var scopes: [String] { authorizationScope.split(separator: " ").map(String.init) }

    private static func meaning(of scope: String) -> String {
        let name = scope.split(separator: "/").last.map { $0.lowercased() } ?? scope
        return switch name {
        case "smtp.send": "hands mail in over SMTP, as the mailbox that consents and as whom it may send for"
        case "mail.send", "mail.send.shared", "gmail.send":
            "hands mail in over the provider's API where SMTP is switched off; it cannot read any"
        case "imap.accessasuser.all": "reads the mailbox, because an application fetches its incoming mail"
        case "pop.accessasuser.all": "reads the mailbox over POP3, because an application fetches its incoming mail"
        case "mail.google.com": "sends over SMTP and reads over IMAP: Google has no smaller right for SMTP"
        case "offline_access": "goes on sending without asking somebody every hour"
        case "openid", "profile", "email": "makes sure that it was the right person who consented"
        default: "needed by the way mail leaves here"
        }
    }
}
