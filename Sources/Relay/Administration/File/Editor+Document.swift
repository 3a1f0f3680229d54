package import struct FoundationEssentials.Date

/// A whole directory at once, all or none.
extension Editor {
    /// What may go that the file does not speak of.
    package struct Pruning: Sendable {
        /// By id or name: what holds a secret goes only if it is named, since no file brings that back.
        package let forgetting: Set<String>

        package init(forgetting: Set<String> = []) { self.forgetting = forgetting }
    }

    /// What a file would change, before it is done.
    package struct Proposal: Sendable {
        package let plan: Plan
        package let before: Snapshot

        package var difference: DirectoryDifference { DirectoryDifference(plan.changes, in: before.directory) }

        package func impact(on mail: MailInUse, at now: Date, progress: (Int) -> Void = { _ in }) -> RouteImpact {
            var after = before.directory
            after.apply(plan.changes, edition: before.directory.edition)
            return RouteImpact(
                from: before, to: Snapshot(directory: after, conditions: before.conditions), mail: mail, at: now, progress: progress)
        }
    }

    /// `pruning`: what the file does not speak of goes; nil: it stays. `expecting`: refused where the directory is at another edition; that of the file holds, too.
    /// `showing`: hears what is going to be done, and then exactly that is: if somebody changes the directory in between, it is refused.
    @discardableResult
    package func bring(
        _ document: DirectoryDocument, pruning: Pruning? = nil, expecting edition: Edition? = nil, isTrial: Bool = false,
        telling revoker: any ConsentRevoker, showing: ((Proposal) async throws -> Void)? = nil
    ) async throws -> Done {
        var slice = DirectorySlice()
        slice.isWhole = true
        var shown: Edition?
        return try await ending(slice, isTrial: isTrial, telling: revoker) { administration in
            let directory = administration.directory
            for expected in [edition, document.edition, shown].compactMap(\.self) where expected != directory.edition {
                throw AdministrationRefusal(
                    .changedMeanwhile, "the directory is at edition \(directory.edition), and this was made of edition \(expected)",
                    fix: "`mandate export` writes the directory as it is now; bring your changes into that")
            }
            let plan = try administration.bring(document, pruning: pruning != nil)
            if let pruning { try await check(plan, pruning, directory) }
            if let showing {
                try await showing(Proposal(plan: plan, before: administration.snapshot))
                shown = directory.edition
            }
            return plan
        }
    }

    private func check(_ plan: Plan, _ pruning: Pruning, _ directory: Directory) async throws {
        let removed = Set(plan.changes.compactMap { if case .remove(let key) = $0 { key } else { nil } })
        for key in plan.gone where removed.contains(key) {
            guard let entity = directory.entity(key), try await holdsSecret(key) else { continue }
            let names = [key.id, entity.name].compactMap(\.self)
            guard names.allSatisfy({ !pruning.forgetting.contains($0) }) else { continue }
            throw AdministrationRefusal(
                .inUse, "\(key.kind.noun) \(entity.title) is not in the file and holds a secret, which no file brings back",
                fix: "name it to let it go: --forget \((entity.name ?? key.id).shellQuoted)", of: key.kind)
        }
    }

    private func holdsSecret(_ key: EntityKey) async throws(StoreFailure) -> Bool {
        let kinds: [SecretName.Kind] =
            switch key.kind {
            case .application: [.clientSecret, .privateKey]
            case .grant: [.refreshToken]
            case .setting, .user, .provider, .mailbox, .family, .delegation, .deny, .client: []
            }
        for kind in kinds where try await keeper.secret(SecretName(kind, of: key.id)) != nil { return true }
        return false
    }
}

extension DirectoryEntity {
    /// Of what holds a secret.
    fileprivate var name: String? {
        switch self {
        case .application(let application): application.name
        case .grant(let grant): grant.name
        case .setting, .user, .provider, .mailbox, .family, .delegation, .deny, .client: nil
        }
    }
}
