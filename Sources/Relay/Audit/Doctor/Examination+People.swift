internal import Mail
internal import struct FoundationEssentials.Date

/// Users, clients and delegations that do not fit what is there.
extension Examination {
    /// As many as one line tells of: a directory may have a million users.
    private static let most = 5

    var people: [Finding] { users + directory.allClients.filter(\.isEnabled).sorted { $0.name < $1.name }.flatMap(findings) + delegations }

    private var users: [Finding] {
        var owners: [EmailAddress: [String]] = [:]
        var without: [String] = []
        for user in directory.allUsers {
            if user.primaryAddress == nil { without.append(user.id.text) }
            for address in Set(user.addresses.filter(\.isOn).map(\.address)) { owners[address, default: []].append(user.id.text) }
        }
        var findings: [Finding] = []
        let shared = owners.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
        for (address, ids) in shared.prefix(Self.most) {
            findings.append(
                Finding(
                    "address \(address)", "it is the address of \(ids.count) users: \(Self.some(ids))",
                    fix: ids.sorted().prefix(2).map {
                        "mandate users set \($0.shellQuoted) --remove-address \(address.description.shellQuoted)   # if it is not theirs"
                    }))
        }
        if shared.count > Self.most {
            findings.append(
                Finding("addresses", "\(shared.count - Self.most) more addresses have several users", fix: "mandate users list"))
        }
        if !without.isEmpty {
            findings.append(
                Finding(
                    "users", "\(without.count) have no address, so their mail is refused: \(Self.some(without))",
                    fix: "mandate users set \(without.min()?.shellQuoted ?? "USER") --add-address ADDRESS"))
        }
        return findings
    }

    private static func some(_ ids: [String]) -> String {
        let sorted = ids.sorted()
        return sorted.prefix(most).joined(separator: ", ") + (sorted.count > most ? " and \(sorted.count - most) more" : "")
    }

    private func findings(_ client: Client) -> [Finding] {
        let name = "client \(client.name)"
        var findings = limits(client).map { Finding(name, $0, fix: "mandate clients show \(client.name.shellQuoted)") }
        // Whoever is known by a network alone could send as anyone (design section 8).
        if case .network(let range) = client.credential, client.limits.areEmpty {
            findings.append(Finding(name, "everyone in \(range) may send as anybody", fix: client.limiting("--address @DOMAIN")))
        }
        if let id = client.defaultUser, directory.user(id)?.primaryAddress?.isOn != true {
            let isThere = directory.user(id) != nil
            findings.append(
                Finding(
                    name, isThere ? "its user \(id) has no primary address that is switched on" : "its user \(id) is not there any more",
                    fix: client.limiting("--default-user USER"),
                    isThere
                        ? "mandate users set \(id.text.shellQuoted) --add-address ADDRESS --primary ADDRESS"
                        : "mandate users add \(id.text.shellQuoted) --address ADDRESS"))
        }
        if let address = client.noticeAddress, address.domain.leadsNowhere {
            findings.append(
                Finding(
                    name, "notices of failure go to \(address), which nobody can reach", fix: client.limiting("--notice-address ADDRESS")))
        }
        return findings
    }

    /// What it may send as, and what cannot leave for good.
    private func limits(_ client: Client) -> [String] {
        guard !directory.settings.all.isEmpty else { return [] }
        return client.limits.addresses.compactMap { pattern in
            guard let author = pattern.sample else { return nil }
            if author.domain.leadsNowhere { return "it may send as \(pattern), which nobody outside can answer to" }
            let outlook = decider.outlook(
                decider.decide(Author(NamedAddress(address: author)), Routing(purpose: nil, envelopeSender: nil, at: now)))
            guard outlook.state == .never || outlook.state == .off else { return nil }
            return "it may send as \(pattern), and that mail cannot leave: \(outlook.reason)"
        }
    }

    /// Seconds without use after which a right is only a risk: more than a quarter, so that what is done quarterly is seen.
    private static let unused = 100.0 * 86_400

    private var delegations: [Finding] {
        directory.allDelegations.sorted { $0.id < $1.id }.compactMap { delegation in
            let mailbox = directory.mailbox(delegation.mailbox)
            let address = mailbox?.address.description ?? delegation.mailbox.text
            let name = "delegation of \(delegation.covers) to \(address)"
            let revoke = "mandate delegations revoke \(delegation.id.text.shellQuoted)"
            if delegation.kind == .onBehalf, let mailbox, directory.source(of: mailbox.grant)?.provider.kind == .google {
                let allow = "mandate delegations allow \(address.shellQuoted) \(delegation.covers.description.shellQuoted) --kind send-as"
                return Finding(name, "Google does not know on-behalf: mail never leaves that way", fix: revoke, allow)
            }
            let last = max(lastSeen[delegation.covers] ?? delegation.grantedAt, delegation.grantedAt)
            guard now.timeIntervalSince(last) > Self.unused else { return nil }
            return Finding(name, "nobody has sent as \(delegation.covers) for \(Int(Self.unused / 86_400)) days", fix: revoke)
        }
    }
}
