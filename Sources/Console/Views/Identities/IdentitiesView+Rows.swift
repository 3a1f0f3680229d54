internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// A pair of address and mailbox as a row of a table.
struct PairRow: Sendable {
    let pair: PairList.Pair
    let directory: Directory
    let now: Date
    /// Where somebody comes back to who has done something with it.
    let place: String

    var document: DocumentValue {
        let right = pair.right
        let delegation = if case .delegation(let id) = right.kind { directory.delegation(id) } else { Delegation?.none }
        let isAddress = if case .address = right.covers { true } else { false }
        return [
            "address": .text(right.sendsAs), "href": DocumentValue(isAddress ? ExplainView.href(right.sendsAs) : nil),
            "mailbox": .text(right.mailbox), "mailbox_id": .text(right.row?.id ?? ""),
            "mailbox_href": DocumentValue(pair.right.row?.place), "route": .text(right.by),
            "priority": DocumentValue(delegation.map { String($0.priority) }), "state": right.document(at: now),
            "granted": delegation.map(granted) ?? .null, "next": .text(place),
            // Taking back a domain's right is its own row's business.
            "delegation": pair.isException
                ? .null
                : delegation.map { ["id": .text(PercentCoding.encode($0.id.text)), "etag": .text(EntityTag.of(.delegation($0)))] } ?? .null,
            "can_probe": .flag(isAddress && mailbox?.isEnabled == true), "can_clear": .flag(isAddress && right.state.isInTheWay),
        ]
    }

    private func granted(_ delegation: Delegation) -> DocumentValue {
        // What a file says without a date was granted at the beginning of time.
        let isDated = delegation.grantedAt.timeIntervalSince1970 > 0
        let validity = [delegation.validFrom.map { "from \($0.day)" }, delegation.validUntil.map { "until \($0.day)" }].compactMap(\.self)
        return [
            "by": .text(delegation.grantedBy), "at": Words.moment(isDated ? delegation.grantedAt : nil, at: now),
            "reason": DocumentValue(delegation.reason.isEmpty ? nil : delegation.reason),
            "valid": DocumentValue(validity.isEmpty ? nil : validity.joined(separator: " ")),
        ]
    }

    private var mailbox: Mailbox? { if case .mailbox(let id)? = pair.right.row { directory.mailbox(id) } else { nil } }
}

/// Pairs as edges of the drawing.
extension IdentitiesView {
    func graph(_ list: PairList, _ directory: Directory, _ health: HealthReport) -> SenderGraph? {
        var mailboxes: [String: SenderGraph.Mailbox] = [:]
        var families: [String: SenderGraph.Mailbox] = [:]
        let edges = list.pairs.map { pair in
            let right = pair.right
            var label = right.mailbox
            switch right.row {
            case .family(let id)?:
                label += " (family)"
                if families[label] == nil, let family = directory.family(id) {
                    families[label] = node(label, right.mailbox, health.health(of: family))
                }
            case .mailbox(let id)?:
                if mailboxes[label] == nil, let mailbox = directory.mailbox(id) {
                    mailboxes[label] = node(label, label, health.health(of: mailbox))
                }
            case nil: break
            }
            let (kind, word) = right.badge(at: now)
            return SenderGraph.Edge(address: right.sendsAs, mailbox: label, route: right.by, word: word, kind: kind)
        }
        let nodes = [mailboxes, families].flatMap { $0.values.sorted { $0.label < $1.label } }
        return SenderGraph(edges, mailboxes: nodes)
    }

    private func node(_ label: String, _ query: String, _ health: Health) -> SenderGraph.Mailbox {
        let kind = if case .text(let kind)? = Words.state(health, at: now)["kind"] { kind } else { "off" }
        return SenderGraph.Mailbox(label: label, query: query, kind: kind)
    }
}

extension ConcreteMailbox.Row {
    /// The id by itself; ids say their kind to the eye only.
    fileprivate var id: String {
        switch self {
        case .mailbox(let id): id.text
        case .family(let id): id.text
        }
    }
}

extension SenderRights.Right {
    /// What is known of the pair, unless something else keeps mail from going that way.
    private var isHeldUpElsewhere: Bool {
        if case .known = state { !effective.isOpen && !state.isInTheWay } else { false }
    }

    /// The colour and the word.
    fileprivate func badge(at now: Date) -> (kind: String, word: String) {
        isHeldUpElsewhere ? (effective.kind, effective.state.rawValue) : state.badge(at: now)
    }

    fileprivate func document(at now: Date) -> DocumentValue {
        guard isHeldUpElsewhere else { return state.document(at: now) }
        return [
            "kind": .text(effective.kind), "word": .text(effective.state.rawValue), "reason": .text(effective.reason), "since": .null,
            "ends": nil, "last": nil,
        ]
    }
}

extension SenderRights.Right.State {
    var isInTheWay: Bool { if case .known(let standing, _) = self { standing.isInTheWay } else { false } }

    /// The colour and the word.
    fileprivate func badge(at now: Date) -> (kind: String, word: String) {
        switch self {
        case .known(.proven, _): isProven(at: now) ? ("good", "proven") : ("off", "declared")
        case .known(.pending, _), .known(.doubted, _): ("wait", word)
        case .known(.denied, _), .known(.rewritten, _): ("bad", word)
        case .known(.declared, _), .disabled, .expired, .forbidden: ("off", word)
        case .notYetValid: ("wait", word)
        }
    }

    private func isProven(at now: Date) -> Bool { if case .known(let standing, _) = self { standing.isProven(at: now) } else { false } }

    fileprivate func document(at now: Date) -> DocumentValue {
        let (kind, word) = badge(at: now)
        let (reason, since) = account(at: now)
        return [
            "kind": .text(kind), "word": .text(word), "reason": DocumentValue(reason), "since": Words.moment(since, at: now),
            "ends": nil, "last": nil,
        ]
    }

    /// Why, and since when.
    private func account(at now: Date) -> (reason: String?, since: Date?) {
        switch self {
        case .known(.declared, _), .forbidden: return (nil, nil)
        case .known(.proven(let at, let how), _):
            return (isProven(at: now) ? how : "it was proven too long ago to count: \(how)", at)
        case .known(.pending(let until, nil, _), _):
            return (
                now < until
                    ? "the provider may need until \(Words.words(until, at: now))" : "the provider has had its time; mail finds out", nil
            )
        case .known(.pending(_, let denied?, _), let transport):
            let next = self.standing?.nextProbe.map { "; next probe \(Words.words($0, at: now))" } ?? ""
            return ("refused meanwhile over \(transport.rawValue)\(next)", denied)
        case .known(.doubted(let doubt), let transport):
            return ("a message was refused over \(transport.rawValue) with \(doubt.code); \(doubt.prospect)", doubt.since)
        case .known(.denied(let at, let code), let transport): return ("\(code) over \(transport.rawValue)", at)
        case .known(.rewritten(let at, let to), let transport): return ("the provider sent it as \(to) over \(transport.rawValue)", at)
        case .disabled: return ("the mailbox is disabled", nil)
        case .notYetValid(let from): return ("valid from \(Words.words(from, at: now))", nil)
        case .expired(let at): return ("it was valid until \(Words.words(at, at: now))", nil)
        }
    }

    private var standing: Standing? { if case .known(let standing, _) = self { standing } else { nil } }
}
