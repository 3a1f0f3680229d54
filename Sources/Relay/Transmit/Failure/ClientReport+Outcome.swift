package import struct FoundationEssentials.Date

extension ClientReport {
    /// What a client's report of its own sending keeps it from; mail that was taken ends what it said before. Of others it says nothing.
    package static func observations(
        of diagnosis: Diagnosis, codes: String, _ handout: Handout, isHealthy: Bool, in conditions: Conditions, at now: Date
    ) -> [Observation] {
        let account = handout.account
        let key: ReportKey?
        switch diagnosis.verdict {
        case .denied: key = ReportKey(client: handout.client, account, transport: handout.transport, from: diagnosis.refusedSender)
        case .transportStopped: key = ReportKey(client: handout.client, account, transport: handout.transport)
        case .mailboxStopped, .tokenRejected: key = ReportKey(client: handout.client, account)
        case .sent, .retry, .refused: key = nil
        }
        if let key {
            let words = "\(diagnosis.meaning.rawValue) (\(codes))"
            return [.reported(key, ClientReport(at: now, until: now.addingTimeInterval(life), words: words))]
        }
        guard isHealthy else { return [] }
        return conditions.allReports.filter { key, report in
            key.client == handout.client && key.account == account && now < report.until
                && (key.transport ?? handout.transport) == handout.transport && (key.from.map(handout.from.contains) ?? true)
        }.map { .reported($0.key, nil) }
    }
}
