internal import Relay

extension FederatedCredential {
    /// As a list of texts: what it is, where, the member of the answer, and the headers.
    var columns: [String] {
        switch self {
        case .file(let path): ["file", path]
        case .address(let place): ["address", place.url, place.member ?? ""] + place.headers
        }
    }

    init(columns: [String]) throws {
        switch columns.first {
        case "file"? where columns.count == 2: self = .file(columns[1])
        case "address"? where columns.count >= 3:
            self = .address(
                FederatedTokenAddress(
                    url: columns[1], headers: Array(columns[3...]), member: columns[2].isEmpty ? nil : columns[2]))
        default: throw StoreFailure.damaged("a federated credential is neither a file nor an address")
        }
    }
}
