/// Where secrets go: tokens, refresh tokens, client secrets and codes.
extension Provider {
    /// One of the places, by the name under which people set it.
    package struct Place: Sendable, Hashable, CustomStringConvertible {
        package let name: String
        package let address: String

        package var description: String { "\(name) \(address)" }
    }

    /// Every one that is known. A mail server counts too: it is given an access token, and how is part of where.
    package var places: [Place] {
        let server = authorization
        let endpoints = [
            ("token-endpoint", tokenEndpoint), ("authorization-endpoint", server.authorizationEndpoint),
            ("device-endpoint", server.deviceEndpoint), ("revocation-endpoint", server.revocationEndpoint),
            ("userinfo-endpoint", server.userinfoEndpoint), ("keys-endpoint", server.keysEndpoint), ("issuer", server.issuer),
        ]
        let doors = [("smtp", smtp), ("imap", imap), ("pop", pop)].map { ($0.0, $0.1?.description) }
        return (endpoints + doors).compactMap { name, address in address.map { Place(name: name, address: $0) } }
    }
}

extension MailEndpoint: CustomStringConvertible {
    /// `smtp.example.org:587 starttls`
    package var description: String { "\(host):\(port) \(security.rawValue)" }
}
