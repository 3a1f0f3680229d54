internal import Mail
internal import Relay

/// What one option does to a provider; made when the word is parsed, so that a wrong one is the command line's error.
struct ProviderChange: Sendable {
    let apply: @Sendable (inout Provider) -> Void

    init(_ apply: @escaping @Sendable (inout Provider) -> Void) { self.apply = apply }
}

/// The value of an option that `none` clears.
struct Clearable<Value: Sendable>: Sendable {
    let value: Value?
}

extension Parse {
    @Sendable static func endpoint(_ text: String) throws -> String { try EndpointAddress(text).text }

    @Sendable static func clearableEndpoint(_ text: String) throws -> Clearable<String> { try clearable(text, endpoint) }

    @Sendable static func clearableLine(_ text: String) throws -> Clearable<String> { try clearable(text, line) }

    @Sendable static func clearableDoor(_ text: String) throws -> Clearable<MailEndpoint> { try clearable(text, door) }

    private static func clearable<Value>(_ text: String, _ parse: (String) throws -> Value) throws -> Clearable<Value> {
        text.isEmpty || text == "none" ? Clearable(value: nil) : Clearable(value: try parse(text))
    }

    /// `smtp.example.org:587`, or `smtp.example.org:5870/tls` where the port does not say it (RFC 8314 section 3.3).
    private static func door(_ text: String) throws -> MailEndpoint {
        let wanted = WordError("it is written host:port, such as smtp.example.org:587, or host:port/tls, or host:port/starttls")
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let colon = parts[0].lastIndex(of: ":"), let port = Int(parts[0][parts[0].index(after: colon)...]),
            (1...65535).contains(port), let host = host(String(parts[0][..<colon]))
        else { throw wanted }
        guard parts.count == 2 else { return MailEndpoint(host: host, port: port, security: security(at: port)) }
        guard let security = MailEndpoint.Security(rawValue: String(parts[1])) else { throw wanted }
        return MailEndpoint(host: host, port: port, security: security)
    }

    /// What a directory file can hold as well: what is stored must be exportable.
    private static func host(_ text: String) -> String? {
        do throws(AddressError) { return try Domain(text).ascii } catch { return nil }
    }

    private static func security(at port: Int) -> MailEndpoint.Security { [465, 993, 995].contains(port) ? .implicit : .startTLS }

    /// `access_type=offline`; nothing behind the sign takes it away.
    @Sendable static func parameter(_ text: String) throws -> ProviderChange {
        let (name, value) = try pair(text)
        // It goes into the address as it is.
        guard name.unicodeScalars.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-.".unicodeScalars.contains($0)) })
        else {
            throw WordError("a parameter's name has letters, digits, dots, hyphens and underscores")
        }
        guard !sentAnyway.contains(name) else { throw WordError("\(name) is sent anyway, and has to be what the consent needs") }
        return ProviderChange { $0.authorization.parameters[name] = value.isEmpty ? nil : value }
    }

    /// What every authorisation request has (RFC 6749 section 4.1.1, RFC 7636, OpenID Connect Core 3.1.2.1).
    private static let sentAnyway: Set = [
        "response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "response_mode",
        "login_hint",
    ]

    /// `smtp=…`, `imap.app-only=…`; nothing behind the sign, or `none`, takes it away.
    @Sendable static func scope(_ text: String) throws -> ProviderChange {
        let (name, value) = try pair(text)
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let resource: TokenResource = try known(parts[0], "resource", in: TokenResource.allCases)
        let kinds = ["delegated", "app-only"]
        let kind = parts.count == 1 ? kinds[0] : parts[1]
        guard kinds.contains(kind) else { throw unknown(kind, "kind of scope", in: kinds) }
        return scope(resource, isAppOnly: kind == "app-only", value == "none" ? "" : value)
    }

    /// The scopes of SMTP, which is what most people mean.
    @Sendable static func appOnlyScope(_ text: String) throws -> ProviderChange { scope(.smtp, isAppOnly: true, try line(text)) }

    @Sendable static func delegatedScope(_ text: String) throws -> ProviderChange { scope(.smtp, isAppOnly: false, try line(text)) }

    private static func scope(_ resource: TokenResource, isAppOnly: Bool, _ text: String) -> ProviderChange {
        ProviderChange { provider in
            var scopes = provider.scopes[resource] ?? Scopes(delegated: "", appOnly: "")
            if isAppOnly { scopes.appOnly = text } else { scopes.delegated = text }
            // A resource without any scope is one the provider does not have.
            provider.scopes[resource] = scopes.delegated.isEmpty && scopes.appOnly.isEmpty ? nil : scopes
        }
    }

    @Sendable static func limit(_ text: String) throws -> ProviderChange {
        let (name, value) = try pair(text)
        return try known(name, "limit", in: LimitName.allCases).change(to: value)
    }

    @Sendable static func habit(_ text: String) throws -> ProviderChange {
        let (name, value) = try pair(text)
        return try known(name, "habit", in: HabitName.allCases).change(to: value)
    }

    private static func pair(_ text: String) throws -> (name: String, value: String) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { throw WordError("it is written NAME=VALUE") }
        return (String(text[..<sign]), try line(String(text[text.index(after: sign)...])))
    }

    private static func known<Name: RawRepresentable<String>>(_ text: String, _ what: String, in names: [Name]) throws -> Name {
        guard let name = Name(rawValue: text) else { throw unknown(text, what, in: names.map(\.rawValue)) }
        return name
    }

    private static func unknown(_ text: String, _ what: String, in names: [String]) -> WordError {
        let close = Closeness.closest(to: text, in: names)
        let hint = close.first.map { "did you mean \($0)? There are" } ?? "there are"
        return WordError("there is no \(what) \"\(text.prefix(60))\"; \(hint) \(names.joined(separator: ", "))")
    }
}
