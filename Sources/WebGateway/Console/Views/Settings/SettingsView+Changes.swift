internal import HTTPTypes
internal import Relay

/// Setting and unsetting. What cannot be kept comes back as it was typed, with the reason beside it.
extension SettingsView {
    func set() async throws -> ConsoleAnswer {
        let key = try key()
        let text = visit.form["value"] ?? ""
        let later = key.name == .publicURL ? " It holds from the service's next start." : ""
        return try await answer("\(key) is now \(text).\(later)", Typed(values: [key: text]), at: key.description) {
            try checkLength(text)
            try await visit.editing.set(key, to: text, ifMatch: visit.form["etag"] ?? "")
        }
    }

    func unset() async throws -> ConsoleAnswer {
        let key = try key()
        return try await answer("\(key) is not set any more.", Typed(), at: key.description) {
            try await visit.editing.set(key, to: nil, ifMatch: visit.form["etag"] ?? "")
        }
    }

    /// Octets: a line of a message has no more (RFC 5322 section 2.1.1), and most values end up in one.
    private static let longest = 998

    private func checkLength(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.longest else { throw Problem(.invalid, "it is longer than \(Self.longest) octets") }
    }

    private func key() throws(Problem) -> SettingKey {
        guard let key = SettingKey(visit.path("key")) else { throw Problem(.notFound, "there is no such setting") }
        return key
    }

    /// The four of a purpose, all or none.
    func setPurpose() async throws -> ConsoleAnswer {
        let word = visit.path("purpose")
        let purpose = Purpose(rawValue: word)
        guard purpose != nil || word == Self.anyPurpose else { throw Problem(.notFound, "there is no such purpose") }
        var typed = Typed()
        for name in Self.purposeNames { typed.values[SettingKey(name, for: purpose)] = visit.form[name.rawValue] ?? "" }
        return try await answer("What holds for \(word) is kept.", typed, at: word) {
            try await visit.editing.edit { directory in
                guard EntityTag.matches(visit.form["etag"] ?? "", Self.tag(purpose, directory.settings)) else {
                    throw Problem(.changedMeanwhile, "somebody changed what holds for \(word) since this page was loaded")
                }
                return .init(changes: try changes(purpose, directory))
            }
        }
    }

    private func changes(_ purpose: Purpose?, _ directory: Directory) throws(Problem) -> [DirectoryChange] {
        var changes: [DirectoryChange] = []
        for name in Self.purposeNames {
            let key = SettingKey(name, for: purpose)
            let text = visit.form[name.rawValue]
            guard text != directory.settings[key] else { continue }
            guard let text else {
                changes.append(.remove(EntityKey(.setting, key.description)))
                continue
            }
            try checkLength(text)
            if let problem = key.problem(with: text, in: directory) { throw Problem(.invalid, "\(name.rawValue): \(problem)") }
            changes.append(.put(.setting(key, text)))
        }
        return changes
    }

    private func answer(_ words: String, _ typed: Typed, at place: String, _ work: () async throws -> Void) async throws -> ConsoleAnswer {
        do {
            try await work()
            return .redirect("/settings", .good(words))
        } catch let problem as Problem where problem.kind == .invalid || problem.kind == .changedMeanwhile {
            // As the directory is by now.
            let now = SettingsView(visit)
            guard problem.kind == .invalid else {
                let sentence = problem.detail.sentence + " What you typed is still here: look, and save again."
                return .page(now.page(typed, status: problem.kind.status, notice: .bad(sentence)))
            }
            var typed = typed
            typed.errors[place] = problem.detail.sentence
            return .page(now.page(typed, status: .unprocessableContent))
        }
    }
}
