internal import Mail

/// Finds what to do about an address that has no way out. Knows what is the same for each of perhaps a million of them.
struct Adviser: Sendable {
    private let decider: Decider
    let domains: OwnDomains
    /// Those that are switched on, each list in the order in which they are advised: of a domain, and of an application.
    private let mailboxesOfDomain: [Domain: [Mailbox]]
    private let mailboxesOfApplication: [ApplicationID: [Mailbox]]
    private let carrier: EmailAddress?

    init(_ decider: Decider) {
        self.decider = decider
        domains = OwnDomains(decider.directory)
        let directory = decider.directory
        let mailboxes = directory.allMailboxes.filter(\.isEnabled).sorted { ($0.address, $0.login) < ($1.address, $1.login) }
        mailboxesOfDomain = Dictionary(grouping: mailboxes, by: \.address.domain)
        mailboxesOfApplication = Dictionary(grouping: mailboxes) { directory.grant($0.grant)?.application ?? ApplicationID(trusted: "") }
        carrier = decider.carrier(for: nil).named?.address
    }

    private var directory: Directory { decider.directory }

    /// The candidate that is nearest to being a way out, and what speaks against it first; nil: it is no candidate that is in the way.
    func basis(of address: EmailAddress, _ refusal: Refusal, purpose: Purpose? = nil) -> Basis? {
        guard refusal.denial == nil else { return nil }
        // A consent that is missing is the one thing to do for whoever has a mailbox: what else might carry the mail is no advice.
        if let own = refusal.struck.first(where: { $0.isOwn(of: address) && $0.needsNothingButConsent }), let strike = own.leading {
            return Basis(candidate: own.candidate, strike: strike)
        }
        if let nearest = refusal.struck.first(where: { $0.mending == refusal.mending }), let strike = nearest.leading {
            return Basis(candidate: nearest.candidate, strike: strike)
        }
        if carrierFault(refusal, purpose) != nil { return nil }
        return refusal.struck.first.flatMap { first in first.leading.map { Basis(candidate: first.candidate, strike: $0) } }
    }

    struct Basis: Sendable {
        let candidate: Candidate
        let strike: Strike
    }

    /// Why there is no carrier, where that is what is refused for.
    func carrierFault(_ refusal: Refusal, _ purpose: Purpose?) -> CarrierFault? {
        guard refusal.code == .noFallback, case .failure(let fault) = decider.carrier(for: purpose) else { return nil }
        return fault
    }

    /// `usage`: where it is used and what became of its mail. `leaves`: it does go out, in Reply-To.
    func remedy(
        for address: EmailAddress, _ refusal: Refusal, purpose: Purpose? = nil, _ usage: AddressUsage = AddressUsage(),
        leaves: Bool = false
    ) -> Remedy {
        let places = usage.places
        if let deny = refusal.denial {
            return Remedy([.look(deny)] + looks(address, places) + replacing(address, places.filter(\.isOfASetting)))
        }
        if let basis = basis(of: address, refusal, purpose: purpose) { return Remedy(of: basis.strike, basis.candidate, decider) }
        if let fault = carrierFault(refusal, purpose) { return Remedy(.command(fault.advice)) }
        switch domains.belonging(of: address) {
        case .ours: return Remedy(route(for: address, places, usage.count))
        case .near(let meant): return Remedy(correction(of: address, to: meant, places))
        case .tagged(let base):
            let words = Remedy.Step.words("no right can be granted to an address with a detail behind a plus: let it be \(base) instead")
            return Remedy(correction(of: address, to: base, places) + [words] + letting(.address(address)))
        case .nowhere:
            return Remedy(
                looks(address, places) + replacing(address, places)
                    + [.words("nobody outside can answer to it: let the program write an address of ours")] + letting(.address(address)))
        case .foreign:
            return Remedy(looks(address, places) + replacing(address, places) + letting(.address(address), leaves: leaves, usage.fate))
        }
    }

    /// Of many users in one domain of whom nothing speaks: one step for all of them.
    func remedy(ofUsersAt domain: Domain, like example: EmailAddress, leaves: Bool) -> Remedy {
        let all = AddressPattern.domain(domain)
        switch domains.belonging(of: example) {
        case .ours:
            return Remedy([
                .provider("a grant that opens the mailbox of each: app-only with an RBAC scope at Microsoft, a service account at Google"),
                .command("mandate mailboxes add --family @\(domain.ascii) --grant \(grant(for: domain)?.name.shellQuoted ?? "GRANT")"),
                .command("mandate settings set mode reply-to", "to be content: the carrier is in From, and whoever writes in Reply-To"),
            ])
        case .near(let meant):
            return Remedy([
                .words("was \(meant.domain.text) meant? Correct it where the users come from, then: mandate users import FILE")
            ])
        case .tagged: return Remedy(letting(all))
        case .nowhere: return Remedy([.words("nobody outside can answer to it: give these users addresses of ours")] + letting(all))
        case .foreign: return Remedy(letting(all, leaves: leaves))
        }
    }

    /// For a setting that gives no author.
    func remedy(of key: SettingKey, _ setting: SenderSetting) -> Remedy {
        let other = Remedy.Step.command("mandate settings set \(key) USER-OR-ADDRESS", "another")
        switch setting {
        case .user(let id):
            return Remedy(.command("mandate users set \(id.text.shellQuoted) --add-address ADDRESS --primary ADDRESS"), other)
        case .unreadable(let text):
            let user = UserID(text).map {
                [Remedy.Step.command("mandate users add \($0.text.shellQuoted) --address ADDRESS", "if it is a user's id")]
            }
            return Remedy([other] + (user ?? []))
        case .address, .currentUser: return Remedy(other)
        }
    }

    /// Nothing speaks of the address yet: let the mailbox that carries mail anyway, or one of the same domain, send as it.
    private func route(for address: EmailAddress, _ places: [AddressUse], _ count: Int) -> [Remedy.Step] {
        // Whoever writes a From once may have no business to.
        guard places != [.traffic] || count > 1 else {
            return looks(address, places) + [.words("it was seen once: nothing is to be granted for that")]
        }
        let denials = directory.denials(for: address).map { Remedy.Step.look($0) }
        guard let mailbox = delegate(for: address) else { return denials + [.command(ownMailbox(of: address))] }
        let kind = directory.providerKind(of: mailbox.grant)
        return denials + [
            .provider(Remedy.permission(.sendAs, of: address, to: mailbox.login, kind)),
            .command(
                "mandate delegations allow \(mailbox.address.description.shellQuoted) \(address.description.shellQuoted) --kind send-as"),
        ]
    }

    private func ownMailbox(of address: EmailAddress) -> String {
        "mandate mailboxes add \(address.description.shellQuoted) --grant \(grant(for: address.domain)?.name.shellQuoted ?? "GRANT")"
    }

    /// That opens any mailbox of the domain.
    private func grant(for domain: Domain) -> Grant? {
        directory.allGrants.sorted { $0.name < $1.name }.first { grant in
            guard grant.isEnabled, grant.opensManyMailboxes else { return false }
            return directory.application(grant.application)?.domains.contains(domain) == true
        }
    }

    /// The carrier, one of the same domain, or any other whose tenant signs for it.
    private func delegate(for address: EmailAddress) -> Mailbox? {
        let denials = directory.denials(for: address)
        func isAble(_ mailbox: Mailbox) -> Bool {
            guard mailbox.isEnabled, let application = directory.grant(mailbox.grant).flatMap({ directory.application($0.application) })
            else { return false }
            let signs =
                application.domains.isEmpty ? mailbox.address.domain == address.domain : application.domains.contains(address.domain)
            return signs && !denials.contains { $0.mailbox == mailbox.id }
        }
        if let carrier, let found = directory.mailboxes(with: carrier).first(where: isAble) { return found }
        if let found = mailboxesOfDomain[address.domain]?.first(where: isAble) { return found }
        let others = directory.allApplications.filter { $0.domains.contains(address.domain) }
            .compactMap { mailboxesOfApplication[$0.id]?.first(where: isAble) }
        return others.min { ($0.address, $0.login) < ($1.address, $1.login) }
    }

    /// Which program it came from.
    private func looks(_ address: EmailAddress, _ places: [AddressUse]) -> [Remedy.Step] {
        guard places.contains(.traffic) else { return [] }
        return [.look("mandate audit journal --as \(address.description.shellQuoted)", "where it came from, and when")]
    }

    /// They are left as they are: how mail of them leaves all the same, or never does.
    private func letting(_ addresses: AddressPattern, leaves: Bool = false, _ fate: AddressFate? = nil) -> [Remedy.Step] {
        let deny = Remedy.Step.command("mandate delegations deny '*' \(addresses.description.shellQuoted)", "nobody is to use it")
        if leaves {
            let so =
                fate.flatMap { fate -> String? in
                    guard fate.inReplyTo > 0 else { return nil }
                    return fate.messages == 1 ? ", as its one message did" : ", as \(fate.inReplyTo) of its \(fate.messages) messages did"
                } ?? ""
            return [.words("it goes to Reply-To, and the carrier is in From\(so): nothing has to be done"), deny]
        }
        let isSaid = directory.settings[SettingKey(.fallback)] == Fallback.replyTo.rawValue
        let leave = Remedy.Step.command(
            "mandate settings set fallback reply-to", "to be content: the carrier is in From, and this in Reply-To")
        return (isSaid ? [] : [leave]) + [deny]
    }

    private func correction(of address: EmailAddress, to meant: EmailAddress, _ places: [AddressUse]) -> [Remedy.Step] {
        let place = replacing(address, places, by: meant)
        return looks(address, places) + (place.isEmpty ? [.words("was \(meant) meant?")] : place)
    }

    /// Where it is written down: another in its place.
    private func replacing(_ address: EmailAddress, _ places: [AddressUse], by meant: EmailAddress? = nil) -> [Remedy.Step] {
        let other = meant?.description.shellQuoted ?? "ADDRESS"
        let aim = meant == nil ? "one of ours" : "if that was meant"
        return places.compactMap { place -> Remedy.Step? in
            switch place {
            case .setting(let key): return .command("mandate settings set \(key) \(other)", aim)
            case .user(let id):
                guard let user = directory.user(id) else { return nil }
                let add = user.addresses.contains { $0.address == meant } ? "" : " --add-address \(other)"
                let first = user.primaryAddress?.address == address ? " --primary \(other)" : ""
                return .command(
                    "mandate users set \(id.text.shellQuoted)\(add) --remove-address \(address.description.shellQuoted)\(first)", aim)
            case .delegation(let id): return meant == nil ? nil : .command("mandate delegations revoke \(id.text.shellQuoted)")
            case .client(let id):
                return directory.client(id).map { .command($0.limiting("--author-if-unusable \(other)"), aim) }
            case .limit(let id):
                return directory.client(id).map { .look("mandate clients show \($0.name.shellQuoted)", "the client that may send as it") }
            case .traffic: return nil
            }
        }
    }
}

extension Remedy.Step {
    /// It was forbidden for a reason: whoever wants to send must hear that, and not how to get round it.
    static func look(_ deny: Deny) -> Self { .look("mandate delegations show \(deny.id.text.shellQuoted)", "what forbids it, and why") }
}

extension Struck {
    fileprivate func isOwn(of address: EmailAddress) -> Bool {
        candidate.author == address && (candidate.route == .own || candidate.route == .family)
    }

    fileprivate var needsNothingButConsent: Bool { strikes.allSatisfy { if case .grantNeedsConsent = $0 { true } else { false } } }
}

extension Client {
    /// The command that sets this and leaves the rest as it is.
    func limiting(_ change: String) -> String { "mandate clients limit \(name.shellQuoted) \(change)" }
}
