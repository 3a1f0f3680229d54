internal import Web
internal import HTTPTypes
internal import Mail
internal import Relay

/// The settings: the three senders with what each comes to right now, what holds for each purpose, and the others.
struct SettingsView: Sendable {
    static let routes: [ConsoleRoute] = [
        .get("/settings") { request in .page(SettingsView(request).page()) },
        .post("/settings/{key}") { request in try await SettingsView(request).set() },
        .post("/settings/{key}/unset") { request in try await SettingsView(request).unset() },
        .post("/settings/purposes/{purpose}") { request in try await SettingsView(request).setPurpose() },
    ]

    let request: ConsoleRequest
    /// One snapshot for the whole page.
    let decider: Decider
    var directory: Directory { decider.directory }
    var settings: Settings { directory.settings }

    /// What somebody typed that could not be kept, by the setting's key, and what is wrong with it; a purpose's error by the purpose's word.
    struct Typed: Sendable {
        var values: [SettingKey: String] = [:]
        var errors: [String: String] = [:]
    }

    init(_ request: ConsoleRequest) {
        self.request = request
        decider = request.dependencies.decider()
    }

    /// For messages without a purpose, and for every purpose that has no value of its own.
    static let anyPurpose = "any"
    static let purposeNames: [SettingKey.Name] = [.mode, .carrier, .reply, .fallback]
    /// Users whom a browser offers while somebody types: more are slow to load.
    private static let mostSuggestions = 200

    func page(_ typed: Typed = Typed(), status: HTTPResponse.Status = .ok, notice: Notice? = nil) -> Page {
        let wanted = request.query["user"]
        let user = wanted.flatMap(user)
        return Page(
            "settings", "Settings",
            [
                "resolve_as": DocumentValue(wanted),
                "resolve_error": wanted != nil && user == nil ? "There is no user with this id or address." : nil,
                "suggestions": .list(suggestions),
                "senders": .list(
                    [Purpose.notification, .adHoc, .administrator].map { SenderPanel($0, user, decider, at: request.now).document(typed) }),
                "modes": .list((Purpose.allCases.map(Purpose?.some) + [nil]).map { mode($0, typed) }),
                "others": .list(
                    SettingKey.Name.allCases.filter { !$0.isPerPurpose && $0.purpose == nil }.map { other(SettingKey($0), typed) }),
            ], status: status, notice: notice)
    }

    private func user(_ text: String) -> User? {
        if let user = UserID(text).flatMap({ directory.user($0) }) { return user }
        guard case .address(let address) = SenderSetting(text, isUser: { _ in false }) else { return nil }
        return directory.users(with: address).first
    }

    private var suggestions: [DocumentValue] {
        let users = directory.allUsers.prefix(Self.mostSuggestions).sorted { $0.id < $1.id }
        return [["value": .text(SenderSetting.currentUserText), "label": "the user whom the application names"]]
            + users.map { user in
                let words = ["user", user.name, user.primaryAddress?.address.description ?? ""].filter { !$0.isEmpty }
                return ["value": .text(user.id.text), "label": .text(words.joined(separator: " "))]
            }
    }
}

/// What holds for each purpose.
extension SettingsView {
    private func mode(_ purpose: Purpose?, _ typed: Typed) -> DocumentValue {
        let word = purpose?.rawValue ?? Self.anyPurpose
        var usual = settings
        for name in Self.purposeNames { usual[SettingKey(name, for: purpose)] = nil }
        return [
            "purpose": .text(word), "etag": .text(Self.tag(purpose, settings)), "error": DocumentValue(typed.errors[word]),
            "mode": choice(.mode, purpose, Mode.self, usual: usual.mode(purpose).rawValue, settings.mode(purpose).rawValue, typed),
            "carrier": carrier(purpose, typed),
            "reply": choice(
                .reply, purpose, ReplyPolicy.self, usual: usual.replyPolicy(purpose).rawValue, settings.replyPolicy(purpose).rawValue,
                typed),
            "fallback": choice(
                .fallback, purpose, Fallback.self, usual: usual.fallback(purpose).rawValue, settings.fallback(purpose).rawValue, typed),
        ]
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: SettingKey.Name, _ purpose: Purpose?, _: Choice.Type, usual: String, _ effective: String, _ typed: Typed
    ) -> DocumentValue {
        let key = SettingKey(name, for: purpose)
        let selected = typed.values[key] ?? settings[key] ?? ""
        let words = Choice.allCases.map(\.rawValue)
        return [
            "choices": .list(
                [["value": "", "label": .text("default (\(usual))"), "selected": .flag(!words.contains(selected))]]
                    + words.map { ["value": .text($0), "label": .text($0), "selected": .flag($0 == selected)] }),
            "is_set": .flag(settings[key] != nil), "effective": .text(effective),
        ]
    }

    private func carrier(_ purpose: Purpose?, _ typed: Typed) -> DocumentValue {
        let key = SettingKey(.carrier, for: purpose)
        let address = decider.carrier(for: purpose).named?.address.description
        let effective = address ?? "none yet"
        let isSet = settings[key] != nil
        return [
            "value": DocumentValue(typed.values[key] ?? settings[key]), "effective": .text(effective), "is_set": .flag(isSet),
            "words": .text(!isSet ? "default: \(effective)" : address == settings[key] ? "set" : "set: \(address ?? "it has no address")"),
        ]
    }

    /// Of the four settings of a purpose, which are one form.
    static func tag(_ purpose: Purpose?, _ settings: Settings) -> String {
        EntityTag.of(purposeNames.map { SettingKey($0, for: purpose) }, in: settings)
    }
}

/// The settings that are one value for everyone.
extension SettingsView {
    private func other(_ key: SettingKey, _ typed: Typed) -> DocumentValue {
        let value = typed.values[key] ?? settings[key]
        let choices = key.name.choices
        let selected = value ?? choices.first ?? ""
        return [
            "key": .text(key.description), "value": DocumentValue(value), "is_set": .flag(settings[key] != nil),
            "usual": .text(choices.first ?? SettingWords.meaning(of: key, nil, directory)), "meaning": .text(meaning(key, selected)),
            "has_choices": .flag(!choices.isEmpty),
            "choices": .list(choices.map { ["value": .text($0), "selected": .flag($0 == selected)] }),
            "etag": .text(EntityTag.of(key, in: settings)), "error": DocumentValue(typed.errors[key.description]),
        ]
    }

    private func meaning(_ key: SettingKey, _ text: String) -> String {
        let meaning = SettingWords.meaning(of: key, text, directory)
        return (key.name.choices.isEmpty ? "\(meaning): \(SettingWords.choices(of: key.name))" : meaning).sentence
    }
}

extension SettingKey.Name {
    /// Where there are few values, all of them, the usual one first.
    fileprivate var choices: [String] {
        switch self {
        case .signatures: SignaturePolicy.allCases.map(\.rawValue)
        case .originalFrom: ["off", "on"]
        case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID, .mode, .carrier, .reply, .fallback, .intake, .template,
            .organisation, .envelope, .publicURL, .delivery:
            []
        }
    }
}
