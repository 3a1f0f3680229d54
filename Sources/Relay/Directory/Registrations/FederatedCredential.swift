/// Where this machine has a token of its own, which an application shows instead of a secret: nothing is kept that could be stolen or would end. The provider was told
/// beforehand whose tokens it is to take for the application's (Entra: federated identity credential; RFC 7521 section 4.2, RFC 7523 section 2.2). It is read for
/// each question anew, since whoever issues it changes it every few minutes to hours.
package enum FederatedCredential: Sendable, Hashable {
    /// That somebody keeps fresh; Kubernetes' projected service account token is one.
    case file(String)
    case address(FederatedTokenAddress)

    /// What Entra wants the token to be for.
    package static let audience = "api://AzureADTokenExchange"

    /// The managed identity of the Azure machine that this runs on, by Azure's instance metadata; nil: the machine has one alone.
    package static func managedIdentity(clientID: String? = nil, audience: String = audience) -> FederatedCredential {
        let fields = [("api-version", "2018-02-01"), ("resource", audience)] + (clientID.map { [("client_id", $0)] } ?? [])
        let query = fields.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
        return .address(
            FederatedTokenAddress(
                url: "http://169.254.169.254/metadata/identity/oauth2/token?\(query)", headers: ["Metadata: true"], member: "access_token"))
    }

    /// For a person: `the token in /var/run/secrets/token`.
    package var words: String {
        switch self {
        case .file(let path): "the token in \(path)"
        case .address(let place): "the token from \(place.url.prefix { $0 != "?" })"
        }
    }
}

/// Who is asked for it.
package struct FederatedTokenAddress: Sendable, Hashable {
    /// https, or http to this machine or to a cloud's metadata service, which only this machine can reach.
    package let url: String
    /// `Name: value`; a value `env:NAME` is in the service's environment, so that it is not in the directory.
    package let headers: [String]
    /// The member of a JSON answer that is the token; nil: the answer is.
    package let member: String?

    package init(url: String, headers: [String] = [], member: String? = nil) {
        self.url = url
        self.headers = headers
        self.member = member
    }

    /// Link-local, or a name for it: the metadata services of Azure, AWS and Google.
    package static let metadataHosts = ["169.254.169.254", "[fd00:ec2::254]", "metadata.google.internal"]
}

extension FederatedCredential {
    /// Nothing that two would read differently.
    func check() throws(FederatedCredentialError) {
        switch self {
        case .file(let path):
            guard path.hasPrefix("/"), path.utf8.count <= 4096, !path.utf8.contains(0), !path.contains(where: \.isNewline) else {
                throw .path
            }
        case .address(let place):
            let isMetadata = FederatedTokenAddress.metadataHosts.contains { host in
                ["/", ":80/"].contains { place.url.lowercased().hasPrefix("http://" + host + $0) }
            }
            // Judged as what it is but for the scheme.
            let judged = isMetadata ? "https" + place.url.dropFirst(4) : place.url
            do throws(EndpointError) { _ = try EndpointAddress(judged) } catch { throw .address(error) }
            guard place.headers.allSatisfy(Self.isHeader), place.headers.count <= 8 else { throw .header }
            guard place.member.map({ !$0.isEmpty && $0.utf8.count <= 100 && !$0.contains(where: \.isNewline) }) ?? true else {
                throw .member
            }
        }
    }

    private static func isHeader(_ line: String) -> Bool {
        guard let colon = line.firstIndex(of: ":"), colon != line.startIndex, line.utf8.count <= 1024 else { return false }
        let isName = line[..<colon].utf8.allSatisfy { (0x21...0x7E).contains($0) && !"()<>@,;\\\"/[]?={}".utf8.contains($0) }
        return isName && line.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}

/// Why it may not be used, as it ends "…: it".
enum FederatedCredentialError: Error, Sendable, Hashable, CustomStringConvertible {
    case path, header, member
    case address(EndpointError)

    var description: String {
        switch self {
        case .path: "it must be a whole path, such as /var/run/secrets/tokens/mandate: the service runs in another folder"
        case .header: "each header must be a name, a colon and a value in printable ASCII, such as \"Metadata: true\"; at most eight"
        case .member: "it must be the name of a member of the answer, such as access_token"
        case .address(.plainHTTP):
            "it must begin with https://; http is for this machine and for \(FederatedTokenAddress.metadataHosts[0]) alone"
        case .address(let error): error.description
        }
    }
}
