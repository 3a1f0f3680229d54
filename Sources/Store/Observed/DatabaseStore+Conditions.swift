internal import Foundation
package import Mail
package import Relay

extension DatabaseStore: ConditionsStore {
    package func conditions(of addresses: Set<EmailAddress>?) async throws(StoreFailure) -> Conditions {
        try await read { transaction in
            let revision = try transaction.revisions().revision
            var observations =
                try transaction.health("state <> 'none'", []) + transaction.reports("until IS NOT NULL", [])
                + transaction.acknowledgements("until IS NOT NULL", []) + transaction.tenantPauses("until IS NOT NULL", [])
            if let addresses {
                let keys = ListText.write(addresses.map(\.key))
                observations += try transaction.standings(
                    "state <> 'none' AND addressKey IN (SELECT value FROM \(transaction.dialect.texts("?")))", [keys])
            } else {
                observations += try transaction.standings("state <> 'none'", [])
            }
            return Conditions(observations.map(\.observation), revision: revision)
        }
    }

    /// Only the last word on each thing; nothing is forgotten, so there is never a gap.
    package func observations(since revision: Int64) async throws(StoreFailure) -> (observations: [Observation], revision: Int64) {
        try await read { transaction in
            let now = try transaction.revisions().revision
            let found =
                try transaction.standings("revision > ?", [revision]) + transaction.health("revision > ?", [revision])
                + transaction.reports("revision > ?", [revision]) + transaction.acknowledgements("revision > ?", [revision])
                + transaction.tenantPauses("revision > ?", [revision])
            return (found.sorted { $0.revision < $1.revision }.map(\.observation), now)
        }
    }

    package func observe(_ observations: [Observation], journal: [JournalEntry]) async throws(StoreFailure) {
        try await write { transaction in
            try transaction.observe(observations)
            try transaction.append(journal)
        }
    }
}

/// An observation and the revision it was made at.
struct Observed {
    let observation: Observation
    let revision: Int64
}

extension Transaction {
    func revisions() throws -> (edition: Edition, changesFrom: Edition, revision: Int64) {
        let found = try first("SELECT edition, changesFrom, revision FROM meta") {
            (Edition(try $0.integer()), Edition(try $0.integer()), try $0.integer())
        }
        guard let found else { throw StoreFailure.damaged("the store's own row is missing") }
        return found
    }

    /// One revision for all that is observed together.
    func observe(_ observations: [Observation]) throws {
        guard !observations.isEmpty else { return }
        moves()
        let revision = try first("UPDATE meta SET revision = revision + 1 RETURNING revision") { try $0.integer() }
        guard let revision else { throw StoreFailure.damaged("the store's own row is missing") }
        for observation in observations {
            switch observation {
            case .standing(let key, let standing): try put(standing, of: key, revision: revision)
            case .mailbox(let account, let transport, let health):
                try put(HealthRow(health), kind: "mailbox", id: account.login, account.provider, transport, revision: revision)
            case .grant(let id, let health): try put(HealthRow(health), kind: "grant", id: id.text, revision: revision)
            case .application(let id, let health): try put(HealthRow(health), kind: "application", id: id.text, revision: revision)
            case .reported(let key, let report): try put(report, key, revision: revision)
            case .tenant(let lane, let pause): try put(pause, lane, revision: revision)
            case .acknowledged(let finding, let acknowledgement): try put(acknowledgement, finding, revision: revision)
            }
        }
    }

    /// What has a time ahead of `now` until which it holds.
    func passingObservations(after now: Date) throws -> [Observation] {
        let time = now.milliseconds
        let found =
            try standings("state = 'doubted' OR state = 'pending'", []) + health("state = 'stopped' AND at > ?", [time])
            + reports("until > ?", [time]) + tenantPauses("until > ?", [time])
        return found.map(\.observation)
    }

    private func put(_ standing: Standing?, of key: StandingKey, revision: Int64) throws {
        let row = StandingRow(standing)
        try run(
            """
            INSERT INTO standing (provider, login, addressKey, transport, address, state, at, deniedAt, text, probes, nextProbe, needs, tries, nextTry, revision)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT (login, provider, addressKey, transport) DO UPDATE SET address = ?5, state = ?6, at = ?7, deniedAt = ?8, text = ?9, probes = ?10,
                nextProbe = ?11, needs = ?12, tries = ?13, nextTry = ?14, revision = ?15
            """,
            [
                key.account.provider.text, key.login, key.from.key, key.transport.rawValue, key.from.description, row.state, row.at,
                row.deniedAt, row.text, row.probes, row.nextProbe, row.needs, row.tries, row.nextTry, revision,
            ])
    }

    private func put(_ report: ClientReport?, _ key: ReportKey, revision: Int64) throws {
        try run(
            """
            INSERT INTO report (client, provider, login, transport, addressKey, address, at, until, words, revision)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            ON CONFLICT (client, login, provider, transport, addressKey) DO UPDATE SET address = ?6, at = ?7, until = ?8, words = ?9, revision = ?10
            """,
            [
                key.client.text, key.account.provider.text, key.account.login, key.transport?.rawValue ?? "", key.from?.key ?? "",
                key.from?.description ?? "", report?.at.milliseconds ?? 0, report?.until.milliseconds, report?.words ?? "", revision,
            ])
    }

    private func put(_ acknowledgement: Acknowledgement?, _ finding: String, revision: Int64) throws {
        try run(
            """
            INSERT INTO acknowledgement (finding, at, until, person, reason, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            ON CONFLICT (finding) DO UPDATE SET at = ?2, until = ?3, person = ?4, reason = ?5, revision = ?6
            """,
            [
                finding, acknowledgement?.at.milliseconds ?? 0, acknowledgement?.until.milliseconds, acknowledgement?.by ?? "",
                acknowledgement?.reason ?? "", revision,
            ])
    }

    private func put(_ pause: TenantPause?, _ lane: Account, revision: Int64) throws {
        try run(
            """
            INSERT INTO tenantPause (provider, lane, since, until, code, times, counted, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (provider, lane) DO UPDATE SET since = ?3, until = ?4, code = ?5, times = ?6, counted = ?7, revision = ?8
            """,
            [
                lane.provider.text, lane.login, pause?.since.milliseconds ?? 0, pause?.until.milliseconds, pause?.code ?? "",
                pause?.times ?? 0, ListText.write((pause?.counted ?? []).map(\.ascii).sorted()), revision,
            ])
    }

    private func put(
        _ row: HealthRow, kind: String, id: String, _ provider: ProviderID? = nil, _ transport: Transport? = nil, revision: Int64
    ) throws {
        try run(
            """
            INSERT INTO health (kind, id, provider, transport, state, at, reason, failures, revision) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (kind, id, provider, transport) DO UPDATE SET state = ?5, at = ?6, reason = ?7, failures = ?8, revision = ?9
            """,
            [kind, id, provider?.text ?? "", transport?.rawValue ?? "", row.state, row.at, row.reason, row.failures, revision])
    }

    fileprivate func standings(_ condition: String, _ arguments: Values) throws -> [Observed] {
        try all(
            """
            SELECT provider, login, address, transport, state, at, deniedAt, text, probes, nextProbe, needs, tries, nextTry, revision
            FROM standing WHERE \(condition)
            """, arguments
        ) { columns in
            let key = StandingKey(try columns.account(), from: try columns.address(), transport: try columns.choice())
            var row = StandingRow(
                try columns.text(), at: try columns.optionalInteger(), deniedAt: try columns.optionalInteger(),
                text: try columns.optionalText(), probes: try columns.integer())
            row.nextProbe = try columns.optionalInteger()
            row.needs = try columns.optionalInteger()
            row.tries = try columns.integer()
            row.nextTry = try columns.optionalInteger()
            return Observed(observation: .standing(key, try row.standing()), revision: try columns.integer())
        }
    }

    fileprivate func reports(_ condition: String, _ arguments: Values) throws -> [Observed] {
        try all(
            "SELECT client, provider, login, transport, address, at, until, words, revision FROM report WHERE \(condition)", arguments
        ) { columns in
            let (client, account) = (ClientID(trusted: try columns.text()), try columns.account())
            let transport = Transport(rawValue: try columns.text())
            let address = try columns.text()
            let key = ReportKey(
                client: client, account, transport: transport, from: address.isEmpty ? nil : try Columns.address(address))
            let (at, until, words) = (try columns.date(), try columns.optionalInteger(), try columns.text())
            let report = until.map { ClientReport(at: at, until: Date(milliseconds: $0), words: words) }
            return Observed(observation: .reported(key, report), revision: try columns.integer())
        }
    }

    fileprivate func acknowledgements(_ condition: String, _ arguments: Values) throws -> [Observed] {
        try all("SELECT finding, at, until, person, reason, revision FROM acknowledgement WHERE \(condition)", arguments) { columns in
            let finding = try columns.text()
            let (at, until, person, reason) = (
                try columns.date(), try columns.optionalInteger(), try columns.text(), try columns.text()
            )
            let acknowledgement = until.map { Acknowledgement(at: at, until: Date(milliseconds: $0), by: person, reason: reason) }
            return Observed(observation: .acknowledged(finding, acknowledgement), revision: try columns.integer())
        }
    }

    fileprivate func tenantPauses(_ condition: String, _ arguments: Values) throws -> [Observed] {
        try all("SELECT provider, lane, since, until, code, times, counted, revision FROM tenantPause WHERE \(condition)", arguments) {
            columns in
            let lane = try columns.account()
            let (since, until, code) = (try columns.date(), try columns.optionalInteger(), try columns.text())
            let times = Int(try columns.integer())
            let counted = Set(try columns.list().map { try Columns.domain($0) })
            let pause = until.map { TenantPause(since: since, until: Date(milliseconds: $0), code: code, times: times, counted: counted) }
            return Observed(observation: .tenant(lane, pause), revision: try columns.integer())
        }
    }

    fileprivate func health(_ condition: String, _ arguments: Values) throws -> [Observed] {
        try all("SELECT kind, id, provider, transport, state, at, reason, failures, revision FROM health WHERE \(condition)", arguments) {
            columns in
            let kind = try columns.text()
            let id = try columns.text()
            let provider = try columns.text()
            let transport = Transport(rawValue: try columns.text())
            let row = HealthRow(
                state: try columns.text(), at: try columns.optionalInteger(), reason: try columns.optionalText(),
                failures: try columns.optionalInteger())
            return Observed(
                observation: try row.observation(kind: kind, id: id, provider: provider, transport), revision: try columns.integer())
        }
    }
}
