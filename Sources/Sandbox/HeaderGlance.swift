/// The little of a message's header that a submission server looks at: the addresses of From and Sender, and the Message-ID.
///
/// Written for the sandbox alone, so that it cannot share a mistake with the rewriter it is there to check.
struct HeaderGlance: Sendable, Hashable {
    var from: [String] = []
    var fromFields = 0
    var sender: String?
    var messageID: String?
    /// Where the body begins; the content's length where there is none.
    var bodyStart: Int

    /// More header than this is not looked at.
    private static let limit = 1 << 20

    init(_ content: [UInt8]) {
        bodyStart = content.count
        var start = 0
        var field: [UInt8] = []
        while start < min(content.count, Self.limit) {
            let end = content[start...].firstIndex(of: 0x0A) ?? content.count
            var line = content[start..<end]
            if line.last == 0x0D { line = line.dropLast() }
            start = min(end + 1, content.count)
            if line.first == 0x20 || line.first == 0x09 {
                field.append(contentsOf: line)
                continue
            }
            take(field)
            field = Array(line)
            if line.isEmpty {
                bodyStart = start
                break
            }
        }
        take(field)
    }

    private mutating func take(_ field: [UInt8]) {
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return }
        let name = String(decoding: field[..<colon], as: UTF8.self).lowercased().trimmed
        let value = String(decoding: field[(colon + 1)...], as: UTF8.self)
        switch name {
        case "from":
            fromFields += 1
            from += AddressScanner.addresses(value)
        case "sender": sender = sender ?? AddressScanner.addresses(value).first
        case "message-id": messageID = messageID ?? value.trimmed
        default: break
        }
    }
}

extension StringProtocol {
    /// Without white space at either end.
    var trimmed: String {
        var rest = Substring(self)
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest.drop { $0.isWhitespace })
    }
}
