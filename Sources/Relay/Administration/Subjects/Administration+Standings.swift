package import Mail
internal import struct FoundationEssentials.Date

/// What is observed, as far as a person has a say in it: standings are forgotten and asked for.
extension Administration {
    /// A mailbox, an address in From and a way: what a provider is asked about.
    package struct Pair: Sendable {
        package let mailbox: Mailbox
        package let account: Account
        package let from: EmailAddress
        package let transports: [Transport]

        package var keys: [StandingKey] { transports.map { StandingKey(account, from: from, transport: $0) } }

        /// A family's address has the id of its family.
        fileprivate func row(in directory: Directory) -> ConcreteMailbox.Row {
            directory.mailbox(mailbox.id) == nil ? .family(FamilyID(trusted: mailbox.id.text)) : .mailbox(mailbox.id)
        }
    }

    /// What has to be read for a pair.
    package static func slice(mailbox: String, from: String) -> DirectorySlice {
        var slice = DirectorySlice()
        slice.add(address: mailbox)
        slice.add(address: from)
        return slice
    }

    /// `transport` nil: all of the mailbox's.
    package func pair(mailbox: String, from: String, over transport: String? = nil) throws(AdministrationRefusal) -> Pair {
        let found = try account(mailbox, for: from)
        guard let account = directory.account(of: found) else {
            throw AdministrationRefusal(.invalid, "the grant of \(found.address) leads to no provider", at: "mailbox", of: .mailbox)
        }
        do throws(DocumentError) {
            let from = try DocumentReader(.text(from), path: "from").address()
            let only = try transport.map { text throws(DocumentError) in
                try DocumentReader(.text(text), path: "transport").choice(Transport.self)
            }
            return Pair(mailbox: found, account: account, from: from, transports: only.map { [$0] } ?? found.transports)
        } catch { throw AdministrationRefusal(error, of: .mailbox) }
    }

    /// Forgets what is known of a pair: mail tries it again, and finds out anew. What stopped the mailbox's ways is lifted, too, or mail could not try it.
    package func clear(_ pair: Pair) -> Plan {
        let known = pair.keys.filter { conditions.standing($0) != nil }
        let lifted = Set(pair.keys.flatMap { conditions.lifting($0.account, over: $0.transport) })
        guard !known.isEmpty || !lifted.isEmpty else {
            return .unchanged("nothing is known of \(pair.mailbox.address) sending as \(pair.from)")
        }
        var plan = Plan(.removed, "forgotten: \(pair.mailbox.address) is tried with \(pair.from) again")
        plan.observations = known.map { .standing($0, nil) } + lifted
        foresee(pair, &plan)
        plan.journal = [
            entry(
                "cleared", of: EntityKey(.mailbox, pair.mailbox.id.text),
                [.init(.mailbox, pair.mailbox.login), .init(.from, pair.from.description)])
        ]
        return plan
    }

    /// What was known of it need not be all that stands in its way: says what the decider will make of it then.
    private func foresee(_ pair: Pair, _ plan: inout Plan) {
        var after = conditions
        after.apply(plan.observations, revision: conditions.revision)
        let decider = Decider(directory: directory, conditions: after, transports: Set(pair.transports))
        let (mailbox, from) = (pair.mailbox.address, pair.from)
        guard let outlook = decider.outlook(of: pair.row(in: directory), as: from, at: now) else {
            plan.words = "forgotten"
            plan.warnings.append("nothing lets \(mailbox) send as \(from), so no mail is tried that way")
            return
        }
        guard !outlook.isOpen else { return }
        plan.words = "forgotten what was known of \(mailbox) sending as \(from)"
        if case .onBehalfUnproven? = outlook.strike {
            plan.warnings.append(Self.unproven)
        } else {
            plan.warnings.append("no mail takes it: \(outlook.strike?.description ?? outlook.reason)")
        }
        for step in outlook.remedy?.steps ?? [] {
            switch step.kind {
            case .command, .look: plan.next.append(.command(step.text))
            case .provider: plan.next.append(.atProvider(step.line))
            case .words: plan.notes.append(step.line)
            }
        }
    }

    /// Keeps what a probe came to, where it changes what is known; a message that got out also ends what was held against its way.
    package func note(_ outcome: ProbeOutcome, of keys: [StandingKey], _ mailbox: Mailbox) -> Plan {
        var plan = Plan.unchanged("nothing else is known of \(mailbox.address)")
        for key in keys {
            let before = conditions.standing(key) ?? .declared
            let standing = before.probed(outcome, isOwn: key.from == mailbox.address, at: now)
            let lifted = outcome.hasSent ? conditions.lifting(key.account, over: key.transport) : []
            guard standing != before || !lifted.isEmpty else { continue }
            plan.outcome = .changed
            plan.words = "probed: \(outcome.word)"
            plan.observations += [.standing(key, standing)] + lifted
            plan.journal.append(
                entry(
                    "probed: \(outcome.word)", of: mailbox.entity.key,
                    [.init(.mailbox, mailbox.login), .init(.from, key.from.description)]))
        }
        return plan
    }

    /// Keeps what a sign-in came to (`diagnosis` nil: it was let in) as if mail had met it; one that works ends what was known against the account.
    package func note(signIn diagnosis: Diagnosis?, of mailbox: Mailbox, _ account: Account) -> Plan {
        let observations: [Observation]
        switch diagnosis?.verdict {
        case .transportStopped(let seconds)?, .mailboxStopped(let seconds)?: observations = [stop(account, seconds, diagnosis)]
        case .tokenRejected?: observations = [stop(account, 900, diagnosis)]
        case .sent?, .retry?, .refused?, .denied?: observations = []
        case nil: observations = conditions.lifting(account, over: .smtp)
        }
        guard !observations.isEmpty else { return .unchanged("nothing else is known of \(mailbox.address)") }
        var plan = Plan(.changed, "checked: \(diagnosis?.meaning.rawValue ?? "it signs in")")
        plan.observations = observations
        plan.journal = [entry(plan.words, of: mailbox.entity.key)]
        return plan
    }

    private func stop(_ account: Account, _ seconds: Double, _ diagnosis: Diagnosis?) -> Observation {
        .mailbox(
            account, over: .smtp, .stopped(until: now.addingTimeInterval(seconds), reason: diagnosis?.cause ?? "", failures: 1))
    }

    /// A mailbox, or the account of one address of a family, by whatever it is known by. A family named by its own name stands for the account of `address`.
    package func account(_ text: String, for address: String? = nil) throws(AdministrationRefusal) -> Mailbox {
        if directory.mailbox(MailboxID(trusted: text)) == nil {
            if let own = try? EmailAddress(text), directory.mailboxes(with: own).isEmpty, let family = directory.family(of: own) {
                return directory.mailbox(own, of: family)
            }
            if let family = try? directory.find(Family.self, text), (try? directory.find(Mailbox.self, text)) == nil {
                guard let member = address.flatMap({ try? EmailAddress($0) }), family.members.contains(where: { $0.matches(member) }) else {
                    throw AdministrationRefusal(
                        .invalid, "\(family.name) is a family, where each address is a mailbox of its own", fix: "name one of them",
                        at: "mailbox", of: .family)
                }
                return directory.mailbox(member, of: family)
            }
        }
        return try directory.find(Mailbox.self, text, at: "mailbox")
    }
}
