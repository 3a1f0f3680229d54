/// What a store tells of its journal's chain to whoever proves it: the rows as they lie there, and what listings go by.
package protocol JournalChainStore: Sendable {
    func strands() async throws(StoreFailure) -> [String]
    func rows(of strand: String, from: Int64, limit: Int) async throws(StoreFailure) -> [JournalRow]
    /// The first entry of a range that a listing would not find, or would find elsewhere.
    func misfiled(in strand: String, from: Int64, through: Int64) async throws(StoreFailure) -> Int64?
    func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed?
}

/// Walks a store's journal from its first entry to its last, strand by strand, and stops where it is not what it was.
package struct JournalWalk: Sendable {
    package struct Broken: Error, Sendable, CustomStringConvertible {
        let strand: String
        let why: JournalProof.Break

        package var description: String { why.sentence(strand) }
    }

    private let store: any JournalChainStore
    private let vault: Vault

    package init(store: any JournalChainStore, vault: Vault) {
        self.store = store
        self.vault = vault
    }

    /// Rows at a time: a strand of years is walked in constant memory.
    private static let page = 1000

    package func strands() async throws -> [String] {
        do throws(StoreFailure) {
            let strands = try await store.strands()
            if !strands.isEmpty { return strands }
        } catch {
            guard case .damaged(let why) = error else { throw error }
            throw Broken(strand: "", why: .unreadable(after: 0, why))
        }
        throw Broken(strand: "", why: .empty)
    }

    /// `advance` hears the number of the last entry that was looked at.
    package func prove(_ strand: String, _ mark: Checkpoint.Mark? = nil, advance: (Int64) -> Void = { _ in }) async throws -> JournalProof {
        let name = SecretName(.journalKey, of: strand)
        guard let sealed = try await store.secret(name) else { throw Broken(strand: strand, why: .keyless) }
        var proof = JournalProof(strand: strand, key: try vault.open(sealed, for: name).reveal(), checkpoint: mark)
        while case let rows = try await rows(behind: proof), !rows.isEmpty {
            let before = proof.number
            for row in rows {
                if let broken = proof.check(row) { throw Broken(strand: strand, why: broken) }
            }
            if let number = try await store.misfiled(in: strand, from: before, through: proof.number) {
                throw Broken(strand: strand, why: .misfiled(number))
            }
            advance(proof.number)
        }
        if let broken = proof.finish() { throw Broken(strand: strand, why: broken) }
        return proof
    }

    /// The next page; the first begins before every number, where nothing may stand. A row that cannot be read is looked for one by one.
    private func rows(behind proof: JournalProof) async throws -> [JournalRow] {
        let from = proof.number == 0 ? Int64.min : proof.number + 1
        do throws(StoreFailure) {
            return try await store.rows(of: proof.strand, from: from, limit: Self.page)
        } catch {
            guard case .damaged = error else { throw error }
        }
        do throws(StoreFailure) {
            return try await store.rows(of: proof.strand, from: from, limit: 1)
        } catch {
            guard case .damaged(let why) = error else { throw error }
            throw Broken(strand: proof.strand, why: .unreadable(after: proof.number, why))
        }
    }
}
