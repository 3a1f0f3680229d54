internal import Mail

/// How clients are told of, in lists and pages.
extension Client.Credential {
    package var words: String {
        switch self {
        case .key: "key"
        case .network(let network): "network \(network)"
        case .uid(let uid): "uid \(uid)"
        case .password: "password"
        }
    }
}

extension Client.Limits {
    /// In the order of their declaration, which is the order people know them in.
    package var sortedPurposes: [String] { Purpose.allCases.filter(purposes.contains).map(\.rawValue) }
}

extension Role {
    /// As they are known.
    package static func sorted(_ roles: Set<Role>) -> [String] { allCases.filter(roles.contains).map(\.rawValue) }
}

extension Directory {
    /// Whose access tokens a client may have: a mailbox by its address, a family by its name, an id that means nothing any more as it is.
    package func words(of right: Client.TokenRight) -> String {
        let row =
            switch right.row {
            case .mailbox(let id): mailbox(id)?.address.description ?? id.text
            case .family(let id): "family \(family(id)?.name ?? id.text)"
            }
        return right.coversWholeGrant ? "\(row) (whole grant)" : row
    }
}
