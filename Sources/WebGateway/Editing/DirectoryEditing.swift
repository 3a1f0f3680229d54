internal import Crypto
internal import Relay
internal import struct FoundationEssentials.Date

/// A person's changes to the directory, worked out from the snapshot and applied where it still holds; the API and the console change things through
/// here alone.
struct DirectoryEditing: Sendable {
    struct Plan {
        var changes: [DirectoryChange] = []
        var secrets: [SecretChange] = []
        /// Removes what refers to a removed thing too.
        var cascades = false
    }

    let dependencies: WebDependencies
    let person: String
    /// Everything is judged as if, and nothing is kept.
    var isTrial = false

    /// How often a plan is made anew because someone else changed the directory meanwhile.
    private static let limit = 4

    /// Plans, and applies if the directory is still the one that was planned from. Returns once this service decides by it, too.
    func edit(_ plan: (Directory) throws -> Plan) async throws {
        for attempt in 1...Self.limit {
            guard await dependencies.operations.catchUp() else {
                throw Problem(.unavailable, "the store cannot be read; the service's log says why")
            }
            let directory = dependencies.directory
            let plan = try plan(directory)
            guard !plan.changes.isEmpty || !plan.secrets.isEmpty else { return }
            var edit = DirectoryEdit(
                plan.changes, secrets: plan.secrets, by: person, at: dependencies.now, expecting: directory.edition, cascades: plan.cascades
            )
            edit.isTrial = isTrial
            do throws(StoreFailure) {
                _ = try await dependencies.store.apply(edit)
                if isTrial { return }
                _ = await dependencies.operations.catchUp()
                return
            } catch {
                guard attempt < Self.limit, isOvertaken(error) else { throw error }
            }
        }
    }

    /// The plan was made of what is no longer so, and can be made anew.
    private func isOvertaken(_ failure: StoreFailure) -> Bool {
        if case .keyMoved(let id) = failure { return dependencies.vault.use(id) }
        if case .editionMoved = failure { return true }
        return false
    }

    func sealed(_ secret: Secret, _ name: SecretName) throws -> SecretChange {
        SecretChange(name: name, sealed: try dependencies.vault.seal(secret, for: name))
    }
}
