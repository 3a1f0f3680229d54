internal import Mail
internal import struct FoundationEssentials.Date

/// The addresses that something names, told apart: those of which one right and nothing else speaks, and against which nothing is known, have one answer for each
/// mailbox and domain, so that a hundred thousand rights are not as many questions. All others are asked about one by one.
struct AlikeAddresses: Sendable {
    struct Class: Hashable {
        let right: AddressUsage.PlainRight
        let domain: Domain
    }

    private(set) var classes: [Class: [EmailAddress]] = [:]
    private(set) var others: [EmailAddress] = []

    init(_ uses: AddressUses, _ directory: Directory, _ conditions: Conditions, besides carriers: Set<EmailAddress>, at now: Date) {
        var singular = carriers
        for mailbox in directory.allMailboxes { singular.insert(mailbox.address) }
        for family in directory.allFamilies { for case .address(let address) in family.members { singular.insert(address) } }
        for deny in directory.allDenials { if case .address(let address) = deny.covers { singular.insert(address) } }
        for (key, standing) in conditions.standingsInNoOrder where !standing.isUneventful(at: now) { singular.insert(key.from) }
        for (address, usage) in uses.all {
            if let right = usage.plainRight, !singular.contains(address) {
                classes[Class(right: right, domain: address.domain), default: []].append(address)
            } else {
                others.append(address)
            }
        }
    }
}

extension Decider {
    /// Whether nothing but the class decides. A provider that takes no From before it is listed asks of each address whether it is, and accounts of a family for a
    /// whole domain may ail one by one.
    func hasOneAnswer(for kind: AlikeAddresses.Class, like example: EmailAddress) -> Bool {
        guard let source = directory.mailbox(kind.right.mailbox).flatMap({ directory.source(of: $0.grant) }),
            !source.provider.habits.replacesUnlistedFrom
        else { return false }
        return conditions.ailingAccounts.isEmpty || directory.families(with: example).byDomain.isEmpty
    }
}

extension Standing {
    /// Whatever is known of the pair, it is nothing that anybody has to hear of.
    fileprivate func isUneventful(at now: Date) -> Bool {
        switch self {
        case .declared: true
        case .proven: isProven(at: now)
        case .pending, .doubted, .denied, .rewritten: false
        }
    }
}
