internal import NIOCore

/// Until when the client must have done what is expected of it. A byte a second keeps no command and no message open for ever.
struct Watch {
    private(set) var deadline: NIODeadline?
    private var contentStart = NIODeadline.uptimeNanoseconds(0)
    private var octets = 0

    /// A whole command line; less time for those nobody knows.
    mutating func command(_ patience: GatewaySettings.Patience, isKnown: Bool, at now: NIODeadline) {
        deadline = now + Self.amount(isKnown ? patience.command : patience.stranger)
    }

    mutating func content(_ patience: GatewaySettings.Patience, at now: NIODeadline) {
        contentStart = now
        octets = 0
        received(0, patience, at: now)
    }

    /// `count`: octets of content so far, also of one that is not wanted any more.
    mutating func received(_ count: Int, _ patience: GatewaySettings.Patience, at now: NIODeadline) {
        octets = count
        resumed(patience, at: now)
    }

    /// The client may go on.
    mutating func resumed(_ patience: GatewaySettings.Patience, at now: NIODeadline) {
        let whole = contentStart + Self.amount(patience.content + Double(octets) / max(patience.slowest, 1))
        deadline = min(now + Self.amount(patience.silence), whole)
    }

    /// Nothing is expected of the client: we are the ones who take time.
    mutating func stop() { deadline = nil }

    private static func amount(_ seconds: Double) -> TimeAmount { .milliseconds(Int64(min(max(seconds, 0.001), 86_400) * 1000)) }
}
