internal import Relay

/// A provider's habits by the names people type, and how a word becomes a value of each.
enum HabitName: String, CaseIterable {
    case refusesSeveralAuthors = "refuses-several-authors"
    case replacesUnlistedFrom = "replaces-unlisted-from"
    case propagationMinutes = "propagation-minutes"
    case takesNullSender = "takes-null-sender"
    case oldRefreshTokenWorks = "old-refresh-token-works"
    case unusedConsentDays = "unused-consent-days"
    case passwordEndsConsent = "password-ends-consent"
    case allowsDeviceFlow = "allows-device-flow"
    case sendsAliasAsPrimary = "sends-alias-as-primary"
    case promisesIssuer = "promises-issuer"
    case wantsBasic = "wants-basic"

    private enum Value {
        case flag(any WritableKeyPath<Provider, Bool> & Sendable)
        /// A whole number of a unit, kept in seconds.
        case time(any WritableKeyPath<Provider, Double> & Sendable, unit: Double, ClosedRange<Int>)
        case optionalTime(any WritableKeyPath<Provider, Double?> & Sendable, unit: Double, ClosedRange<Int>)
        case transports(any WritableKeyPath<Provider, Set<Transport>> & Sendable)
    }

    private var value: Value {
        switch self {
        case .refusesSeveralAuthors: .flag(\.habits.refusesSeveralAuthors)
        case .replacesUnlistedFrom: .flag(\.habits.replacesUnlistedFrom)
        // A week: what takes longer is not on its way.
        case .propagationMinutes: .time(\.habits.propagation, unit: 60, 0...10_080)
        case .takesNullSender: .flag(\.habits.takesNullSender)
        case .oldRefreshTokenWorks: .flag(\.habits.oldRefreshTokenWorks)
        case .unusedConsentDays: .optionalTime(\.habits.unusedConsentLife, unit: 86_400, 1...36_500)
        case .passwordEndsConsent: .flag(\.habits.passwordEndsConsent)
        case .allowsDeviceFlow: .flag(\.habits.allowsDeviceFlow)
        case .sendsAliasAsPrimary: .transports(\.habits.sendsAliasAsPrimary)
        case .promisesIssuer: .flag(\.authorization.promisesIssuer)
        case .wantsBasic: .flag(\.authorization.wantsBasic)
        }
    }

    func change(to text: String) throws(WordError) -> ProviderChange {
        switch value {
        case .flag(let path):
            guard text == "yes" || text == "no" else { throw WordError("\(rawValue) is yes or no") }
            return ProviderChange { $0[keyPath: path] = text == "yes" }
        case .time(let path, let unit, let range):
            let seconds = Double(try number(text, in: range)) * unit
            return ProviderChange { $0[keyPath: path] = seconds }
        case .optionalTime(let path, let unit, let range):
            let seconds = text.isEmpty || text == "none" ? nil : Double(try number(text, in: range)) * unit
            return ProviderChange { $0[keyPath: path] = seconds }
        case .transports(let path):
            let transports = try transports(text)
            return ProviderChange { $0[keyPath: path] = transports }
        }
    }

    func cell(of provider: Provider) -> Cell {
        switch value {
        case .flag(let path): .flag(provider[keyPath: path])
        case .time(let path, let unit, _): .number(Int(provider[keyPath: path] / unit))
        case .optionalTime(let path, let unit, _): provider[keyPath: path].map { .number(Int($0 / unit)) } ?? .none
        case .transports(let path): .list(provider[keyPath: path].map(\.rawValue).sorted())
        }
    }

    private func number(_ text: String, in range: ClosedRange<Int>) throws(WordError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw WordError("\(rawValue) is a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private func transports(_ text: String) throws(WordError) -> Set<Transport> {
        var transports: Set<Transport> = []
        for word in text == "none" ? [] : text.split(separator: ",") {
            guard let transport = Transport(rawValue: String(word)) else {
                throw WordError("\(rawValue) is a list such as graph,gmail, or none")
            }
            transports.insert(transport)
        }
        return transports
    }
}
