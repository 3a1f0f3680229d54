internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Holds what a store says at the end against what really happened.
struct WorldAudit: Sendable {
    let world: World
    let ledger: WorldLedger
    let provider: WorldProvider
    let base: MemoryStore
    let vault: Vault
    /// Nobody but one run ever had a message in hand.
    let isOfOneRun: Bool

    func look() async {
        let rows = await base.messages
        let journal = await base.journal.rows
        lookForLost(rows)
        for row in rows where !ledger.isWithdrawn(row.message.id) { look(at: row) }
        lookForDoubles(journal)
        if isOfOneRun, let entry = journal.first(where: { $0.entry.kind == .unknown }) {
            ledger.violate("what became of \(entry.entry.message?.text ?? "") is said to be unknown, and its only run never ended")
        }
        look(at: journal, rows)
        await lookForToken()
    }

    private func lookForLost(_ rows: [MemoryMessage]) {
        let known = Set(rows.map(\.message.id))
        for id in ledger.promised.keys.sorted() where !known.contains(id) && ledger.settled(id).isEmpty {
            ledger.violate("\(id) was accepted, and is nowhere")
        }
    }

    private func look(at row: MemoryMessage) {
        let id = row.message.id
        switch row.state {
        case .done:
            for recipient in row.message.envelope.recipients.map(\.address)
            where !ledger.deliveries.contains(where: { $0.message == id && $0.recipient == recipient }) {
                ledger.violate("\(id) is done, and \(recipient) never got it")
            }
        case .failed:
            let isOld = world.now.timeIntervalSince(row.message.acceptedAt) >= 5 * 86_400
            if ledger.refused(id).isEmpty, !isOld { ledger.violate("\(id) was given up, and nobody refused it: \(row.why)") }
        case .waiting, .claimed, .held: ledger.violate("\(id) is \(row.state) although all is well: \(row.why)")
        }
        for (index, outcome) in row.outcomes.enumerated() {
            let recipient = row.message.envelope.recipients[index].address
            if case .refused? = outcome, !ledger.refused(id).contains(recipient), row.state != .failed {
                ledger.violate("\(id) says that \(recipient) was refused, and nobody did")
            }
        }
    }

    /// Twice is once too often, unless the answer to the first was lost, or the journal says that it is not known what became of it.
    private func lookForDoubles(_ journal: [JournalRow]) {
        let unknown = Set(journal.filter { $0.entry.kind == .unknown }.compactMap(\.entry.message))
        var last: [String: WorldLedger.Delivery] = [:]
        for delivery in ledger.deliveries {
            let key = "\(delivery.message) \(delivery.recipient)"
            if let before = last.updateValue(delivery, forKey: key), before.wasHeard, !unknown.contains(delivery.message) {
                ledger.violate("\(delivery.message) went to \(delivery.recipient) twice, and no entry of the journal says why")
            }
        }
    }

    private func look(at journal: [JournalRow], _ rows: [MemoryMessage]) {
        let chain = JournalChain(key: MemoryJournal.key)
        var before = JournalChain.start
        for row in journal {
            let mac = chain.mac(of: row.entry, at: row.position, personalDigest: row.personalDigest, after: before)
            if mac != row.mac { return ledger.violate("the journal's chain breaks at \(row.position.number)") }
            before = row.mac
        }
        var accepted: [SpoolID: Int] = [:]
        var sent: Set<SpoolID> = []
        for entry in journal.map(\.entry) {
            guard let message = entry.message else { continue }
            if entry.kind == .accepted { accepted[message, default: 0] += 1 }
            if entry.kind == .attempted, entry.facts.contains(where: { $0.name == "recipient" && $0.value.hasPrefix("sent") }) {
                sent.insert(message)
            }
        }
        for row in rows {
            let id = row.message.id
            if accepted[id] != 1 { ledger.violate("\(id) has \(accepted[id] ?? 0) entries of its acceptance") }
            if !ledger.settled(id).isEmpty, !sent.contains(id) { ledger.violate("\(id) was sent, and no entry says so") }
        }
    }

    /// The successor of a refresh token that was given to a run that lives is in the store.
    private func lookForToken() async {
        guard let rotation = provider.rotation(of: FakeCompany.consent), let life = rotation.life, rotation.wasHeard, !life.isOver else {
            return
        }
        // It may have been given this very moment.
        await world.wait(120, exactly: true)
        guard provider.rotation(of: FakeCompany.consent)?.text == rotation.text, !life.isOver else { return }
        let name = SecretName(.refreshToken, of: FakeCompany.consent.text)
        guard let sealed = await base.book.secrets[name], let secret = try? vault.open(sealed, for: name) else {
            return ledger.violate("the refresh token does not open")
        }
        if secret.revealText() != rotation.text { ledger.violate("\(rotation.text) was given to \(life.incarnation), and is lost") }
    }
}
