internal import ArgumentParser
internal import Relay
internal import SQLiteStore

/// The option of every `remove`.
struct CascadeOption: ParsableArguments {
    @Flag(help: "Remove what uses it as well.") var cascade = false
}

extension OpenedStore {
    /// With the providers told of the consents that go.
    func remove(_ key: EntityKey, _ option: CascadeOption) async throws {
        try await report { try await $0.remove([key], cascades: option.cascade, telling: revoker) }
    }
}
