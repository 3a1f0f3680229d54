internal import Mail
internal import struct FoundationEssentials.Date

/// Users, clients and delegations that do not fit what is there.
extension Examination {
    /// As many as one line tells of: a directory may have a million users.
    private static let most = 5

    var people: [Finding] {
        let clients = directory.allClients.filter(\.isEnabled).sorted { $0.name < $1.name }.flatMap(findings)
        return users + clients.by(.client) + delegations
    }

    private var users: [Finding] {
        let odd = directory.users.odd(most: Self.most)
        var findings = odd.shared.map { address in
            let ids = directory.users(with: address).filter { $0.addresses.contains { $0.address == address && $0.isOn } }.map(\.id.text)
            return Finding(
                "address \(address)", "it is the address of \(ids.count) users: \(Self.some(ids))",
                fix: ids.sorted().prefix(2).map {
                    "mandate users set \($0.shellQuoted) --remove-address \(address.description.shellQuoted)   # if it is not theirs"
                })
        }
        if odd.sharedCount > Self.most {
            findings.append(
                Finding("addresses", "\(odd.sharedCount - Self.most) more addresses have several users", fix: "mandate users list"))
        }
        guard let first = odd.without.first else { return findings.by(.sharedAddress) }
        let more = odd.withoutCount > odd.without.count ? " and \(odd.withoutCount - odd.without.count) more" : ""
        let without = Finding(
            "users",
            "\(odd.withoutCount) have no address, so their mail is refused: \(odd.without.map(\.text).joined(separator: ", "))\(more)",
            fix: "mandate users set \(first.text.shellQuoted) --add-address ADDRESS")
        return findings.by(.sharedAddress) + [without.by(.noAddress)]
    }

    static func some(_ ids: [String]) -> String {
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
            let name = name(of: delegation)
            let revoke = "mandate delegations revoke \(delegation.id.text.shellQuoted)"
            if delegation.kind == .onBehalf, let mailbox, directory.source(of: mailbox.grant)?.provider.kind == .google {
                let allow = "mandate delegations allow \(address.shellQuoted) \(delegation.covers.description.shellQuoted) --kind send-as"
                return Finding(name, "Google does not know on-behalf: mail never leaves that way", fix: revoke, allow)
                    .by(.impossible)
            }
            let last = max(lastSeen[delegation.covers] ?? delegation.grantedAt, delegation.grantedAt)
            guard now.timeIntervalSince(last) > Self.unused else { return nil }
            return Finding(name, "nobody has sent as \(delegation.covers) for \(Int(Self.unused / 86_400)) days", fix: revoke)
                .by(.unused)
        }
    }

    func name(of delegation: Delegation) -> String {
        "delegation of \(delegation.covers) to \(directory.mailbox(delegation.mailbox)?.address.description ?? delegation.mailbox.text)"
    }
}
