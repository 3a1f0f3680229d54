internal import Mail
internal import Relay

/// Reads an autoconfig document's elements. What it does not know it skips, since files carry elements for other programs; a server it cannot
/// use it leaves out; what it would have to guess about a provider is a problem.
struct AutoconfigReader {
    let root: XMLElement

    func autoconfig() throws(ImportProblem) -> Autoconfig {
        guard root.name == "clientConfig" else {
            throw ImportProblem(.otherDocument(root: String(root.name.prefix(60)), wanted: "clientConfig"), line: root.line)
        }
        guard let provider = try only("emailProvider", in: [root]) else {
            throw ImportProblem(.missing("emailProvider", in: "clientConfig"), line: root.line)
        }
        let domains = provider.all("domain").compactMap { (try? Domain($0.text))?.ascii }  // a placeholder is no domain, and no loss
        return Autoconfig(
            id: try identifier(of: provider, domains), domains: domains, displayName: try line("displayName", in: provider),
            displayShortName: try line("displayShortName", in: provider), incoming: provider.all("incomingServer").compactMap(server),
            outgoing: provider.all("outgoingServer").compactMap(server), oauth2: try oauth2(beside: provider))
    }

    /// Files name themselves by a domain; the first domain stands in where one does not. An id becomes an argument and a file name, so it is plain.
    private func identifier(of provider: XMLElement, _ domains: [String]) throws(ImportProblem) -> String {
        let given = provider.attributes["id"] ?? ""
        guard let id = given.isEmpty ? domains.first : given else {
            throw ImportProblem(.missing("domain", in: "emailProvider"), line: provider.line)
        }
        guard id.utf8.count <= 255, id.utf8.allSatisfy(Self.isPlain), id.first != "-" else {
            throw ImportProblem(.badIdentifier(String(id.prefix(60))), line: provider.line)
        }
        return id
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    private func line(_ name: String, in element: XMLElement) throws(ImportProblem) -> String? {
        guard let child = element.all(name).first, !child.text.isEmpty else { return nil }
        guard child.text.utf8.count <= 255, child.text.isOneLine else {
            throw ImportProblem(.badText(name), line: child.line)
        }
        return child.text
    }

    /// nil for a kind, host, port or socket type that cannot be used: `exchange`, `imap.%EMAILDOMAIN%`, no port at all.
    private func server(_ element: XMLElement) -> Autoconfig.Server? {
        guard let kind = Autoconfig.Server.Kind(rawValue: (element.attributes["type"] ?? "").lowercased()),
            let host = element.text("hostname"), let domain = try? Domain(host), !domain.isLiteral,
            let port = element.text("port").flatMap({ Int($0) }), (1...65535).contains(port),
            let socketType = Self.socketType(element.text("socketType") ?? "")
        else { return nil }
        return Autoconfig.Server(
            kind: kind, hostname: domain.ascii, port: port, socketType: socketType,
            authentications: element.all("authentication").compactMap { Self.authentication($0.text) })
    }

    private static func socketType(_ text: String) -> Autoconfig.Server.SocketType? {
        switch text.lowercased() {
        case "ssl", "tls": .implicit
        case "starttls": .startTLS
        case "plain": .plain
        default: nil
        }
    }

    /// The draft writes `OAuth2` in one grammar and `OAuth` in another; `plain`, `secure` and `TLS-client-cert` are of version 1.0 or of no use here.
    private static func authentication(_ text: String) -> Autoconfig.Server.Authentication? {
        switch text.lowercased() {
        case "oauth2", "oauth": .oauth2
        case "password-cleartext", "plain": .passwordCleartext
        case "password-encrypted", "secure": .passwordEncrypted
        case "none": Autoconfig.Server.Authentication.none
        case "client-ip-address": .clientAddress
        default: nil
        }
    }

    /// Beside the provider in every file there is, inside it in the reading of some.
    private func oauth2(beside provider: XMLElement) throws(ImportProblem) -> Autoconfig.OAuth2? {
        guard let element = try only("oAuth2", in: [root, provider]) else { return nil }
        return Autoconfig.OAuth2(
            issuer: try line("issuer", in: element), scopes: (element.text("scope") ?? "").split(separator: " ").map(String.init),
            authorizationAddress: try address("authURL", in: element), tokenAddress: try address("tokenURL", in: element))
    }

    /// A file says nothing of tenants, so braces mean nothing in it.
    private func address(_ name: String, in element: XMLElement) throws(ImportProblem) -> String {
        guard let child = element.all(name).first, !child.text.isEmpty else {
            throw ImportProblem(.missing(name, in: element.name), line: element.line)
        }
        do throws(EndpointError) {
            guard !child.text.contains("{") else { throw EndpointError.badCharacter }
            return try EndpointAddress(child.text).text
        } catch {
            throw ImportProblem(.badAddress(name, error), line: child.line)
        }
    }

    private func only(_ name: String, in elements: [XMLElement]) throws(ImportProblem) -> XMLElement? {
        let found = elements.flatMap { $0.all(name) }
        guard found.count < 2 else { throw ImportProblem(.several(name), line: found[1].line) }
        return found.first
    }
}
