internal import Dispatch
internal import Mail
internal import Relay
internal import Synchronization

/// What it takes to write the journal: the chain's key, the strand, and salts.
struct JournalPen: Sendable {
    /// The one of a store in a file.
    static let strand = "main"
    /// As long as the digest that it keys (RFC 2104 section 3).
    static let keySize = 32
    static let keyName = SecretName(.journalKey, of: strand)
    /// 128 bits: nobody can ask an erased row "was it ann@example.org?".
    private static let saltSize = 16

    let chain: JournalChain
    private let key: [UInt8]
    private let random: RandomBytes

    init(key: [UInt8], random: @escaping RandomBytes) {
        self.key = key
        self.random = random
        chain = JournalChain(key: key)
    }

    static func open(_ transaction: Transaction, vault: Vault, random: @escaping RandomBytes) throws -> JournalPen {
        guard let sealed = try transaction.secret(keyName) else { throw StoreFailure.damaged("the journal's key is missing") }
        return JournalPen(key: try vault.open(sealed, for: keyName).reveal(), random: random)
    }

    static let missing = StoreFailure.unavailable("the journal cannot be written without its key: open the store with its vault")

    /// All of an entry but its link: whoever brings it does this, beside the one thread that writes.
    func line(_ entry: JournalEntry) -> JournalLine {
        let salt = random(Self.saltSize)
        return JournalLine(
            entry: entry, facts: ListText.write(entry.facts.map { [$0.name, $0.value] }), salt: salt,
            parts: ListText.write(entry.personal.map { [$0.role.rawValue, $0.text] }),
            digest: JournalChain.personalDigest(entry.personal, salt: salt), signature: signature(of: entry))
    }

    /// Of many on all processors: whoever waits for the writer waits for them, too.
    func lines(_ entries: [JournalEntry]) -> [JournalLine] {
        guard entries.count > Self.piece else { return entries.map(line) }
        let pieces = (entries.count + Self.piece - 1) / Self.piece
        let done = Mutex([[JournalLine]](repeating: [], count: pieces))
        DispatchQueue.concurrentPerform(iterations: pieces) { number in
            let some = entries[number * Self.piece..<min((number + 1) * Self.piece, entries.count)].map(line)
            done.withLock { $0[number] = some }
        }
        return done.withLock { $0.flatMap { $0 } }
    }

    /// Entries that are worth handing to another thread.
    private static let piece = 100

    /// Equal for refusals that count as one: same client, author and code. Keyed, so that it tells nobody who they were.
    private func signature(of entry: JournalEntry) -> [UInt8]? {
        guard entry.kind == .refused else { return nil }
        let authors = entry.personal.filter { $0.role == .author }
        let named = ["client", "code"].map { name in entry.facts.first { $0.name == name }?.value ?? "" }
        let parts = authors.map { JournalEntry.Personal(.author, JournalText.normal($0.text)) } + named.map { .init(.person, $0) }
        return JournalChain.personalDigest(parts, salt: key)
    }
}

/// An entry as its row has it.
struct JournalLine: Sendable {
    let entry: JournalEntry
    let facts: String
    let salt: [UInt8]
    let parts: String
    let digest: [UInt8]
    /// Of a refusal.
    let signature: [UInt8]?
}

/// The last link of a strand.
struct JournalHead {
    var number: Int64
    var mac: [UInt8]
}

/// How personal parts are looked for: an address by its identity, any other text without regard to case.
enum JournalText {
    static func normal(_ text: String) -> String {
        if let address = try? EmailAddress(text) { return address.key }  // most are; names are the others
        return text.lowercased()
    }
}
