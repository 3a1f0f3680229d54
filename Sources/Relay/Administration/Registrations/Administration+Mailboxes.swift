internal import Mail

/// Accounts that messages are sent through: single ones, and families whose every address is one.
extension Administration {
    /// Saying again that there is one does not switch it on, nor does another spelling of its address make another login.
    func settle(_ mailbox: Mailbox, replacing before: DirectoryEntity?, _ manner: Manner, _ said: Particulars) -> Mailbox {
        guard manner == .added, case .mailbox(let known)? = before else { return mailbox }
        var mailbox = mailbox
        if !said.says("enabled") { mailbox.isEnabled = known.isEnabled }
        if !said.says("login") { mailbox.login = known.login }
        return mailbox
    }

    func settle(_ family: Family, replacing before: DirectoryEntity?, _ manner: Manner, _ said: Particulars) -> Family {
        guard manner == .added, case .family(let known)? = before, !said.says("enabled") else { return family }
        var family = family
        family.isEnabled = known.isEnabled
        return family
    }

    /// A mailbox below an application, with a grant of its own: of a consent whoever owns the account is to give it. Both or neither.
    package func add(_ said: Particulars, below application: Application, by kind: Grant.Kind) throws(AdministrationRefusal) -> Plan {
        let address: String = if case .text(let text)? = said["address"] { text } else { "" }
        let login: String = if case .text(let text)? = said["login"] { text } else { address }
        let names = Set(directory.allGrants.flatMap { [$0.name, $0.id.text] })
        let name = [application.name, address, "\(application.name) \(address)"].first { !$0.isEmpty && !names.contains($0) }
        let grant = try add(
            Particulars(
                .grant,
                [
                    "name": name, "kind": kind.rawValue, "application": application.id.text,
                    "principal": kind == .consent && !login.isEmpty ? login : nil,
                ]))
        var said = said
        said["grant"] = grant.subject.map { .text($0.key.id) }
        return grant.followed(by: try after(grant).add(said))
    }

    /// The way on: the consent that its grant still needs, or a first look.
    func follow(_ plan: inout Plan, with mailbox: Mailbox, from before: DirectoryEntity?) {
        guard plan.outcome != .unchanged else { return }
        let known: Mailbox? = if case .mailbox(let known)? = before { known } else { nil }
        for other in directory.mailboxes(with: mailbox.address).sorted(by: { $0.id < $1.id }) where other.id != mailbox.id {
            plan.warnings.append("mailbox \(other.id) has this address, too, with the login \(other.login): mail may go through either")
        }
        guard let grant = directory.grant(mailbox.grant), grant.kind == .consent else {
            if known == nil { plan.next.append(.command("mandate mailboxes check \(mailbox.address.description.shellQuoted)")) }
            return
        }
        let authorize = Plan.Step.consent(grant.name)
        if mailbox.isRead, known?.isRead == false {
            plan.notes.append("whoever consents is asked for reading, too, from the next consent on")
            plan.next.append(authorize)
        } else if known?.grant != mailbox.grant {
            plan.due.append(Plan.Due(secret: SecretName(.refreshToken, of: grant.id.text), step: authorize))
        }
    }

    func follow(_ plan: inout Plan, with family: Family) {
        guard plan.outcome == .added else { return }
        plan.notes.append("each of its addresses is a mailbox: `mandate mailboxes check ADDRESS` tries one")
    }

    /// A mailbox or a family, by whatever it is known by.
    package func mailboxOrFamily(_ text: String) throws(AdministrationRefusal) -> DirectoryEntity { try directory.mailboxOrFamily(text) }

    /// Lifts what stopped a mailbox or the addresses of a family, over one transport or all, on a person's word.
    package func resume(_ row: ConcreteMailbox.Row, over transport: Transport? = nil) throws(AdministrationRefusal) -> Plan {
        let key: EntityKey
        switch row {
        case .mailbox(let id): key = EntityKey(.mailbox, id.text)
        case .family(let id): key = EntityKey(.family, id.text)
        }
        let entity = try existing(key)
        return resume(
            Snapshot(directory: directory, conditions: conditions).resuming(row, over: transport, at: now), of: key,
            "\(key.kind.noun) \(entity.title)")
    }

    /// The same by name; an address of a family stands for its own mailbox.
    package func resume(_ name: String, over transport: String? = nil) throws(AdministrationRefusal) -> Plan {
        let transport = try transport.map { text throws(AdministrationRefusal) in try self.transport(text) }
        if directory.mailbox(MailboxID(trusted: name)) == nil, case .family(let family)? = try? mailboxOrFamily(name),
            (try? EmailAddress(name)) == nil
        {
            return try resume(.family(family.id), over: transport)
        }
        let mailbox = try account(name)
        if directory.mailbox(mailbox.id) != nil { return try resume(.mailbox(mailbox.id), over: transport) }
        return resume(
            directory.account(of: mailbox).map { conditions.lifting($0, over: transport) } ?? [], of: EntityKey(.mailbox, mailbox.id.text),
            "mailbox \(mailbox.address)")
    }

    private func resume(_ lifted: [Observation], of key: EntityKey, _ title: String) -> Plan {
        guard !lifted.isEmpty else { return .unchanged("nothing stops \(title)") }
        var plan = Plan(.changed, "mail tries \(title) again")
        plan.observations = lifted
        plan.journal = [entry("resumed", of: key)]
        return plan
    }

    private func transport(_ text: String) throws(AdministrationRefusal) -> Transport {
        do throws(DocumentError) { return try DocumentReader(.text(text), path: "transport").choice(Transport.self) } catch {
            throw AdministrationRefusal(error, of: .mailbox)
        }
    }
}

extension Directory {
    /// A mailbox or a family, by whatever it is known by.
    package func mailboxOrFamily(_ text: String) throws(AdministrationRefusal) -> DirectoryEntity {
        if let mailbox = mailbox(MailboxID(trusted: text)) { return .mailbox(mailbox) }
        if let family = family(FamilyID(trusted: text)) { return .family(family) }
        do throws(AdministrationRefusal) { return .mailbox(try find(Mailbox.self, text)) } catch {
            guard error.code == .notFound else { throw error }
            do throws(AdministrationRefusal) { return .family(try find(Family.self, text)) } catch let other {
                throw other.code == .notFound ? error : other
            }
        }
    }

    /// The same address by the same login: the same account at the provider.
    func twin(of mailbox: Mailbox) -> Mailbox? {
        mailboxes(with: mailbox.address).first { $0.login.lowercased() == mailbox.login.lowercased() && $0.id != mailbox.id }
    }

    /// Has the name that only one may have.
    func twin(of family: Family) -> Family? { allFamilies.first { $0.name == family.name && $0.id != family.id } }
}
