package import Mail
package import struct FoundationEssentials.Date

/// Who sends as which domain, by what receivers report, beside what Mandate sent itself: the auditor's answer to "who else?".
///
/// Pure: sums of reports, one directory, and what was seen in traffic. Nobody is asked for a name: a source is called after the provider whose published address it
/// is, else after the domain that its mail was signed for, or that SPF let it send for, and else it is its address.
package struct SendingSources: Sendable {
    /// What is known of a source, from harmless on.
    package enum Standing: String, Sendable, Hashable, CaseIterable {
        /// A provider that carries this domain's mail for Mandate, and no more than Mandate sent.
        case mandate
        /// It may be: it signs as the domain, and Mandate sends for it through a provider whose addresses nobody knows.
        case possible
        /// The same provider, but more than Mandate sent: somebody else sends there, too.
        case more
        /// Not by Mandate.
        case outside
        /// The domain is none of ours.
        case foreign
    }

    package struct Row: Sendable, Hashable {
        package let domain: String
        /// What it is called; an address where it has no name.
        package let source: String
        package var addresses: [IPAddress]
        package var counts: SendingCounts
        package var first: Date
        package var last: Date
        package fileprivate(set) var standing = Standing.outside
        /// Messages that Mandate sent as this domain within the time that it was seen, as far as that is known.
        package fileprivate(set) var sent = 0

        package var why: String {
            switch standing {
            case .mandate: "Mandate sends as \(domain) through it"
            case .possible: "it signs as \(domain), and Mandate sends for it through a provider whose addresses are not known"
            case .more: "Mandate sends as \(domain) through it, but sent \(sent): others do, too"
            case .outside where counts.aligned == counts.messages: "not by Mandate; it is aligned, so somebody has let it send"
            case .outside where counts.aligned == 0: "not by Mandate, and not aligned: nobody has let it send, or its signature is missing"
            case .outside: "not by Mandate; some of it is not aligned"
            case .foreign: "\(domain) is none of our domains"
            }
        }
    }

    package private(set) var rows: [Row] = []
    private let own: OwnDomains
    private let ways: [String: Set<ProviderKind>]
    private let sightings: [String: [SightingTotal]]

    /// `byAddress`: a row for each address, whatever its name.
    package init(_ totals: [SendingTotal], directory: Directory, sightings: [SightingTotal], domain: String? = nil, byAddress: Bool = false)
    {
        own = OwnDomains(directory)
        ways = Self.ways(directory)
        self.sightings = Dictionary(grouping: sightings.filter { $0.role == .from }) { $0.address.domain.ascii }
        var found: [String: Row] = [:]
        for total in totals where domain.map({ Self.isWithin(total.domain, $0) }) ?? true {
            let name = Self.name(total)
            let address = total.source.description
            let key = "\(total.domain)\n\(byAddress ? address : name ?? address)"
            var row =
                found[key]
                ?? Row(
                    domain: total.domain, source: name ?? address, addresses: [], counts: SendingCounts(), first: total.first,
                    last: total.last)
            if !row.addresses.contains(total.source) { row.addresses.append(total.source) }
            row.counts += total.counts
            row.first = min(row.first, total.first)
            row.last = max(row.last, total.last)
            found[key] = row
        }
        rows = found.values.map(judged).sorted(by: Self.isBefore)
    }

    /// The domain, or one below it.
    package static func isWithin(_ name: String, _ domain: String) -> Bool { name == domain || name.hasSuffix("." + domain) }

    /// What an auditor looks at first: from outside, the most first.
    private static func isBefore(_ one: Row, _ other: Row) -> Bool {
        let order: (Row) -> Int = { row in
            switch row.standing {
            case .outside: 0
            case .more: 1
            case .possible: 2
            case .mandate: 3
            case .foreign: 4
            }
        }
        return (order(one), other.counts.messages, one.domain, one.source) < (order(other), one.counts.messages, other.domain, other.source)
    }

    private static func name(_ total: SendingTotal) -> String? {
        if let network = SenderNetwork.of(total.source) { return network.name }
        let names = [total.signer, total.envelope].filter { !$0.isEmpty }
        return names.first { !isWithin($0, total.domain) && !isWithin(total.domain, $0) } ?? names.first
    }

    private func judged(_ row: Row) -> Row {
        var row = row
        let seen = sightings[row.domain] ?? []
        row.sent = seen.filter { $0.first <= row.last && $0.last >= row.first }.reduce(0) { $0 + $1.count }
        row.standing = standing(of: row, isSeen: !seen.isEmpty)
        return row
    }

    private func standing(of row: Row, isSeen: Bool) -> Standing {
        guard isSeen || isOurs(row.domain) else { return .foreign }
        guard row.sent > 0 else { return .outside }
        let kinds = ways[row.domain] ?? []
        if let network = row.addresses.first.flatMap({ SenderNetwork.of($0) }) {
            guard kinds.contains(network.kind) else { return .outside }
            return row.counts.messages <= row.sent ? .mandate : .more
        }
        let signsAsItself = Self.isWithin(row.source, row.domain) || Self.isWithin(row.domain, row.source)
        return kinds.contains(.custom) && signsAsItself && row.counts.aligned > 0 ? .possible : .outside
    }

    /// A domain below one of ours is ours, whoever made it up.
    private func isOurs(_ name: String) -> Bool {
        var rest = name[...]
        while true {
            if let domain = try? Domain(String(rest)), own.contains(domain) { return true }  // what is none is nobody's
            guard let dot = rest.firstIndex(of: ".") else { return false }
            rest = rest[rest.index(after: dot)...]
        }
    }

    /// Through what kinds of providers the directory sends as each domain.
    private static func ways(_ directory: Directory) -> [String: Set<ProviderKind>] {
        var ways: [String: Set<ProviderKind>] = [:]
        func kind(_ grant: GrantID) -> ProviderKind? { directory.provider(of: grant).flatMap { directory.provider($0) }?.kind }
        for mailbox in directory.allMailboxes {
            guard let kind = kind(mailbox.grant) else { continue }
            ways[mailbox.address.domain.ascii, default: []].insert(kind)
        }
        for family in directory.allFamilies {
            guard let kind = kind(family.grant) else { continue }
            for domain in family.members.compactMap(\.domainCovered) { ways[domain.ascii, default: []].insert(kind) }
        }
        for delegation in directory.allDelegations {
            guard let domain = delegation.covers.domainCovered, let mailbox = directory.mailbox(delegation.mailbox),
                let kind = kind(mailbox.grant)
            else { continue }
            ways[domain.ascii, default: []].insert(kind)
        }
        return ways
    }
}

extension AddressPattern {
    /// nil: every domain.
    fileprivate var domainCovered: Domain? {
        switch self {
        case .address(let address): address.domain
        case .domain(let domain): domain
        case .any: nil
        }
    }
}
