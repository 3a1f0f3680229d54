package import Mail

/// What a family, a delegation, a deny entry or a client's limit speaks of: one address, a whole domain (`@domain`), or every address (`*`).
package enum AddressPattern: Sendable, Hashable, CustomStringConvertible {
    case address(EmailAddress)
    case domain(Domain)
    case any

    /// `*`, `@example.org` or `ann@example.org`. A domain pattern does not reach into subdomains: who means those writes them down.
    package init(_ text: String) throws(AddressError) {
        if text == "*" {
            self = .any
        } else if text.utf8.first == UInt8(ascii: "@") {
            self = .domain(try Domain(String(text.dropFirst())))
        } else {
            self = .address(try EmailAddress(text))
        }
    }

    package func matches(_ address: EmailAddress) -> Bool {
        switch self {
        case .address(let own): own == address
        case .domain(let domain): domain == address.domain
        case .any: true
        }
    }

    /// Stable text for the store and for people; `init` reads it back.
    package var description: String {
        switch self {
        case .address(let address): address.description
        case .domain(let domain): "@" + domain.ascii
        case .any: "*"
        }
    }
}
