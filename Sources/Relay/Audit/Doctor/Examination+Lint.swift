internal import Mail

/// What is wrong with what people decided, though nothing may have happened yet: entries that contradict each other, are never chosen, or lead nowhere.
extension Examination {
    package var lint: [Finding] {
        mail + settings.by(.setting) + loops + people + sharedCertificates + contradictions + shadowed + ambiguous + orphans
    }

    /// Whatever is answered to the intake goes to the program that reads it: it must be nobody who is answered.
    private var loops: [Finding] {
        guard let intake = directory.settings.intake else { return [] }
        let unset = "mandate settings set intake ADDRESS"
        var findings: [Finding] = []
        for name in [SettingKey.Name.emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID] {
            guard let text = directory.settings[SettingKey(name)] else { continue }
            let author: EmailAddress? =
                switch SenderSetting(text, isUser: { directory.hasUser($0) }) {
                case .address(let address): address
                case .user(let id): directory.byline(of: id)?.author?.address
                case .currentUser, .unreadable: nil
                }
            if author == intake {
                findings.append(
                    Finding(
                        "setting \(name.rawValue)",
                        "its mail is from the intake \(intake), so that answers to it come back as mail (a loop)",
                        fix: "mandate settings set \(name.rawValue) USER-OR-ADDRESS", unset))
            }
        }
        for user in directory.users(with: intake) {
            findings.append(
                Finding(
                    "user \(user.id)",
                    "the intake \(intake) is an address of this user, so that answers to their mail come back as mail (a loop)",
                    fix: "mandate users set \(user.id.text.shellQuoted) --remove-address \(intake.description.shellQuoted)", unset))
        }
        for client in directory.allClients.sorted(by: { $0.name < $1.name }) where client.isEnabled {
            if client.noticeAddress == intake {
                findings.append(
                    Finding(
                        "client \(client.name)", "notices of failure go to the intake \(intake), whose program may answer them (a loop)",
                        fix: client.limiting("--notice-address ADDRESS")))
            }
            if client.authorIfUnusable == intake {
                findings.append(
                    Finding(
                        "client \(client.name)",
                        "mail without an author is from the intake \(intake), so that answers come back as mail (a loop)",
                        fix: client.limiting("--author-if-unusable ADDRESS")))
            }
        }
        return findings.by(.loop)
    }

    /// What one provider is shown to prove who asks could be shown to the other by whoever runs it (draft-ietf-oauth-security-topics-update, audience injection).
    private var sharedCertificates: [Finding] {
        let signing = directory.allApplications.filter { $0.certificate != nil }.sorted { $0.name < $1.name }
        let same = Dictionary(grouping: signing) { $0.certificate?.filter { !$0.isWhitespace } }.values
        return same.filter { Set($0.map(\.provider)).count > 1 }.sorted { $0[0].name < $1[0].name }.map { several in
            let places = several.map { "\($0.name) at \(directory.provider($0.provider)?.name ?? $0.provider.text)" }
            return Finding(
                "certificate of \(several[0].name)",
                "it signs in \(Self.some(places)): what the one provider is shown, it could show to the other as if it were you",
                fix: several.dropFirst().map {
                    "mandate applications set \($0.name.shellQuoted) --certificate FILE --key-from FILE   # a certificate of its own"
                })
        }.by(.sharedCertificate)
    }

    private var sorted: [Delegation] { directory.allDelegations.sorted { $0.id < $1.id } }

    /// A deny entry wins, always.
    private var contradictions: [Finding] {
        guard directory.allDenials.contains(where: { _ in true }) else { return [] }
        return sorted.compactMap { delegation in
            guard
                let deny = directory.denials(forAll: delegation.covers).first(where: { $0.mailbox.map { $0 == delegation.mailbox } ?? true }
                )
            else { return nil }
            let reason = deny.reason.isEmpty ? "" : ": \(deny.reason)"
            return Finding(
                name(of: delegation), "it is forbidden as well (\(deny.id)\(reason)), so nobody ever sends by it",
                fix: "mandate delegations revoke \(delegation.id.text.shellQuoted)", "mandate delegations lift \(deny.id.text.shellQuoted)"
            )
        }.by(.contradiction)
    }

    /// One mailbox, one pattern: the better kind is always taken, and in the end the lower priority.
    private var shadowed: [Finding] {
        let rights = Dictionary(grouping: sorted) { Pair(mailbox: $0.mailbox, covers: $0.covers) }.values.filter { $0.count > 1 }
        let doubled = rights.sorted { $0[0].id < $1[0].id }.flatMap { several -> [Finding] in
            let best = several.min { ($0.route.rank, $0.priority, $0.id) < ($1.route.rank, $1.priority, $1.id) }
            return several.filter { $0.id != best?.id && !isLimitedInTime(best) }.map { other in
                Finding(
                    name(of: other), "the same mailbox has it as \(best?.kind.rawValue ?? ""), which is always taken first",
                    fix: "mandate delegations revoke \(other.id.text.shellQuoted)")
            }
        }
        let members = directory.allFamilies.sorted { $0.name < $1.name }.flatMap { family in
            family.members.compactMap { member -> Finding? in
                guard case .address(let address) = member, directory.mailboxes(with: address).contains(where: \.isEnabled) else {
                    return nil
                }
                return Finding(
                    "family \(family.name)", "its member \(address) is a mailbox of its own, which is always taken first",
                    fix: "mandate mailboxes show \(address.description.shellQuoted)",
                    "mandate mailboxes remove \(address.description.shellQuoted)")
            }
        }
        return (doubled + members).by(.shadowed)
    }

    private struct Pair: Hashable {
        let mailbox: MailboxID
        let covers: AddressPattern
    }

    private func isLimitedInTime(_ delegation: Delegation?) -> Bool { delegation?.validFrom != nil || delegation?.validUntil != nil }

    /// The order is total in the end; that it is by the alphabet is hardly what somebody wanted.
    private var ambiguous: [Finding] {
        let rights = Dictionary(grouping: sorted) { Choice(covers: $0.covers, kind: $0.kind, priority: $0.priority) }.values
        let several = rights.filter { Set($0.map(\.mailbox)).count > 1 }.sorted { $0[0].id < $1[0].id }
        let delegations = several.compactMap { rights -> Finding? in
            let open = rights.filter { decider.outlook(of: $0, at: now).isOpen }.compactMap { directory.mailbox($0.mailbox)?.address }
                .sorted()
            guard Set(open).count > 1, let first = rights.first else { return nil }
            let covers = first.covers.description
            return Finding(
                "address \(covers)", "\(Self.some(open.map(\.description))) may send as it alike: which one does is decided by their names",
                fix: open.prefix(2).map {
                    "mandate delegations allow \($0.description.shellQuoted) \(covers.shellQuoted) --kind \(first.kind.rawValue) --priority 50"
                        + "   # if this one is to"
                })
        }
        let boxes = Dictionary(grouping: directory.allMailboxes.filter(\.isEnabled), by: \.address).filter { $0.value.count > 1 }
        let mailboxes = boxes.sorted { $0.key < $1.key }.map { address, several in
            Finding(
                "mailbox \(address)",
                "\(several.count) mailboxes have this address (\(Self.some(several.map(\.login)))): which one is taken is decided by their names",
                fix: several.sorted { $0.login < $1.login }.map {
                    "mandate mailboxes set \($0.id.text.shellQuoted) --disable   # if it is the other"
                })
        }
        let domains = Dictionary(
            grouping: directory.allFamilies.filter(\.isEnabled).flatMap { family in family.members.map { (family, $0) } }, by: \.1)
        let families = domains.filter { $0.value.count > 1 }.sorted { $0.key.description < $1.key.description }.map { member, several in
            let names = several.map(\.0.name).sorted()
            return Finding(
                "families of \(member)", "\(Self.some(names)) have it alike: which one is taken is decided by their names",
                fix: names.map { "mandate mailboxes set \($0.shellQuoted) --disable   # if it is the other" })
        }
        return (delegations + mailboxes + families).by(.ambiguous)
    }

    private struct Choice: Hashable {
        let covers: AddressPattern
        let kind: Delegation.Kind
        let priority: Int
    }

    /// Nothing leads to them.
    private var orphans: [Finding] {
        let used = Set(directory.allMailboxes.map(\.grant) + directory.allFamilies.map(\.grant))
        let applications = Set(directory.allGrants.map(\.application))
        let grants = directory.allGrants.filter { !used.contains($0.id) }.sorted { $0.name < $1.name }.map {
            Finding(
                "grant \($0.name)", "no mailbox and no family has its tokens",
                fix: "mandate mailboxes add ADDRESS --grant \($0.name.shellQuoted)",
                "mandate grants remove \($0.name.shellQuoted)")
        }
        let registrations = directory.allApplications.filter { !applications.contains($0.id) }.sorted { $0.name < $1.name }.map {
            Finding(
                "application \($0.name)", "no grant has its tokens from it",
                fix: "mandate grants add NAME --application \($0.name.shellQuoted) --kind app-only",
                "mandate applications remove \($0.name.shellQuoted)")
        }
        return (registrations + grants).by(.unused)
    }
}

extension Directory {
    /// Deny entries that speak of all that a pattern covers.
    fileprivate func denials(forAll pattern: AddressPattern) -> [Deny] {
        switch pattern {
        case .address(let address): denials(for: address)
        case .domain, .any:
            allDenials.filter { $0.covers == pattern || $0.covers == .any }.sorted { $0.id < $1.id }
        }
    }
}
