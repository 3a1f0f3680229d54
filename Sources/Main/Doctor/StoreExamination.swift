internal import Relay
internal import Store

/// What the doctor looks at beside what is decided and observed: the store's own, its queue, the service and its files. The store and its key are open already,
/// so that both are in order is known.
struct StoreExamination {
    let opened: OpenedStore

    /// Whether a service has the store at this moment.
    func isServed() throws(CommandFailure) -> Bool { try FolderLock.isServed(folder) }

    func findings(isServed: Bool) async throws -> [Finding] {
        let live = opened.live
        let directory = try await opened.store.directory()
        let snapshot = Snapshot(directory: directory, conditions: try await opened.store.conditions(of: nil))
        let examination = try await AuditEvidence(snapshot, from: opened.store).examination(at: live.now())
        let queue = Examination.queue(try await opened.store.depth(), isServed: isServed, in: directory, at: live.now())
        let tenants = try await opened.store.tenantFindings(of: snapshot, at: live.now())
        return try await journal() + examination.findings + tenants + queue + service(directory)
    }

    /// The store's own.
    var folder: String { opened.store.folder }

    /// Its head must open with its key; the whole chain is `audit verify`'s work.
    private func journal() async throws -> [Finding] {
        var findings: [Finding] = []
        for strand in try await opened.store.strands() {
            let name = SecretName(.journalKey, of: strand)
            guard let sealed = try await opened.store.secret(name) else {
                findings.append(Finding("journal \(strand)", "its key is gone", fix: "mandate audit verify"))
                continue
            }
            do throws(VaultError) { _ = try opened.vault.open(sealed, for: name) } catch {
                findings.append(Finding("journal \(strand)", error.description, fix: "give the key file the store was made with"))
            }
        }
        return findings
    }
}
