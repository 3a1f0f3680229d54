package import Mail

/// Whom an answer was given to, as far as its account and its fix need to say so.
package struct FailureSubject: Sendable, Hashable {
    package let kind: ProviderKind
    /// What signs in.
    package let login: String
    /// What the message is from.
    package let from: [EmailAddress]
    /// What MAIL FROM says; nil: `<>`, or nothing that is known.
    package let envelopeSender: EmailAddress?
    package let transport: Transport
    /// The application asks in its own name.
    package let isAppOnly: Bool
    /// What the token that was refused says that it permits; nil: nothing that could be read.
    package var token: TokenClaims?

    package init(
        kind: ProviderKind, login: String, from: [EmailAddress], envelopeSender: EmailAddress? = nil, transport: Transport = .smtp,
        isAppOnly: Bool = false, token: TokenClaims? = nil
    ) {
        self.transport = transport
        self.isAppOnly = isAppOnly
        self.token = token
        self.kind = kind
        self.login = login
        self.from = from
        self.envelopeSender = envelopeSender
    }

    /// The one that it is about, in words.
    var sender: String { from.first?.description ?? "its sender" }
}

extension FailureSubject {
    /// Of a "may not send as": about the one address that was refused. The provider's text says which (`554 5.2.252 SendAsDenied` names login and address,
    /// Postfix the address); else what it has seen by then: before the content, that is the envelope sender alone. Never several, since a standing is a pair's.
    func narrowed(by reply: ProviderReply, at stage: TransmitStage) -> FailureSubject {
        let ours = [envelopeSender].compactMap(\.self) + from
        let spoken = Self.named(in: reply.text, among: ours)
        let seen: EmailAddress? =
            switch stage {
            case .mail, .rcpt, .data: envelopeSender
            case .connect, .greeting, .ehlo, .startTLS, .auth, .content, .request: nil
            }
        guard let refused = spoken ?? seen ?? from.first else { return self }
        return FailureSubject(
            kind: kind, login: login, from: [refused], envelopeSender: envelopeSender, transport: transport, isAppOnly: isAppOnly,
            token: token)
    }

    /// What the refused token shows to be wrong, with the steps; nil: it could not be read.
    var permissionFix: String? {
        guard kind == .microsoft, let token, let permission = EntraPermission(transport.resource, isApplication: isAppOnly) else {
            return nil
        }
        let name = permission.names[0]
        guard token.has(name) else {
            let kind = isAppOnly ? "Application" : "Delegated"
            let then =
                isAppOnly ? "then Grant admin consent: tokens from then on have it" : "then consent again: `mandate grants authorize`"
            return
                "\(token.words), and not \(name): in the Entra admin center, App registrations, API permissions, Add a permission, \(permission.api), "
                + "\(kind) permissions, \(name), \(then)"
        }
        if isAppOnly {
            return
                "\(token.words), so what leaves \(login) out is in Exchange Online: `Test-ServicePrincipalAuthorization -Identity CLIENT-ID -Resource "
                + "\(login.powerShellQuoted)` shows it; New-ManagementRoleAssignment with a scope that contains it, or Add-MailboxPermission "
                + "\(login.powerShellQuoted) -User SERVICE-PRINCIPAL -AccessRights FullAccess, lets it in"
        }
        return "\(token.words), so it is not that person's mailbox: let who owns \(login) consent, or use a grant of the kind app-only"
    }

    /// What stands behind "send as", else the first of ours that is named at all.
    private static func named(in text: String, among ours: [EmailAddress]) -> EmailAddress? {
        let words = text.split { $0.isWhitespace || "<>;,:\"'()[]".contains($0) }
        let addresses = words.map { word in ours.first { $0.description.lowercased() == word.lowercased() } }
        for index in words.indices.dropFirst(2)
        where words[index - 2].lowercased() == "send" && words[index - 1].lowercased() == "as" {
            if let address = addresses[index] { return address }
        }
        return addresses.lazy.compactMap(\.self).first
    }
}
