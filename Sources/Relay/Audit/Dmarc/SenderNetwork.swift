package import Mail

/// The addresses from which a provider's mail leaves, as it publishes them for SPF. They only put a name to a source, and tell whether it could be one that carries
/// mail for us: nothing is ever let in by them. As of November 2026; one that is missing is listed by its address.
package struct SenderNetwork: Sendable {
    package let kind: ProviderKind
    package let name: String
    private let networks: [Network]

    private init(_ kind: ProviderKind, _ name: String, _ texts: [String]) {
        self.kind = kind
        self.name = name
        networks = texts.map { text in
            do throws(Network.Failure) { return try Network(text) } catch { preconditionFailure("\(text): \(error)") }
        }
    }

    /// spf.protection.outlook.com and _spf.google.com.
    private static let all = [
        SenderNetwork(
            .microsoft, "Microsoft 365",
            [
                "40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17", "2a01:111:f400::/48", "2a01:111:f403::/48",
            ]),
        SenderNetwork(
            .google, "Google",
            [
                "35.190.247.0/24", "64.233.160.0/19", "66.102.0.0/20", "66.249.80.0/20", "72.14.192.0/18", "74.125.0.0/16",
                "108.177.8.0/21",
                "108.177.96.0/19", "130.211.0.0/22", "172.217.0.0/19", "172.217.32.0/20", "172.217.128.0/19", "172.217.160.0/20",
                "172.217.192.0/19", "172.253.56.0/21", "172.253.112.0/20", "173.194.0.0/16", "209.85.128.0/17", "216.58.192.0/19",
                "216.239.32.0/19", "2001:4860:4000::/36", "2404:6800:4000::/36", "2607:f8b0:4000::/36", "2800:3f0:4000::/36",
                "2a00:1450:4000::/36", "2c0f:fb50:4000::/36",
            ]),
    ]

    package static func of(_ address: IPAddress) -> SenderNetwork? {
        all.first { $0.networks.contains { $0.contains(address) } }
    }
}
