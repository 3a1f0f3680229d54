internal import Relay

/// A provider's habits and limits by the names people type, and where each stands in the words of the directory file.
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

    var place: [String] {
        switch self {
        case .propagationMinutes: ["habits", "propagation_seconds"]
        // Its authorisation server's own.
        case .promisesIssuer, .wantsBasic: ["authorization", rawValue.asKey]
        default: ["habits", rawValue.asKey]
        }
    }

    /// What it is not is said by whoever reads it.
    func value(_ text: String) -> DocumentValue {
        switch self {
        case .sendsAliasAsPrimary: DocumentValue(text == "none" ? [] : text.split(separator: ",").map(String.init))
        case .unusedConsentDays where text.isEmpty || text == "none": .null
        case .propagationMinutes: Int64(text).flatMap { $0.magnitude < 1_000_000 ? .number($0 * 60) : nil } ?? .text(text)
        default: .spoken(text)
        }
    }

    func cell(of provider: DocumentValue) -> Cell {
        switch provider.value(at: place) {
        case .flag(let flag)?: .flag(flag)
        case .number(let number)?: .number(Int(self == .propagationMinutes ? number / 60 : number))
        case .list(let items)?: .list(items.compactMap { if case .text(let text) = $0 { text } else { nil } })
        case .null?, .text?, .decimal?, .map?: .none
        case nil: self == .unusedConsentDays ? .none : .flag(false)
        }
    }
}

/// How much of something one account may do.
enum LimitName: String, CaseIterable {
    case connections
    case messagesPerMinute = "messages-per-minute"
    case recipientsPerDay = "recipients-per-day"
    case recipientsPerMessage = "recipients-per-message"
    case messageSize = "message-size"
    case tenantRecipientsPerDay = "tenant-recipients-per-day"
    case requestsAtOnce = "requests-at-once"
    case requestSize = "request-size"

    var place: [String] { ["limits", rawValue.asKey] }

    func value(_ text: String) -> DocumentValue { text.isEmpty || text == "none" ? .null : .spoken(text) }

    func cell(of provider: DocumentValue) -> Cell {
        if case .number(let number)? = provider.value(at: place) { .number(Int(number)) } else { .none }
    }
}

extension String {
    /// A word of the command line as the directory file has it.
    var asKey: String { replacing("-", with: "_") }
}

extension DocumentValue {
    /// A number where it is one, as a file would have it.
    fileprivate static func spoken(_ text: String) -> DocumentValue { Int64(text).map { .number($0) } ?? .text(text) }

    fileprivate func value(at place: [String]) -> DocumentValue? {
        place.reduce(self as DocumentValue?) { value, key in value?[key] }
    }
}
