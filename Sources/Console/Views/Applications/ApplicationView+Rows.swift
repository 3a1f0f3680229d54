internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// What the page of an application shows.
extension ApplicationView {
    func document(_ facts: Facts) -> DocumentValue {
        let application = facts.application
        let domains = application.domains.map(\.text).joined(separator: ", ")
        return [
            "id": .text(id.text), "href": .text(place), "name": .text(application.name),
            "provider": .text(facts.provider?.name ?? application.provider.text),
            "provider_href": .text("/providers/\(PercentCoding.encode(application.provider.text))"),
            "tenant_id": DocumentValue(application.tenant.isEmpty ? nil : application.tenant), "client_id": .text(application.clientID),
            "credential": .text(credential(facts)), "ends": ends(application.secretExpires), "no_end": .text(noEnd(facts)),
            "domains": .text(domains.isEmpty ? "not recorded" : domains),
            "licences": DocumentValue(application.licences.map { Words.number($0) }), "outside": DocumentValue(facts.meter?.words),
            "outside_trouble": DocumentValue(facts.meter?.trouble?.sentence),
        ]
    }

    private func credential(_ facts: Facts) -> String {
        if let account = facts.application.serviceAccount { return "service account \(account.address), key \(account.keyID)" }
        if let credential = facts.application.federatedCredential { return "no secret: \(credential.words)" }
        if facts.application.certificate != nil { return "certificate" }
        return facts.hasSecret ? "client secret, sealed" : "none: a public client"
    }

    private func ends(_ date: Date?) -> DocumentValue {
        guard let date else { return .null }
        let days = Int((date.timeIntervalSince(request.now) / 86_400).rounded(.down))
        let when = date <= request.now ? "which is over" : "in \(days) day\(days == 1 ? "" : "s")"
        return ["iso": .text(date.day), "words": .text("\(date.day), \(when)")]
    }

    /// In place of a date.
    private func noEnd(_ facts: Facts) -> String {
        if facts.application.serviceAccount != nil || facts.provider?.kind == .google || facts.application.federatedCredential != nil {
            return "never, as the provider has it"
        }
        return facts.hasSecret || facts.application.certificate != nil
            ? "not recorded: record it with a new secret" : "there is nothing to end"
    }

    /// Mailboxes whose steps are spelt out: they are the same for all others.
    private static let mostSpeltOut = 10

    func steps(_ facts: Facts) -> [String] {
        guard let provider = facts.provider else { return [] }
        let health = facts.health.health(of: facts.application)
        // A refused application is looked at first; the commands are the forms below.
        var steps = health.state == .suspended ? [ProviderSteps.repair(facts.application)] : []
        let mailboxes = facts.grants.flatMap { grant in facts.opened.mailboxes(of: grant.id).map { ($0, grant) } }
        steps += ProviderSteps.registration(
            facts.application, provider, grants: facts.grants,
            for: TokenResource.needed(by: mailboxes.map(\.0), facts.grants.flatMap { facts.opened.families(of: $0.id) }),
            redirectURI: request.dependencies.address.redirectURI(id.text))
        let own = mailboxes.prefix(Self.mostSpeltOut).flatMap { mailbox, grant in
            ProviderSteps.mailbox(mailbox, facts.application, provider, grant)
        }
        guard !own.isEmpty else { return steps }
        steps += ["Exchange Online PowerShell, once for each mailbox:"] + own
        let rest = mailboxes.count - Self.mostSpeltOut
        return rest > 0 ? steps + ["and the same for \(Words.number(rest)) more, with their addresses"] : steps
    }

    /// Mailboxes in a cell of the table.
    private static let mostNamed = 5

    func row(_ grant: Grant, _ facts: Facts) -> DocumentValue {
        let names =
            facts.opened.mailboxes(of: grant.id).map(\.address.description)
            + facts.opened.families(of: grant.id).map { "\($0.name) (family)" }
        let more = names.count > Self.mostNamed ? " and \(Words.number(names.count - Self.mostNamed)) more" : ""
        return [
            "name": .text(grant.name), "href": .text(grant.place), "kind": .text(grant.kind.rawValue),
            "principal": DocumentValue(grant.kind == .consent ? facts.opened.principal(of: grant) ?? "whoever is first" : nil),
            "mailboxes": .text(names.isEmpty ? "none" : names.prefix(Self.mostNamed).joined(separator: ", ") + more),
            "mailboxes_href": facts.opened.mailboxes(of: grant.id).isEmpty
                ? .null : .text("/mailboxes?grant=\(PercentCoding.encode(grant.id.text))"),
            "state": Words.state(facts.health.health(of: grant), at: request.now),
        ]
    }

    /// A grant that opens many mailboxes is most likely the one for the next, too.
    func choices(_ facts: Facts, _ typed: String?) -> [DocumentValue] {
        let kinds = facts.provider.map { facts.application.grantKinds(at: $0) } ?? []
        let all =
            kinds.map { ("new-\($0.rawValue)", $0 == .consent ? "a new consent" : "a new \($0.rawValue) grant") }
            + facts.grants.prefix(TokensView.mostGrants).map { ($0.id.text, "grant \($0.name) (\($0.kind.rawValue))") }
        let usual = facts.grants.first(where: \.opensManyMailboxes)?.id.text ?? all.first?.0
        let selected = all.contains { $0.0 == typed } ? typed : usual
        return all.map { ["value": .text($0.0), "label": .text($0.1), "selected": .flag($0.0 == selected)] }
    }
}
