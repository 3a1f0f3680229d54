package import struct FoundationEssentials.Date

/// How much a client may hand in. What is not limited it may as it likes.
package struct Quota: Sendable, Hashable {
    /// What is counted. Hours are rolling ones, kept by the minute.
    package enum Quantity: String, Sendable, Hashable, CaseIterable {
        case messagesPerHour = "messages_per_hour"
        case recipientsPerHour = "recipients_per_hour"
        /// Of what it handed in and has not left: waiting, held or being sent. What was given up does not count.
        case queuedMessages = "queued_messages"
        case queuedOctets = "queued_octets"
    }

    private var limits: [Quantity: Int] = [:]

    package init(_ limits: [Quantity: Int] = [:]) { self.limits = limits }

    package subscript(_ quantity: Quantity) -> Int? {
        get { limits[quantity] }
        set { limits[quantity] = newValue }
    }

    package var isEmpty: Bool { limits.isEmpty }

    /// What can be asked for at all.
    package static let range: ClosedRange<Int64> = 1...1_000_000_000_000

    /// Why one more message is not taken, where its client has had so much; nil: there is room for it.
    package func excess(over use: ClientUse, recipients: Int, octets: Int, at now: Date) -> QuotaExcess? {
        for quantity in Quantity.allCases {
            guard let limit = limits[quantity] else { continue }
            let (added, used) = quantity.amounts(use, recipients: recipients, octets: octets)
            if added > limit { return QuotaExcess(quantity, limit: limit, wait: nil) }
            guard used + added > limit else { continue }
            return QuotaExcess(quantity, limit: limit, wait: quantity.wait(use, for: used + added - limit, at: now))
        }
        return nil
    }
}

extension Quota {
    /// `5000 messages an hour, 12 now`
    package func words(_ use: ClientUse) -> [String] {
        Quantity.allCases.compactMap { quantity in self[quantity].map { "\(quantity.words($0)), \(use[quantity]) now" } }
    }
}

/// What a client has handed in: within the last hour by the minute, and what of it has not left.
package struct ClientUse: Sendable, Hashable {
    package struct Minute: Sendable, Hashable {
        /// Since 1970.
        package let number: Int64
        package let messages: Int
        package let recipients: Int

        package init(number: Int64, messages: Int, recipients: Int) {
            self.number = number
            self.messages = messages
            self.recipients = recipients
        }
    }

    /// In their order.
    package let minutes: [Minute]
    package let queuedMessages: Int
    package let queuedOctets: Int

    package init(minutes: [Minute] = [], queuedMessages: Int = 0, queuedOctets: Int = 0) {
        self.minutes = minutes
        self.queuedMessages = queuedMessages
        self.queuedOctets = queuedOctets
    }

    /// The minute that a time falls in.
    package static func minute(of time: Date) -> Int64 { Int64((time.timeIntervalSince1970 / 60).rounded(.down)) }

    /// Those that count at a time: this one and the 59 before it.
    package static func hour(at time: Date) -> ClosedRange<Int64> { minute(of: time) - 59...minute(of: time) }

    package subscript(_ quantity: Quota.Quantity) -> Int { quantity.amounts(self, recipients: 0, octets: 0).used }
}

/// A client has had as much as it may.
package struct QuotaExcess: Error, Sendable, Hashable, CustomStringConvertible {
    package let quantity: Quota.Quantity
    package let limit: Int
    /// Seconds until it is worth another try; nil: the message alone is more than that.
    package let wait: Int?

    package init(_ quantity: Quota.Quantity, limit: Int, wait: Int?) {
        self.quantity = quantity
        self.limit = limit
        self.wait = wait
    }

    package var description: String {
        guard let wait else { return "the message alone is more than the \(quantity.words(limit)) that this client may have" }
        let rest = wait > 90 ? "\((wait + 59) / 60) minutes" : "\(wait) seconds"
        return "this client may have \(quantity.words(limit)), and has: try again in \(rest)"
    }
}

extension Quota.Quantity {
    /// `messages an hour`
    package var words: String { "\(thing)s \(place)" }

    /// `1 message an hour`
    package func words(_ count: Int) -> String { count == 1 ? "1 \(thing) \(place)" : "\(count) \(words)" }

    private var thing: String {
        switch self {
        case .messagesPerHour, .queuedMessages: "message"
        case .recipientsPerHour: "recipient"
        case .queuedOctets: "octet"
        }
    }

    private var place: String {
        switch self {
        case .messagesPerHour, .recipientsPerHour: "an hour"
        case .queuedMessages, .queuedOctets: "in the queue"
        }
    }

    /// Seconds after which a queue is looked at again: nobody knows when something leaves it.
    private static let queueWait = 60

    fileprivate func amounts(_ use: ClientUse, recipients: Int, octets: Int) -> (added: Int, used: Int) {
        switch self {
        case .messagesPerHour: (1, use.minutes.reduce(0) { $0 + $1.messages })
        case .recipientsPerHour: (recipients, use.minutes.reduce(0) { $0 + $1.recipients })
        case .queuedMessages: (1, use.queuedMessages)
        case .queuedOctets: (octets, use.queuedOctets)
        }
    }

    /// Until so much of it does not count any more.
    fileprivate func wait(_ use: ClientUse, for excess: Int, at now: Date) -> Int {
        var excess = excess
        for minute in use.minutes {
            switch self {
            case .messagesPerHour: excess -= minute.messages
            case .recipientsPerHour: excess -= minute.recipients
            case .queuedMessages, .queuedOctets: return Self.queueWait
            }
            guard excess > 0 else {
                return max(1, Int((Double(minute.number + 60) * 60 - now.timeIntervalSince1970).rounded(.up)))
            }
        }
        return Self.queueWait
    }
}
