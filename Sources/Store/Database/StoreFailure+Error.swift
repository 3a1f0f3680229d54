package import Relay

/// What went wrong, as a store says it. Engines throw nothing else; this is for what rules and the vault throw.
extension StoreFailure {
    package init(_ error: any Error) {
        switch error {
        case let failure as StoreFailure: self = failure
        case let error as VaultError: self.init(vault: error)
        case let error as UnknownCommit: self = .unavailable(error.words)
        default: self = .unavailable("\(error)")
        }
    }

    private init(vault error: VaultError) {
        switch error {
        case .otherKey, .badKey: self = .wrongKey
        case .doesNotOpen(let name): self = .damaged("the \(name) does not open: it was damaged or moved from another row")
        case .cannotSeal: self = .unavailable(error.description)
        }
    }

    /// Whether it can concern every write of a batch, or only the one that met it.
    var spoilsBatch: Bool {
        switch self {
        case .busy, .full, .damaged, .unavailable, .wrongKey: true
        case .claimLost, .notFound, .conflict, .repeated, .overQuota, .editionMoved, .keyMoved: false
        }
    }
}
