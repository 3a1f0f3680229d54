internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// The pairs of address and mailbox that a filter lets through, in one order that does not depend on who asks, and cut into pages. What a provider
/// has against single addresses of a domain stands among them, since the domain's own row cannot say it.
struct PairList: Sendable {
    /// What a visitor looks for; nil: all.
    struct Filter: Sendable, Hashable {
        var text: String?
        var kind: String?
        var state: String?

        var isSet: Bool { text != nil || kind != nil || state != nil }

        static let kinds = ["own", "family", "alias", "send-as", "on-behalf"]
        static let states = ["proven", "declared", "pending", "doubted", "denied", "rewritten"]
    }

    struct Pair: Sendable, Hashable {
        let right: SenderRights.Right
        /// A single address that is covered by its domain.
        let isException: Bool
        /// Its place in the order, and the cursor of the page that begins behind it.
        let key: String
    }

    /// More rows are slow to draw, and nobody reads them.
    static let pageSize = 100

    let pairs: [Pair]

    init(_ snapshot: Snapshot, _ filter: Filter, at now: Date) {
        let rights = SenderRights(snapshot, at: now)
        let test = Test(filter)
        let plain = rights.rights().lazy.filter { $0.by != "deny" }.map { Pair($0, isException: false) }
        let exceptions = rights.exceptions().map { Pair($0, isException: true) }
        pairs = (plain.filter(test.passes) + exceptions.filter(test.passes)).sorted { $0.key < $1.key }
    }

    /// The page behind a cursor; the first where the cursor is none, or nothing stands behind it.
    func page(after cursor: String?) -> Range<Int> {
        let start = cursor.flatMap { cursor in pairs.firstIndex { $0.key > cursor } } ?? 0
        return start..<min(start + Self.pageSize, pairs.count)
    }

    /// The cursor of the page before one; nil: that is the first page.
    func cursor(before page: Range<Int>) -> String? {
        page.lowerBound > Self.pageSize ? pairs[page.lowerBound - Self.pageSize - 1].key : nil
    }

    /// `13 pairs of 9 addresses and 4 mailboxes`
    var words: String {
        let addresses = Set(pairs.map(\.right.covers)).count
        let mailboxes = Set(pairs.map(\.right.mailbox)).count
        return "\(Self.count(pairs.count, "pair")) of \(Self.count(addresses, "address", "addresses")) and "
            + Self.count(mailboxes, "mailbox", "mailboxes")
    }

    private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(Words.number(number)) \(number == 1 ? one : many ?? one + "s")"
    }

    /// A filter, its text read once.
    private struct Test {
        private let filter: Filter
        private let text: String
        private let address: EmailAddress?

        init(_ filter: Filter) {
            self.filter = filter
            text = filter.text?.lowercased() ?? ""
            // Most texts are a part of an address, and so none.
            address = filter.text.flatMap { try? EmailAddress($0) }
        }

        func passes(_ pair: Pair) -> Bool {
            let right = pair.right
            guard filter.kind == nil || filter.kind == right.by, filter.state == nil || filter.state == right.standing else { return false }
            guard !text.isEmpty else { return true }
            return right.sendsAs.lowercased().contains(text) || right.mailbox.lowercased().contains(text)
                || (address.map(right.covers.matches) ?? false)
        }
    }
}

extension PairList.Pair {
    init(_ right: SenderRights.Right, isException: Bool) {
        self.right = right
        self.isException = isException
        let address = if case .address(let address) = right.covers { address.key } else { right.sendsAs }
        key = "\(address) \(right.rank) \(right.mailbox) \(right.id)"
    }
}

extension SenderRights.Right {
    /// Of the directory's entry that it comes from.
    fileprivate var id: String {
        switch kind {
        case .mailbox(let id): id.text
        case .family(let id): id.text
        case .delegation(let id): id.text
        case .deny(let id): id.text
        }
    }

    /// The author's own mailbox before a stranger's.
    fileprivate var rank: Int { PairList.Filter.kinds.firstIndex(of: by) ?? PairList.Filter.kinds.count }
}
