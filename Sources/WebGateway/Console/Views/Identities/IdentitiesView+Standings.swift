internal import HTTPTypes
internal import Mail
internal import Relay

/// Asking the provider about a pair, and forgetting what it said.
extension IdentitiesView {
    /// Over the way the mailbox's mail leaves by.
    func probe() async throws -> ConsoleAnswer {
        let (row, from) = try pair()
        guard case .mailbox(let mailbox) = row else {
            throw Problem(.invalid, "a family's address sends as itself: check its grant instead", place: "mailbox")
        }
        let key = StandingKey(login: mailbox.login, from: from, transport: mailbox.firstTransport)
        let before = visit.office.shelf.current.conditions.standing(key)
        let standing: Standing?
        do throws(StoreFailure) { standing = try await visit.office.operations.probe(key, mailbox, visit.person) } catch {
            guard case .unavailable = error else { throw error }
            return .redirect(href(from), .bad("The probe could not be made; the service's log says why."))
        }
        _ = await visit.office.operations.catchUp()
        return .redirect(href(from), notice(standing, isNew: standing != before, "\(mailbox.address)", from))
    }

    private func notice(_ standing: Standing?, isNew: Bool, _ mailbox: String, _ from: EmailAddress) -> Notice {
        switch standing {
        case .proven(_, let how)?: .good("\(mailbox) may send as \(from): \(how).")
        case .doubted(let doubt)?:
            .wait("It is not known for sure whether \(mailbox) may send as \(from): it was refused with \(doubt.code); \(doubt.prospect).")
        case .denied(_, let code)?: .bad("\(mailbox) may not send as \(from): \(code).")
        case .rewritten(_, let to)?: .bad("\(mailbox) may not send as \(from): the test message arrived from \(to).")
        case .pending?:
            .wait("\(mailbox) may not send as \(from) yet\(isNew ? ": the provider refused it" : ""). It is pending, and is tried again.")
        case .declared?, nil: .wait("It is not known whether \(mailbox) may send as \(from): the provider did not say.")
        }
    }

    func clear() async throws -> ConsoleAnswer {
        let (row, from) = try pair()
        let mailbox = row.account(of: from, visit.directory)
        let conditions = visit.office.shelf.current.conditions
        let keys = mailbox.transports.map { StandingKey(login: mailbox.login, from: from, transport: $0) }
            .filter { conditions.standing($0) != nil }
        guard !keys.isEmpty else { return .redirect(href(from), .wait("There was nothing to clear: it is as people declared it.")) }
        let desk = StandingDesk(office: visit.office, person: visit.person)
        for key in keys { try await desk.clear(key, of: mailbox) }
        return .redirect(href(from), .good("Cleared: mail from \(from) tries \(mailbox.address) again."))
    }

    private func href(_ from: EmailAddress) -> String { "/identities?q=\(PercentCoding.encode(from.description))" }

    fileprivate enum Row {
        case mailbox(Mailbox)
        case family(Family)

        /// The account behind it, which a family has one of for each address.
        func account(of address: EmailAddress, _ directory: Directory) -> Mailbox {
            switch self {
            case .mailbox(let mailbox): mailbox
            case .family(let family): directory.account(address, of: family)
            }
        }
    }

    /// What the row's hidden fields say.
    private func pair() throws(Problem) -> (Row, EmailAddress) {
        let id = visit.form.raw("mailbox")
        let row: Row
        if let mailbox = visit.directory.mailbox(MailboxID(trusted: id)) {
            row = .mailbox(mailbox)
        } else if let family = visit.directory.family(FamilyID(trusted: id)) {
            row = .family(family)
        } else {
            throw Problem(.notFound, "there is no such mailbox any more", place: "mailbox")
        }
        do throws(AddressError) { return (row, try EmailAddress(visit.form.raw("from"))) } catch {
            throw Problem(.invalid, "this is no address: \(error)", place: "from")
        }
    }
}
