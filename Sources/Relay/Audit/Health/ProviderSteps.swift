internal import Mail

/// What has to be done at a provider, as its own pages and commands have it. Sources: domain.md 2.1 to 2.4 (Entra, Exchange Online), 3.2 to 3.4 (Google).
package enum ProviderSteps {
    /// To make the app registration fit for its grants. `resources`: what their mailboxes need tokens of.
    package static func registration(
        _ application: Application, _ provider: Provider, grants: [Grant], for resources: [TokenResource], redirectURI: String
    ) -> [String] {
        let kinds = Set(grants.map(\.kind))
        let resources = resources.isEmpty ? [.smtp] : resources
        switch provider.kind {
        case .microsoft: return entra(application, provider, kinds, resources, redirectURI)
        case .google: return google(application, kinds, redirectURI)
        case .custom:
            let scopes = resources.compactMap { provider.scopes[$0]?.delegated }.joined(separator: " ")
            return kinds.contains(.consent)
                ? ["register the redirect URI \(redirectURI)", "allow the scopes \(scopes) offline_access"] : []
        }
    }

    /// Of an application that the provider refused.
    package static func repair(_ application: Application) -> String {
        if let credential = application.federatedCredential {
            return
                "look at \(credential.words), and at the app registration \(application.clientID) in Entra: Certificates & secrets, Federated credentials, "
                + "issuer, subject and audience to the letter; permissions and admin consent"
        }
        return
            "look at the app registration \(application.clientID) at the provider: its secret, permissions and admin consent"
    }

    private static func entra(
        _ application: Application, _ provider: Provider, _ kinds: Set<Grant.Kind>, _ resources: [TokenResource], _ redirectURI: String
    ) -> [String] {
        var steps: [String] = []
        if kinds.contains(.consent) || kinds.isEmpty {
            let permissions = EntraPermission.words(provider.consented(for: resources), isApplication: false)
            steps += [
                "Entra admin center, App registrations, \(application.clientID), Authentication: add the platform Web with the redirect URI \(redirectURI)",
                "API permissions, Delegated: \(permissions), offline_access, openid, profile, email",
                "API permissions: Grant admin consent, where users may not consent themselves",
            ]
        }
        if application.certificate != nil {
            steps.append(
                "Certificates & secrets, Certificates: upload the certificate; Entra shows the thumbprint that `certificate` has here")
        }
        if let credential = application.federatedCredential {
            steps.append(
                "Certificates & secrets, Federated credentials, Add credential: issuer and subject of \(credential.words), audience "
                    + "\(FederatedCredential.audience); `mandate applications set` shows what it says")
        }
        if kinds.contains(.appOnly) {
            steps += [
                "API permissions, Application (under \"APIs my organization uses\"): \(EntraPermission.words(resources, isApplication: true)), then Grant admin consent; with App RBAC no permission at all",
                "Exchange Online PowerShell, once; the object id is the ENTERPRISE application's, not the registration's:",
                "  New-ServicePrincipal -AppId \(application.clientID.powerShellLiteral) -ObjectId <object id of the enterprise application> -DisplayName \(application.name.powerShellLiteral)",
                "for all mailboxes of a group (App RBAC):",
                "  New-ManagementScope -Name 'Mandate' -RecipientRestrictionFilter \"MemberOfGroup -eq '<distinguished name of the group>'\"",
                "  New-ManagementRoleAssignment -Name 'Mandate SMTP' -Role 'Application SMTP.SendAsApp' -App \(application.clientID.powerShellLiteral) -CustomResourceScope 'Mandate'",
                "it acts after up to two hours; Test-ServicePrincipalAuthorization -Identity \(application.clientID.powerShellLiteral) shows it",
            ]
        }
        return steps
    }

    private static func google(_ application: Application, _ kinds: Set<Grant.Kind>, _ redirectURI: String) -> [String] {
        var steps: [String] = []
        if kinds.contains(.consent) || kinds.isEmpty && application.serviceAccount == nil {
            steps += [
                "Google Cloud console, APIs & Services, Credentials, the OAuth client of the type Web application: add the authorized redirect URI \(redirectURI)",
                "enable the Gmail API; OAuth consent screen: the scope https://mail.google.com/, user type Internal for a Workspace",
                "an External app that is still in Testing loses each consent after 7 days: publish it",
            ]
        }
        if kinds.contains(.serviceAccount) || application.serviceAccount != nil {
            steps += [
                "Google Admin console, Security, API controls, Domain-wide delegation: add the client id \(application.clientID)",
                "  with the scope https://mail.google.com/",
                "it acts after up to 24 hours; the subject of a token is a user's primary address, not an alias",
            ]
        }
        return steps
    }

    /// To let an application, or a delegate, send through a mailbox.
    package static func mailbox(_ mailbox: Mailbox, _ application: Application, _ provider: Provider, _ grant: Grant) -> [String] {
        guard provider.kind == .microsoft else { return [] }
        let identity = mailbox.address.description.powerShellLiteral
        return ["Set-CASMailbox -Identity \(identity) -SmtpClientAuthenticationDisabled $false"]
            + permission(mailbox, application, provider, grant)
    }

    /// Without which a token of the application opens nothing.
    package static func permission(_ mailbox: Mailbox, _ application: Application, _ provider: Provider, _ grant: Grant) -> [String] {
        guard provider.kind == .microsoft, grant.kind == .appOnly else { return [] }
        let identity = mailbox.address.description.powerShellLiteral
        return [
            "Add-MailboxPermission -Identity \(identity) -User \(application.clientID.powerShellLiteral) -AccessRights FullAccess   # not with App RBAC"
        ]
    }

    /// The right to send as another address.
    package static func sendAs(_ address: String, by login: String) -> String {
        "Add-RecipientPermission -Identity \(address.powerShellLiteral) -Trustee \(login.powerShellLiteral) -AccessRights SendAs -Confirm:$false"
    }
}
