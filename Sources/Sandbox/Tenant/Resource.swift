/// What a token is for. Entra answers for one resource at a time, and a token for one does not open another.
package enum Resource: String, Sendable, Hashable {
    case outlook
    case graph
    case gmail

    /// Both host names of Exchange Online are one resource.
    init?(url: String) {
        switch url.lowercased() {
        case "https://outlook.office.com", "https://outlook.office365.com": self = .outlook
        case "https://graph.microsoft.com": self = .graph
        default: return nil
        }
    }
}

/// One word of a `scope` parameter, taken apart.
enum Scope: Hashable, Sendable {
    /// `openid`, `profile`, `email`, `offline_access`: they belong to no resource.
    case identity(String)
    case delegated(Resource, name: String)
    /// Everything the application was given there.
    case standard(Resource)
    case unknownResource(String)
    case malformed(String)

    init(_ text: String) {
        if ["openid", "profile", "email", "offline_access"].contains(text.lowercased()) {
            self = .identity(text)
            return
        }
        // Gmail's one scope for IMAP, POP and SMTP is an address without a name behind it.
        if text == "https://mail.google.com/" {
            self = .delegated(.outlook, name: "SMTP.Send")
            return
        }
        if text.hasPrefix("https://www.googleapis.com/auth/gmail.") {
            self = .delegated(.gmail, name: String(text.dropFirst("https://www.googleapis.com/auth/".count)))
            return
        }
        guard text.hasPrefix("https://"), let slash = text.lastIndex(of: "/"), text.index(after: slash) < text.endIndex else {
            self = .malformed(text)
            return
        }
        var url = String(text[..<slash])
        while url.hasSuffix("/") { url.removeLast() }  // "https://graph.microsoft.com//.default" is accepted
        let name = String(text[text.index(after: slash)...])
        guard let resource = Resource(url: url) else {
            self = .unknownResource(url)
            return
        }
        self = name == ".default" ? .standard(resource) : .delegated(resource, name: name)
    }

    var resource: Resource? {
        switch self {
        case .delegated(let resource, _), .standard(let resource): resource
        case .identity, .unknownResource, .malformed: nil
        }
    }

    /// Permissions are compared without case, as Entra does.
    func isSame(as other: Scope) -> Bool {
        switch (self, other) {
        case (.delegated(let resource, let name), .delegated(let otherResource, let otherName)):
            resource == otherResource && name.lowercased() == otherName.lowercased()
        case (.identity, _), (.delegated, _), (.standard, _), (.unknownResource, _), (.malformed, _): self == other
        }
    }

    static func list(_ text: String) -> [Scope] { text.split(separator: " ").map { Scope(String($0)) } }
}
