internal import Relay

/// A provider's limits by the names people type.
enum LimitName: String, CaseIterable {
    case connections
    case messagesPerMinute = "messages-per-minute"
    case recipientsPerDay = "recipients-per-day"
    case recipientsPerMessage = "recipients-per-message"
    case messageSize = "message-size"
    case tenantRecipientsPerDay = "tenant-recipients-per-day"
    case requestsAtOnce = "requests-at-once"
    case requestSize = "request-size"

    /// Of everything, a thousand million is no limit any more; directory files say the same.
    private static let most = 1_000_000_000

    private var path: any WritableKeyPath<ProviderLimits, Int?> & Sendable {
        switch self {
        case .connections: \.connections
        case .messagesPerMinute: \.messagesPerMinute
        case .recipientsPerDay: \.recipientsPerDay
        case .recipientsPerMessage: \.recipientsPerMessage
        case .messageSize: \.messageSize
        case .tenantRecipientsPerDay: \.tenantRecipientsPerDay
        case .requestsAtOnce: \.requestsAtOnce
        case .requestSize: \.requestSize
        }
    }

    func change(to text: String) throws(WordError) -> ProviderChange {
        let path = path
        if text.isEmpty || text == "none" { return ProviderChange { $0.limits[keyPath: path] = nil } }
        guard let number = Int(text), (1...Self.most).contains(number) else {
            throw WordError("\(rawValue) is a number from 1 to \(Self.most), or none")
        }
        return ProviderChange { $0.limits[keyPath: path] = number }
    }

    func cell(of provider: Provider) -> Cell { provider.limits[keyPath: path].map { .number($0) } ?? .none }
}
