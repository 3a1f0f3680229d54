internal import Mail

/// email-oauth2-proxy's emailproxy.config: a section for each local port and each account. Its secrets and tokens are sealed with its users' passwords or stand
/// there in the clear: neither is taken, nor shown.
struct ProxyConfiguration {
    private struct Section {
        let line: Int
        let name: String
        /// By their names in lower case, as the proxy's own reader has them.
        var values: [String: String] = [:]

        subscript(key: String) -> String? { values[key].flatMap { $0.isEmpty || $0.hasPrefix("***") ? nil : $0 } }
    }

    private var sections: [Section] = []

    init(_ text: String) throws(ImportFault) {
        var key: String?
        for (number, line) in ImportText.lines(text) {
            let trimmed = line.trimmedSpace
            if trimmed.isEmpty || trimmed.hasPrefix("#") || trimmed.hasPrefix(";") { continue }
            if line.first?.isWhitespace == true, let key {
                // What goes on is documentation, or a value that was broken over lines.
                sections[sections.count - 1].values[key]? += " " + trimmed
            } else if trimmed.hasPrefix("["), trimmed.hasSuffix("]") {
                sections.append(Section(line: number, name: String(trimmed.dropFirst().dropLast())))
                key = nil
            } else {
                key = try take(trimmed, number)
            }
        }
        guard !sections.isEmpty else { throw ImportFault("it has no [section]: this is no emailproxy.config") }
    }

    private mutating func take(_ text: String, _ line: Int) throws(ImportFault) -> String {
        guard !sections.isEmpty else { throw ImportFault(line: line, "a [section] is missing before it") }
        guard let cut = text.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            throw ImportFault(line: line, "this is neither a [section] nor a key with its value")
        }
        let key = text[..<cut].trimmedSpace.lowercased()
        sections[sections.count - 1].values[key] = text[text.index(after: cut)...].trimmedSpace
        return key
    }

    var items: ImportReading {
        let items = sections.flatMap(items)
        let hasAccount = sections.contains { $0.name.contains("@") }
        return items
            + (hasAccount ? [] : [ImportItem(nil, "", .noted("there is no account in it: a section with an address for its name"))])
    }

    private func items(_ section: Section) -> [ImportItem] {
        func item(_ content: ImportItem.Content) -> ImportItem { ImportItem(section.line, section.name, content) }
        if let door = section.name.split(separator: "-").first, ["SMTP", "IMAP", "POP"].contains(door),
            section.values["server_address"] != nil
        {
            return [item(.skipped(Self.doorReason(String(door))))]
        }
        if section.name.contains("@") { return account(section) }
        guard section.values.keys.contains(where: { $0 != "documentation" }) else { return [] }
        return [item(.skipped("it is about the proxy itself"))]
    }

    private static func doorReason(_ door: String) -> String {
        switch door {
        case "SMTP": "programs send through the submission port of `mandate serve` instead"
        case "IMAP": "Mandate does not stand between a program and its IMAP server: `mandate token MAILBOX --for imap` prints a token"
        default: "Mandate does not stand between a program and its POP server: `mandate token MAILBOX --for imap` prints a token"
        }
    }
}

/// Accounts.
extension ProxyConfiguration {
    private func account(_ section: Section) -> [ImportItem] {
        func item(_ content: ImportItem.Content) -> ImportItem { ImportItem(section.line, section.name, content) }
        guard !section.name.hasPrefix("@") else {
            return [item(.skipped("it stands for many accounts: `mandate mailboxes add --family` with an app-only grant does, too"))]
        }
        let section = inheriting(section)
        // The form of old for a shared mailbox: who signs in, and which one.
        let parts = section.name.split(separator: "\\").map(String.init)
        guard let text = parts.last, let address = try? EmailAddress(text) else { return [item(.skipped("its name is no address"))] }
        let flow: ImportedAccount.Flow
        switch section["oauth2_flow"] ?? "authorization_code" {
        case "authorization_code", "device": flow = .consent
        case "client_credentials": flow = .appOnly
        case "password":
            return [
                item(
                    .skipped(
                        "a password is no grant: it would be kept and sent for ever; have its owner consent (`mandate grants authorize`)"))
            ]
        case "service_account":
            return [
                item(
                    .skipped(
                        "a service account is had from its key file: `mandate applications add NAME --provider google --service-account-key FILE`"
                    ))
            ]
        case let other: return [item(.skipped("the flow \(other.prefix(40)) is not known"))]
        }
        guard let token = section["token_url"] else { return [item(.skipped("token_url is missing"))] }
        guard let client = section["client_id"] else { return [item(.skipped("client_id is missing, or still the example's"))] }
        let hasSecret = ["client_secret", "client_secret_encrypted", "jwt_certificate_path"].contains { section[$0] != nil }
        let account = ImportedAccount(
            address: address, principal: parts[0], flow: flow, tokenEndpoint: token, authorizationEndpoint: section["permission_url"],
            scopes: section["oauth2_scope"] ?? "", clientID: client, hasSecret: hasSecret, smtp: smtp)
        return [item(.account(account))] + beside(section).map { item(.noted($0)) }
    }

    /// Of a section for its whole domain, or for all, what it does not say itself.
    private func inheriting(_ section: Section) -> Section {
        let domain = section.name.split(separator: "@").last.map { "@\($0)" } ?? "@"
        var section = section
        for name in [domain, "@"] {
            guard let parent = sections.first(where: { $0.name == name }) else { continue }
            section.values.merge(parent.values) { own, _ in own }
        }
        return section
    }

    private func beside(_ section: Section) -> [String] {
        var notes: [String] = []
        if ["refresh_token", "access_token"].contains(where: { section[$0] != nil }) {
            notes.append("the tokens that it keeps are not taken: they open with a password of the proxy's users alone")
        }
        if section["redirect_uri"]?.contains("?") == true {
            notes.append("its redirect URI has a query string; Mandate's own has none, and has to be registered with the application")
        }
        if section["oauth2_scope"]?.contains("EWS.AccessAsUser.All") == true {
            notes.append("it asks for EWS, which Exchange Online blocks from 2026-10-01 on and takes away on 2027-04-01: Mandate does not")
        }
        return notes
    }

    /// The mail server of what is no provider of the catalogue; of several, nobody knows which belongs to which account.
    private var smtp: MailEndpoint? {
        let known = Set(Provider.builtIn.compactMap(\.smtp?.host))
        let servers = sections.filter { $0.name.hasPrefix("SMTP-") }.compactMap { section -> MailEndpoint? in
            guard let host = section["server_address"]?.lowercased(), !known.contains(host) else { return nil }
            let isStartTLS = ["true", "yes", "on", "1"].contains((section["starttls"] ?? section["server_starttls"] ?? "").lowercased())
            return MailEndpoint(
                host: host, port: section["server_port"].flatMap { Int($0) } ?? (isStartTLS ? 587 : 465),
                security: isStartTLS ? .startTLS : .implicit)
        }
        let distinct = Set(servers)
        return distinct.count == 1 ? distinct.first : nil
    }
}
