internal import Mail
internal import Relay

/// What a client may ask for, and what holds where it says nothing, as somebody types it.
struct LimitsForm: Sendable {
    /// In the words of the directory file.
    static let fields = ["addresses"] + defaults + quantities
    private static let defaults = ["default_purpose", "default_user", "author_if_unusable", "notice_address"]
    private static let quantities = Quota.Quantity.allCases.map(\.rawValue)

    private var values: [String: String] = [:]
    private var purposes: [String] = []
    private var isStrict = false

    init() {}

    init(_ form: Form) {
        for field in Self.fields { values[field] = form[field] }
        purposes = form.all("purpose")
        isStrict = form.isTicked("strict")
    }

    init(_ client: Client) {
        values["addresses"] = client.limits.addresses.map(\.description).joined(separator: "\n")
        values["default_purpose"] = client.defaultPurpose?.rawValue
        values["default_user"] = client.defaultUser?.text
        values["author_if_unusable"] = client.authorIfUnusable?.description
        values["notice_address"] = client.noticeAddress?.description
        for quantity in Quota.Quantity.allCases { values[quantity.rawValue] = client.quota[quantity].map(String.init) }
        purposes = client.limits.purposes.map(\.rawValue)
        isStrict = client.isStrict
    }

    /// Where a refusal is shown: `limits.addresses[1]` is of the field of addresses, and where limits are wanted those are the ones to give.
    static func field(_ refusal: AdministrationRefusal) -> String {
        if refusal.field.hasPrefix("limits") { return "addresses" }
        return refusal.field.hasPrefix("quota.") ? String(refusal.field.dropFirst(6)) : refusal.field
    }

    /// With null for what was not given.
    var entries: [DocumentValue.Entry] {
        let patterns = (values["addresses"] ?? "").split { $0.isWhitespace || $0 == "," || $0 == ";" }.map(String.init)
        let limits: DocumentValue = ["purposes": DocumentValue(purposes), "addresses": DocumentValue(patterns)]
        let defaults = Self.defaults.map { DocumentValue.Entry($0, DocumentValue(values[$0])) }
        let quota = DocumentValue.map(Self.quantities.map { .init($0, DocumentValue(values[$0])) })
        return [.init("limits", limits), .init("quota", quota)] + defaults + [.init("strict", .flag(isStrict))]
    }

    /// As it stands in the form.
    var typed: [DocumentValue.Entry] {
        Self.fields.map { .init($0, DocumentValue(values[$0])) } + [.init("strict", .flag(isStrict))]
    }

    /// What there is to choose from.
    var choices: [DocumentValue.Entry] {
        let purposes = Purpose.allCases.map {
            IdentitiesView.choice($0.rawValue, $0.rawValue, isSelected: self.purposes.contains($0.rawValue))
        }
        let chosen = values["default_purpose"] ?? ""
        let defaults = ([("", "none: by the From field")] + Purpose.allCases.map { ($0.rawValue, $0.rawValue) }).map { value, label in
            IdentitiesView.choice(value, label, isSelected: value == chosen)
        }
        return [.init("purpose_choices", .list(purposes)), .init("default_purposes", .list(defaults))]
    }
}

extension Role {
    /// Boxes to tick.
    static func choices(_ chosen: [String]) -> DocumentValue {
        .list(
            [Role.sender, .auditor, .administrator].map { role in
                ["value": .text(role.rawValue), "about": .text(role.about), "selected": .flag(chosen.contains(role.rawValue))]
            })
    }

    private var about: String {
        switch self {
        case .sender: "asks whose mail it is, and hands mail over, within its limits"
        case .auditor: "reads everything here, changes nothing"
        case .administrator: "changes everything here"
        }
    }
}
