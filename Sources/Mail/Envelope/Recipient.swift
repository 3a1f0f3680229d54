/// One who shall get the message, and what the sender wants to hear about it (RFC 3461 4.1, 4.2).
package struct Recipient: Sendable, Hashable {
    /// When to report. `never` excludes the others; nothing asked for is nil in `Recipient`, not an empty set.
    package struct Notify: OptionSet, Sendable, Hashable, CustomStringConvertible {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        package static let never = Self(rawValue: 1)
        package static let success = Self(rawValue: 2)
        package static let failure = Self(rawValue: 4)
        package static let delay = Self(rawValue: 8)

        private static let words: [(word: String, notify: Self)] = [
            ("NEVER", .never), ("SUCCESS", .success), ("FAILURE", .failure), ("DELAY", .delay),
        ]

        /// The value of NOTIFY: `NEVER`, or others with commas between them.
        package init?(_ text: String) {
            var notify: Self = []
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let known = Self.words.first(where: { ASCII.lowercased($0.word) == ASCII.lowercased(String(part)) }) else {
                    return nil
                }
                notify.insert(known.notify)
            }
            guard !notify.contains(.never) || notify == .never else { return nil }
            self = notify
        }

        package var description: String {
            Self.words.filter { contains($0.notify) }.map(\.word).joined(separator: ",")
        }
    }

    package var address: EmailAddress
    package var notify: Notify?
    /// ORCPT as it was given, its type and xtext included: `rfc822;ann@example.org`.
    package var originalRecipient: String?

    package init(address: EmailAddress, notify: Notify? = nil, originalRecipient: String? = nil) {
        self.address = address
        self.notify = notify
        self.originalRecipient = originalRecipient
    }
}
