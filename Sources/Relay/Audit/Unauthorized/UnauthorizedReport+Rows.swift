package import Mail

/// What is said of a finding, and of each of its addresses.
extension UnauthorizedReport {
    func cause(of address: EmailAddress, _ refusal: Refusal, _ purpose: Purpose?) -> (cause: UnauthorizedCause, strike: Strike?) {
        if let deny = refusal.denial { return (.deny(deny.id), nil) }
        if let basis = adviser.basis(of: address, refusal, purpose: purpose) {
            return (UnauthorizedCause(basis.strike, basis.candidate, directory), basis.strike)
        }
        return (adviser.carrierFault(refusal, purpose) == nil ? .address(address) : .carrier, nil)
    }

    /// One line for all of it: what is said of its one address, or of the first with how many there are.
    package func row(of finding: UnauthorizedFinding) -> UnauthorizedRow {
        if case .setting(let key) = finding.cause, let text = finding.text { return row(of: key, text, finding.code) }
        guard let first = finding.addresses.first ?? example(of: finding), let own = row(of: first) else {
            preconditionFailure("a finding is about addresses that have no way out")
        }
        guard finding.size > 1 else { return own }
        return UnauthorizedRow(
            address: name(of: finding, first), usedIn: places(of: finding, own), code: finding.code,
            reason: words(finding, own), firstSeen: finding.firstSeen, lastSeen: finding.lastSeen, count: finding.count, fate: nil,
            remedy: remedy(of: finding, first) ?? own.remedy, asking: own.asking)
    }

    /// nil: it has a way out.
    package func row(of address: EmailAddress) -> UnauthorizedRow? {
        guard case .refused(let refusal, let purpose, let usage, let leaves) = verdict(address) else { return nil }
        return UnauthorizedRow(
            address: address.description, usedIn: Set(usage.places.map { $0.words(directory) }).sorted(), code: refusal.code,
            reason: reason(address, refusal), firstSeen: usage.first, lastSeen: usage.last, count: usage.count, fate: usage.fate,
            remedy: adviser.remedy(for: address, refusal, purpose: purpose, usage, leaves: leaves),
            asking: UnauthorizedRow.Asking(address, usage.places))
    }

    /// Every address of a finding, one by one, until `visit` has seen enough and returns false.
    package func visitRows(of finding: UnauthorizedFinding, _ visit: (UnauthorizedRow) throws -> Bool) rethrows {
        if case .setting = finding.cause {
            _ = try visit(row(of: finding))
            return
        }
        try visitAddresses(of: finding) { address in try row(of: address).map(visit) ?? true }
    }

    /// Of all findings: for few addresses.
    package var rows: [UnauthorizedRow] {
        var rows: [UnauthorizedRow] = []
        for finding in findings {
            visitRows(of: finding) { row in
                rows.append(row)
                return true
            }
        }
        return rows
    }

    private func row(of key: SettingKey, _ text: String, _ code: RefusalCode) -> UnauthorizedRow {
        let setting = SenderSetting(text, isUser: { directory.hasUser($0) })
        let reason =
            if case .user(let id) = setting { "user \(id) has no primary address that is switched on" } else {
                "it names no user and is no address"
            }
        return UnauthorizedRow(
            address: text, usedIn: [key.description], code: code, reason: reason, firstSeen: nil, lastSeen: nil, count: 0, fate: nil,
            remedy: adviser.remedy(of: key, setting), asking: UnauthorizedRow.Asking(nil, [.setting(key)]))
    }

    private func example(of finding: UnauthorizedFinding) -> EmailAddress? {
        var first: EmailAddress?
        visitAddresses(of: finding) { address in
            first = address
            return false
        }
        return first
    }

    private func name(of finding: UnauthorizedFinding, _ first: EmailAddress) -> String {
        if finding.addresses.isEmpty, finding.domains.count == 1 { return "@\(finding.domains[0].ascii)" }
        return "\(first) and \(finding.size - 1) more"
    }

    private func words(_ finding: UnauthorizedFinding, _ own: UnauthorizedRow) -> String {
        if case .users(let domain) = finding.cause, own.code == .noRoute {
            return "no mailbox, family or delegation speaks of \(finding.size) users of \(domain.text)"
        }
        return "\(finding.size) addresses, for one reason: \(own.reason)"
    }

    private func places(of finding: UnauthorizedFinding, _ own: UnauthorizedRow) -> [String] {
        let users = finding.users == 0 ? nil : "\(finding.users) users"
        let others = finding.isInTraffic ? ["traffic"] : finding.addresses.isEmpty ? [] : own.usedIn
        return others + [users].compactMap(\.self)
    }

    private func remedy(of finding: UnauthorizedFinding, _ first: EmailAddress) -> Remedy? {
        guard case .users(let domain) = finding.cause else { return nil }
        return adviser.remedy(ofUsersAt: domain, like: first, leaves: finding.isHarmless)
    }

    private func reason(_ address: EmailAddress, _ refusal: Refusal) -> String {
        if let deny = refusal.denial { return deny.reason.isEmpty ? "nobody may use it" : "nobody may use it: \(deny.reason)" }
        guard refusal.struck.isEmpty else {
            return refusal.struck.map { "\($0.candidate): \($0.strikes.map(\.description).joined(separator: "; "))" }
                .joined(separator: " · ")
        }
        guard refusal.code != .noFallback else { return refusal.sentence }
        // Why nobody need try to allow it to that mailbox.
        let denied = directory.denials(for: address).compactMap { deny in
            deny.mailbox.flatMap(directory.mailbox).map { "; \($0.address) is \(Strike.deniedByEntry(deny))" }
        }
        return "no mailbox, family or delegation speaks of it" + denied.joined()
    }
}
