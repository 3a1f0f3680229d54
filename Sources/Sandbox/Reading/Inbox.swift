/// What lies in a mailbox at one moment: the messages that the sandbox accepted for its addresses, as it delivered them.
struct Inbox: Sendable, Hashable {
    /// More is not shown: a dialogue must stay short, and who reads here looks for what came last.
    static let most = 1_000

    /// Changes when the numbers begin anew (RFC 9051, section 2.3.1.1).
    var validity = 1
    /// Oldest first.
    var messages: [DeliveredMessage] = []

    /// The places, counted from one, of the messages that a set such as `2,4:*` names; nil: it is none.
    func places(_ text: Substring, isUID: Bool) -> [Int]? {
        let numbers = isUID ? messages.map(\.uid) : Array(1...max(1, messages.count)).prefix(messages.count).map(\.self)
        let last = numbers.last ?? 0
        func number(_ text: Substring) -> Int? { text == "*" ? last : Int(text).flatMap { $0 > 0 ? $0 : nil } }
        var wanted: Set<Int> = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = piece.split(separator: ":", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = ends.first.flatMap(number), let second = ends.last.flatMap(number) else { return nil }
            let range = min(first, second)...max(first, second)
            wanted.formUnion(numbers.indices.filter { range.contains(numbers[$0]) }.map { $0 + 1 })
        }
        return wanted.sorted()
    }
}

/// One message as it lies in a mailbox.
struct DeliveredMessage: Sendable, Hashable {
    var uid: Int
    var content: [UInt8]

    /// Up to and with the empty line.
    var header: ArraySlice<UInt8> { content[..<HeaderGlance(content).bodyStart] }

    /// The fields of these names, each as it stands, continuation lines and all; then an empty line.
    func fields(_ names: [String]) -> [UInt8] {
        var kept: [UInt8] = []
        var isKept = false
        for line in header.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            if line.first != 0x20, line.first != 0x09 {
                let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self).trimmed
                isKept = names.contains { $0.lowercased() == name.lowercased() }
            }
            if isKept { kept += line + [0x0A] }
        }
        return kept + [0x0D, 0x0A]
    }

    /// Whether a field of this name has the text in it, whatever the case (RFC 9051, section 6.4.4).
    func has(_ text: String, inField name: String) -> Bool {
        let value = String(decoding: fields([name]), as: UTF8.self)
        guard let colon = value.firstIndex(of: ":") else { return false }
        return text.isEmpty || value[colon...].lowercased().contains(text.lowercased())
    }
}
