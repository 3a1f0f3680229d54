/// The settings of a store: the application's three, and Mandate's own beside them.
/// `mode`, `carrier`, `reply` and `fallback` may be followed by `.notification`, `.ad-hoc` or `.administrator`;
/// without one they hold for messages without a purpose and for every purpose that has no value of its own. `delivery` may be followed by a client.
package struct SettingKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    package enum Name: String, Sendable, Hashable, CaseIterable {
        case emailFromUserID = "EMAIL_FROM_USER_ID"
        case adHocEmailFromAddress = "AD_HOC_EMAIL_FROM_ADDRESS"
        case emailAdministratorUserID = "EMAIL_ADMINISTRATOR_USER_ID"
        case mode, carrier, reply, fallback
        case intake, template, organisation, signatures, envelope
        case originalFrom = "original-from"
        case publicURL = "public-url"
        case delivery

        /// Whether a purpose may follow the name.
        package var isPerPurpose: Bool {
            switch self {
            case .mode, .carrier, .reply, .fallback: true
            case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .intake, .template, .organisation, .signatures,
                .envelope, .originalFrom, .publicURL, .delivery:
                false
            }
        }
    }

    package let name: Name
    package let purpose: Purpose?
    /// Of `delivery` alone.
    package let client: ClientID?

    package init(deliveryOf client: ClientID) {
        name = .delivery
        purpose = nil
        self.client = client
    }

    package init(_ name: Name, for purpose: Purpose? = nil) {
        precondition(purpose == nil || name.isPerPurpose, "\(name.rawValue) is one value for all purposes")
        self.name = name
        self.purpose = purpose
        client = nil
    }

    /// Reads `mode.ad-hoc`, `EMAIL_FROM_USER_ID`, …; the three settings are found in any case, as applications write them.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = Name.allCases.first(where: { $0.rawValue.lowercased() == parts[0].lowercased() }) else { return nil }
        if parts.count == 2, name == .delivery {
            guard let client = ClientID(parts[1]) else { return nil }
            self.init(deliveryOf: client)
        } else if parts.count == 2 {
            guard name.isPerPurpose, let purpose = Purpose(rawValue: parts[1].lowercased()) else { return nil }
            self.init(name, for: purpose)
        } else {
            self.init(name)
        }
    }

    package var description: String {
        (purpose?.rawValue ?? client?.text).map { name.rawValue + "." + $0 } ?? name.rawValue
    }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    /// Every key there is, the three first.
    package static let all: [SettingKey] = Name.allCases.flatMap { name in
        name.isPerPurpose ? [SettingKey(name)] + Purpose.allCases.map { SettingKey(name, for: $0) } : [SettingKey(name)]
    }
}
