internal import HTTPTypes
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Granting and denying, and taking both back. What a form says is read like a document of the API, so one set of rules holds.
extension IdentitiesView {
    static let grantFields = ["mailbox", "covers", "valid_from", "valid_until"]
    static let denyFields = ["mailbox", "covers"]
    /// Characters: a ticket and a sentence, not a story.
    private static let longestReason = 1000

    func grant() async throws -> ConsoleAnswer {
        var typed = typed(["mailbox", "covers", "kind", "priority", "valid_from", "valid_until", "reason"])
        if visit.form.isTicked("allow_unaligned") { typed.values["allow_unaligned"] = "yes" }
        requireBoth(&typed)
        var granted: Delegation?
        if !typed.isWrong {
            do {
                try await visit.editing.edit { directory in
                    let delegation = try settled(try delegation(typed, directory), directory)
                    granted = delegation
                    guard directory.delegation(delegation.id) != delegation else { return .init() }
                    return .init(changes: [.put(.delegation(delegation))])
                }
            } catch let error as DocumentError { typed.note(error, in: Self.grantFields) }
        }
        guard let granted else { return .page(try await page(grant: typed, status: .unprocessableContent)) }
        return .redirect("/identities", notice(granted))
    }

    private func delegation(_ typed: Typed, _ directory: Directory) throws -> Delegation {
        var generator = visit.office.accept.generator()
        var entries: [DocumentValue.Entry] = [.init("id", .text(DelegationID(prefix: "del", using: &generator).text))]
        for field in ["mailbox", "covers", "priority", "valid_from", "valid_until", "reason"] {
            if let text = typed.values[field] { entries.append(.init(field, .text(text))) }
        }
        entries.append(.init("kind", .text(typed.values["kind"] ?? Delegation.Kind.sendAs.rawValue)))
        entries.append(.init("allows_unaligned", .flag(typed.values["allow_unaligned"] != nil)))
        guard case .delegation(let delegation)? = try read(entries, as: .delegation, in: directory) else {
            throw Problem(.fault, "nothing was read")
        }
        return delegation
    }

    /// The same again stays as it is, with who granted it and when; with other values it is granted anew, in place of the one before.
    private func settled(_ new: Delegation, _ directory: Directory) throws -> Delegation {
        let before = directory.allDelegations.first {
            $0.mailbox == new.mailbox && $0.covers == new.covers && $0.kind == new.kind
        }
        guard let before else { return new }
        var same = new.named(before.id)
        same.grantedBy = before.grantedBy
        same.grantedAt = before.grantedAt
        return same == before ? before : new.named(before.id)
    }

    func deny() async throws -> ConsoleAnswer {
        var typed = typed(["mailbox", "covers", "reason"])
        requireBoth(&typed)
        if typed.values["mailbox"] == "*", typed.values["covers"] == "*" {
            typed.errors["covers"] = "With * for both, all mail would stop. Disable the mailboxes instead."
        }
        var denied: Deny?
        if !typed.isWrong {
            do {
                try await visit.editing.edit { directory in
                    let deny = try deny(typed, directory)
                    denied = deny
                    return directory.deny(deny.id) == deny ? .init() : .init(changes: [.put(.deny(deny))])
                }
            } catch let error as DocumentError { typed.note(error, in: Self.denyFields) }
        }
        guard let denied else { return .page(try await page(deny: typed, status: .unprocessableContent)) }
        let who = denied.mailbox.map { visit.directory.mailbox($0)?.address.description ?? $0.text }
        return .redirect(
            "/identities",
            .good("\(who.map { "\($0) may no longer" } ?? "Nobody may") send for \(denied.covers), whatever is granted."))
    }

    private func deny(_ typed: Typed, _ directory: Directory) throws -> Deny {
        var generator = visit.office.accept.generator()
        var entries: [DocumentValue.Entry] = [.init("id", .text(DenyID(prefix: "deny", using: &generator).text))]
        for field in ["mailbox", "covers", "reason"] {
            if let text = typed.values[field] { entries.append(.init(field, .text(text))) }
        }
        guard case .deny(let deny)? = try read(entries, as: .deny, in: directory) else { throw Problem(.fault, "nothing was read") }
        let before = directory.allDenials.first { $0.mailbox == deny.mailbox && $0.covers == deny.covers }
        return before.map { Deny(id: $0.id, mailbox: deny.mailbox, covers: deny.covers, reason: deny.reason) } ?? deny
    }

    private func read(_ entries: [DocumentValue.Entry], as kind: EntityKind, in directory: Directory) throws -> DirectoryEntity? {
        try EntityForm.read(
            [DocumentReader(.map(entries))], as: kind, in: directory,
            usual: DirectoryDocument.Usual(grantedBy: visit.person, grantedAt: now)
        ).first
    }

    private func typed(_ fields: [String]) -> Typed {
        var typed = Typed()
        for field in fields { typed.values[field] = visit.form[field] }
        if let reason = typed.values["reason"], reason.count > Self.longestReason || reason.contains(where: \.isNewline) {
            typed.error = "A reason is one line of at most \(Self.longestReason) characters."
        }
        return typed
    }

    private func requireBoth(_ typed: inout Typed) {
        if typed.values["mailbox"] == nil { typed.errors["mailbox"] = "Name a mailbox." }
        if typed.values["covers"] == nil { typed.errors["covers"] = "Give an address, or @domain." }
    }
}

/// Taking back.
extension IdentitiesView {
    func revoke() async throws -> ConsoleAnswer {
        var words = ""
        return try await takingBack {
            try await visit.editing.edit { directory in
                let id = DelegationID(trusted: visit.path("id"))
                guard let delegation = directory.delegation(id) else { throw Problem(.notFound, "this right was taken back already") }
                try check(EntityTag.of(.delegation(delegation)))
                let mailbox = directory.mailbox(delegation.mailbox)?.address.description ?? delegation.mailbox.text
                words = "\(mailbox) may no longer send for \(delegation.covers). Messages in the queue take the next route."
                return .init(changes: [.remove(EntityKey(.delegation, id.text))])
            }
            return words
        }
    }

    func removeDeny() async throws -> ConsoleAnswer {
        var words = ""
        return try await takingBack {
            try await visit.editing.edit { directory in
                let id = DenyID(trusted: visit.path("id"))
                guard let deny = directory.deny(id) else { throw Problem(.notFound, "this deny entry was removed already") }
                try check(EntityTag.of(.deny(deny)))
                words = "The deny entry for \(deny.covers) is gone. What was granted holds again."
                return .init(changes: [.remove(EntityKey(.deny, id.text))])
            }
            return words
        }
    }

    private func check(_ tag: String) throws(Problem) {
        guard EntityTag.matches(visit.form["etag"] ?? "", tag) else {
            throw Problem(.changedMeanwhile, "somebody changed it since this page was loaded; look at it, and repeat")
        }
    }

    /// What is gone or changed is no error of the visitor's: the page says how things stand now.
    private func takingBack(_ work: () async throws -> String) async throws -> ConsoleAnswer {
        do { return .redirect("/identities", .good(try await work())) } catch let problem as Problem
            where problem.kind == .changedMeanwhile || problem.kind == .notFound
        {
            return .page(try await page(status: problem.kind.status, notice: .bad(problem.detail.sentence)))
        }
    }

    /// That it holds here, what the provider needs, and how long that takes.
    private func notice(_ delegation: Delegation) -> Notice {
        let directory = visit.directory
        guard let mailbox = directory.mailbox(delegation.mailbox) else { return .good("It is granted.") }
        var words = "\(mailbox.address) may now send for \(delegation.covers) (\(delegation.kind.rawValue))."
        guard let provider = GrantSource(mailbox.grant, in: directory)?.provider else { return .good(words) }
        if provider.habits.propagation > 0, now < delegation.grantedAt.addingTimeInterval(provider.habits.propagation) {
            words +=
                " \(provider.name) needs up to \(Words.span(provider.habits.propagation)); until then it is pending."
        }
        guard case .address(let address) = delegation.covers else { return .good(words) }
        if provider.kind != .custom { words += " At the provider: \(step(delegation.kind, address, mailbox, provider.kind))" }
        let known = mailbox.transports.contains { transport in
            let key = StandingKey(login: mailbox.login, from: address, transport: transport)
            return visit.office.shelf.current.conditions.standing(key)?.isInTheWay == true
        }
        return known ? .wait(words + " The provider has refused this pair before: probe or clear it afterwards.") : .good(words)
    }

    private func step(_ kind: Delegation.Kind, _ address: EmailAddress, _ mailbox: Mailbox, _ provider: ProviderKind) -> String {
        switch kind {
        case .sendAs where provider == .microsoft: ProviderSteps.sendAs(address.description, by: mailbox.login)
        case .sendAs: Remedy.permission(.sendAs, of: address, to: mailbox.login, provider)
        case .onBehalf: Remedy.permission(.onBehalf, of: address, to: mailbox.login, provider)
        case .alias: Remedy.permission(.alias, of: address, to: mailbox.login, provider)
        }
    }
}

extension Delegation {
    fileprivate func named(_ id: DelegationID) -> Delegation {
        Delegation(
            id: id, mailbox: mailbox, covers: covers, kind: kind, priority: priority, validFrom: validFrom, validUntil: validUntil,
            grantedBy: grantedBy, grantedAt: grantedAt, reason: reason, allowsUnaligned: allowsUnaligned)
    }
}
