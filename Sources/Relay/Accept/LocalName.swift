package import Mail
package import struct FoundationEssentials.Date

/// A name without a domain, as cron and other programs of this machine write to: `root`, `www-data`.
package enum LocalName {
    package static func isOne(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || "-._+".utf8.contains(byte)
            }
    }
}

extension Decider {
    /// Where mail to an account of this machine goes: to the user of that id, else to whom administrative mail is from; nil where there is neither.
    package func address(ofAccount name: String, at now: Date) -> EmailAddress? {
        if let id = UserID(name), let primary = directory.user(id)?.primaryAddress, primary.isOn { return primary.address }
        switch decide(Question(purpose: .administrator, at: now)) {
        case .decided(let decision): return decision.author.first.address
        case .hold(let author, _): return author.first.address
        case .refused: return nil
        }
    }
}
