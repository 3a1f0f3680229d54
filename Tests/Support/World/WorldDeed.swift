internal import Mail
internal import Relay

/// Something that happens in a world, whoever does it.
enum WorldDeed: Sendable, Hashable {
    /// A client hands a message over: to so many recipients, some of whom are not there.
    case submit(from: EmailAddress, recipients: Int, gone: Int, octets: Int, node: Int)
    /// In so many jobs from then; the node is back after so many seconds.
    case kill(node: Int, steps: Int, back: Double)
    case stop(node: Int, back: Double)
    case jump(Double)
    case storeFails(StoreFailure, times: Int, readsToo: Bool)
    case storeLies(times: Int)
    /// The connection to it is lost inside a commit.
    case storeIsCut(StoreWeather.Cut, times: Int)
    case storeIsSlow(Double)
    case storeIsWell
    case mail(WorldProvider.Answer, times: Int)
    case token(WorldProvider.TokenAnswer, times: Int)
    case right(WorldProvider.Pair)
    case edit(Edit)
    case consent
    case rotateKey
    /// What an administrator changes.
    enum Edit: String, Sendable, Hashable, CaseIterable {
        case revoke, allow, rename, deny, lift
        case disableMailbox = "disable-mailbox"
        case enableMailbox = "enable-mailbox"
        case moveProvider = "move-provider"
        case replyTo = "reply-to"
        case fromMode = "from-mode"
        case otherSender = "other-sender"
        case giveDora = "give-dora"
    }
}

/// What happens in one world, and when.
package struct WorldPlan: Sendable {
    struct Entry: Sendable {
        let at: Double
        let deed: WorldDeed
    }

    var entries: [Entry]
    let nodes: Int
    /// Seconds of trouble, before all is well.
    let length: Double

    init(entries: [Entry], nodes: Int, length: Double) {
        self.entries = entries
        self.nodes = nodes
        self.length = length
    }

    /// All of it comes from the seed.
    package init(seed: UInt64) {
        var random = FakeGenerator(seed: seed ^ 0x5EED_0F_DEED5)
        nodes = random.isLikely(0.3) ? 2 : 1
        length = [60, 300, 900].randomElement(using: &random) ?? 300
        var entries: [Entry] = []
        for _ in 0..<Int.random(in: 4...24, using: &random) {
            let many = random.isLikely(0.2)
            let deed = WorldDeed.submit(
                from: Self.authors.randomElement(using: &random) ?? FakeCompany.ann,
                recipients: many ? Int.random(in: 2...5, using: &random) : 1,
                gone: random.isLikely(0.1) ? 1 : 0, octets: random.isLikely(0.03) ? 300_000 : Int.random(in: 10...200, using: &random),
                node: Int.random(in: 0..<nodes, using: &random))
            entries.append(Entry(at: Double.random(in: 0..<length * 0.9, using: &random), deed: deed))
        }
        for _ in 0..<Int.random(in: 0...10, using: &random) {
            // Half of it while a message is on its way: what collides is what finds something.
            let start = random.isLikely(0.5) ? entries.randomElement(using: &random)?.at : nil
            let at = start.map { $0 + Double.random(in: 0..<3, using: &random) } ?? Double.random(in: 0..<length, using: &random)
            entries.append(Entry(at: at, deed: Self.trouble(nodes, &random)))
        }
        self.entries = entries.sorted { $0.at < $1.at }
    }

    /// One node, and nothing ends it.
    var isOfOneRun: Bool {
        nodes == 1
            && !entries.contains { entry in
                switch entry.deed {
                case .kill, .stop: true
                default: false
                }
            }
    }

    /// Nothing happens to the store, nor to the clocks that its leases are told by.
    var isStoreWell: Bool {
        !entries.contains { entry in
            switch entry.deed {
            case .storeFails, .storeLies, .storeIsCut, .storeIsSlow, .jump: true
            default: false
            }
        }
    }

    static let authors = [FakeCompany.ann, FakeCompany.desk, FakeCompany.carol, FakeCompany.dora]

    private static func trouble(_ nodes: Int, _ random: inout FakeGenerator) -> WorldDeed {
        let node = Int.random(in: 0..<nodes, using: &random)
        switch Int.random(in: 0..<17, using: &random) {
        case 0, 1, 2:
            return .kill(node: node, steps: Int.random(in: 0...400, using: &random), back: [0.5, 5, 60].randomElement(using: &random) ?? 5)
        case 3: return .stop(node: node, back: 2)
        case 4:
            let size = [5, 400, 4000, 90_000, 300_000].randomElement(using: &random) ?? 5
            return .jump(random.isLikely(0.5) ? Double(size) : -Double(size))
        case 5:
            let failure: StoreFailure = [.busy, .full, .unavailable("the disk")].randomElement(using: &random) ?? .busy
            return .storeFails(failure, times: [1, 3, 30, 300, 2000].randomElement(using: &random) ?? 1, readsToo: random.isLikely(0.3))
        case 6: return .storeLies(times: Int.random(in: 1...4, using: &random))
        case 7: return random.isLikely(0.5) ? .storeIsSlow(3) : .storeIsWell
        case 8, 9, 10:
            return .mail(
                WorldProvider.Answer.allCases.randomElement(using: &random) ?? .late, times: [1, 2, 8].randomElement(using: &random) ?? 1)
        case 11:
            return .token(
                WorldProvider.TokenAnswer.allCases.randomElement(using: &random) ?? .slow, times: Int.random(in: 1...3, using: &random))
        case 12:
            let pairs = [("ann-login", FakeCompany.ann), ("desk-login", FakeCompany.desk), ("desk-login", FakeCompany.ann)]
            let pair = pairs.randomElement(using: &random) ?? pairs[0]
            return .right(WorldProvider.Pair(login: pair.0, from: pair.1))
        case 13: return random.isLikely(0.5) ? .consent : .rotateKey
        case 14:
            return .storeIsCut(
                StoreWeather.Cut.allCases.randomElement(using: &random) ?? .kept, times: [1, 2, 8].randomElement(using: &random) ?? 1)
        default: return .edit((WorldDeed.Edit.allCases + [.rename, .rename, .rename]).randomElement(using: &random) ?? .rename)
        }
    }
}

extension FakeGenerator {
    fileprivate mutating func isLikely(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }
}
