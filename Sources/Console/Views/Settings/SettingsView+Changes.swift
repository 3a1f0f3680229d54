internal import Web
internal import HTTPTypes
internal import Relay

/// Setting and unsetting. What cannot be kept comes back as it was typed, with the reason beside it.
extension SettingsView {
    func set() async throws -> ConsoleAnswer {
        let name = request.path("key")
        let text = request.form["value"] ?? ""
        let typed = SettingKey(name).map { Typed(values: [$0: text]) } ?? Typed()
        return try await answer(typed, at: name) { try $0.set(name, to: text, expecting: request.form["etag"] ?? "") }
    }

    func unset() async throws -> ConsoleAnswer {
        let name = request.path("key")
        return try await answer(Typed(), at: name) { try $0.set(name, to: nil, expecting: request.form["etag"] ?? "") }
    }

    /// The four of a purpose, all or none.
    func setPurpose() async throws -> ConsoleAnswer {
        let word = request.path("purpose")
        let purpose = Purpose(rawValue: word)
        guard purpose != nil || word == Self.anyPurpose else { throw Problem(.notFound, "there is no such purpose") }
        let values = Self.purposeNames.map { (key: SettingKey($0, for: purpose), text: request.form[$0.rawValue]) }
        let typed = Typed(values: Dictionary(uniqueKeysWithValues: values.map { ($0.key, $0.text ?? "") }))
        return try await answer(typed, at: word) { try $0.set(values, expecting: request.form["etag"] ?? "") }
    }

    private func answer(
        _ typed: Typed, at place: String, _ verb: (Administration) throws -> Plan
    ) async throws -> ConsoleAnswer {
        do { return .redirect("/settings", Notice(try await request.editor.edit { try verb($0) }.plan)) } catch let refusal
            as AdministrationRefusal
        {
            // As the directory is by now.
            let now = SettingsView(request)
            let status = Problem(refusal).kind.status
            guard refusal.code != .notFound else { throw refusal }
            guard refusal.code != .changedMeanwhile else {
                let words = refusal.sentence.sentence + " What you typed is still here: look, and save again."
                return .page(now.page(typed, status: status, notice: .bad(words)))
            }
            var typed = typed
            typed.errors[place] = (refusal.field == "value" ? "" : "\(refusal.field): ") + refusal.words
            return .page(now.page(typed, status: .unprocessableContent))
        }
    }
}
