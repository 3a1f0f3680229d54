internal import Crypto
package import Relay
internal import struct FoundationEssentials.Date

/// A person's changes to the directory, worked out from the snapshot and applied where it still holds; the API and the console change things through
/// here alone.
package struct DirectoryEditing: Sendable {
    package struct Plan {
        package var changes: [DirectoryChange] = []
        package var secrets: [SecretChange] = []
        /// Removes what refers to a removed thing too.
        package var cascades = false

        package init(changes: [DirectoryChange] = [], secrets: [SecretChange] = [], cascades: Bool = false) {
            self.changes = changes
            self.secrets = secrets
            self.cascades = cascades
        }
    }

    private let dependencies: WebDependencies
    private let person: String
    /// Everything is judged as if, and nothing is kept.
    private let isTrial: Bool

    package init(dependencies: WebDependencies, person: String, isTrial: Bool = false) {
        self.dependencies = dependencies
        self.person = person
        self.isTrial = isTrial
    }

    /// How often a plan is made anew because someone else changed the directory meanwhile.
    private static let limit = 4

    /// Plans, and applies if the directory is still the one that was planned from. Returns once this service decides by it, too.
    package func edit(_ plan: (Directory) throws -> Plan) async throws {
        for attempt in 1...Self.limit {
            guard await dependencies.operations.follower.catchUp() else {
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
                await dependencies.operations.follower.catchUp()
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

    package func sealed(_ secret: Secret, _ name: SecretName) throws -> SecretChange {
        SecretChange(name: name, sealed: try dependencies.vault.seal(secret, for: name))
    }
}
