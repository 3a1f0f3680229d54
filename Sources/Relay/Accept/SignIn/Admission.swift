internal import HashTreeCollections
package import Mail

/// How a program shows itself, before anything it says is believed.
package enum Caller: Sendable, Hashable {
    /// A client's name and the SHA-256 of the key it gave.
    case key(name: String, sha256: [UInt8])
    case address(IPAddress)
    /// At the local socket, where the system vouches for it.
    case uid(UInt32)
}

/// Who gets in.
package enum Admission: Sendable, Hashable {
    /// The store's owner, or root: without limits, as at the command line.
    case owner
    case client(Client)

    package var client: Client? { if case .client(let client) = self { client } else { nil } }
}

extension Directory {
    /// Who an account of this machine is. The store's owner and root need no client, unless they were given one: to revoke it must not widen anything.
    package func admission(ofUID uid: UInt32, owner: UInt32) -> Admission? {
        if let client = client(.uid(uid)) { return .client(client) }
        let isKnown = allClients.contains { $0.credential == .uid(uid) }
        return !isKnown && (uid == owner || uid == 0) ? .owner : nil
    }

    /// The client that shows itself so, if it is let in. A network is the more a client's own the smaller it is.
    package func client(_ caller: Caller) -> Client? {
        switch caller {
        case .key(let name, let digest):
            allClients.first { client in
                guard client.isEnabled, client.name == name, case .key(let own) = client.credential else { return false }
                return own.isSame(as: digest)
            }
        case .address(let address):
            allClients.compactMap { client -> (client: Client, length: Int)? in
                guard client.isEnabled, case .network(let network) = client.credential, network.contains(address.unmapped) else {
                    return nil
                }
                return (client, network.prefixLength)
            }.max { ($0.length, $1.client.name) < ($1.length, $0.client.name) }?.client
        case .uid(let uid): allClients.first { $0.isEnabled && $0.credential == .uid(uid) }
        }
    }

    /// The client whose key this is the digest of, by itself or together with its name. Found by the digest: who can make one that is found has the key.
    package func client(key digest: [UInt8], name: String? = nil) -> Client? {
        guard let id = clientsByKey[digest], let client = clients[id], client.isEnabled, name == nil || name == client.name,
            case .key(let own) = client.credential, own.isSame(as: digest)
        else { return nil }
        return client
    }
}
