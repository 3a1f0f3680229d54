internal import FoundationEssentials
internal import Mail
internal import Relay
internal import SQLiteStore

/// Users, clients and delegations that do not fit what is there.
extension Examination {
    /// As many as one line tells of: a directory may have a million users.
    private static let most = 5

    func people(_ decider: Decider, _ sightings: [SightingTotal]) -> [Finding] {
        users(decider.directory) + programs(decider) + delegations(decider.directory, sightings)
    }

    private func users(_ directory: Directory) -> [Finding] {
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
                    fix: ids.sorted().prefix(2).map { "mandate users show \($0.shellQuoted)" }))
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

    private func programs(_ decider: Decider) -> [Finding] {
        let directory = decider.directory
        return directory.allClients.sorted { $0.name < $1.name }.filter(\.isEnabled).flatMap { client -> [Finding] in
            let limit = "mandate clients limit \(client.name.shellQuoted)"
            var findings: [Finding] = []
            if let user = client.defaultUser, directory.user(user) == nil {
                findings.append(
                    Finding(
                        "client \(client.name)", "its user \(user) is not there any more",
                        fix: "\(limit) --default-user USER", "mandate users add \(user.text.shellQuoted) --address ADDRESS"))
            }
            for pattern in client.limits.addresses where !directory.settings.all.isEmpty {
                guard let outlook = outlook(pattern, decider), outlook.state == .never || outlook.state == .off else { continue }
                findings.append(
                    Finding(
                        "client \(client.name)", "it may send as \(pattern), and that mail cannot leave: \(outlook.reason)",
                        fix: "mandate clients show \(client.name.shellQuoted)", "\(limit) --address ADDRESS"))
            }
            if let address = client.noticeAddress, Self.isNowhere(address.domain) {
                findings.append(
                    Finding(
                        "client \(client.name)", "notices of failure go to \(address), which nobody can reach",
                        fix: "\(limit) --notice-address ADDRESS"))
            }
            return findings
        }
    }

    /// What mail of somebody whom a limit covers would meet; nil: it covers everybody.
    private func outlook(_ pattern: AddressPattern, _ decider: Decider) -> Outlook? {
        let author: EmailAddress
        switch pattern {
        case .address(let address): author = address
        case .domain(let domain):
            guard let anyone = try? EmailAddress(localPart: "anyone", domain: domain) else { return nil }  // every domain takes that one
            author = anyone
        case .any: return nil
        }
        let routing = Routing(purpose: nil, envelopeSender: nil, at: opened.live.now())
        return decider.outlook(decider.decide(Author(NamedAddress(address: author)), routing))
    }

    /// RFC 2606 and RFC 6761: names that lead nowhere, and those of one house's own network.
    private static func isNowhere(_ domain: Domain) -> Bool {
        let last = domain.ascii.split(separator: ".").last.map(String.init) ?? ""
        return !domain.ascii.contains(".") || ["invalid", "local", "localdomain", "internal", "localhost"].contains(last)
    }

    private func delegations(_ directory: Directory, _ sightings: [SightingTotal]) -> [Finding] {
        directory.allDelegations.sorted { $0.id < $1.id }.compactMap { delegation in
            let mailbox = directory.mailbox(delegation.mailbox)
            let name = "delegation of \(delegation.covers) to \(mailbox?.address.description ?? delegation.mailbox.text)"
            let revoke = "mandate delegations revoke \(delegation.id.text.shellQuoted)"
            if delegation.kind == .onBehalf, let mailbox, GrantSource(mailbox.grant, in: directory)?.provider.kind == .google {
                return Finding(name, "Google does not know on-behalf: mail is sent from the mailbox instead", fix: revoke)
            }
            let ago = { (date: Date) in opened.live.now().timeIntervalSince(date) }
            guard ago(delegation.grantedAt) > Self.unused,
                !sightings.contains(where: { delegation.covers.matches($0.address) && ago($0.last) < Self.unused })
            else { return nil }
            return Finding(name, "nobody has sent as \(delegation.covers) for \(Int(Self.unused / 86_400)) days", fix: revoke)
        }
    }

    /// Seconds without use after which a right is only a risk: more than a quarter, so that what is done quarterly is seen.
    private static let unused = 100.0 * 86_400

    private static func some(_ ids: [String]) -> String {
        let sorted = ids.sorted()
        return sorted.prefix(most).joined(separator: ", ") + (sorted.count > most ? " and \(sorted.count - most) more" : "")
    }
}
