internal import Mail

/// What a setting may be, said before it is kept: `settings set`, `apply` and the directory file ask here.
extension SettingKey {
    /// Why the text is no value for this setting in this directory, as one sentence; nil when it is one. The directory is as it will be
    /// beside the new value: whether it holds the old one does not matter.
    package func problem(with text: String, in directory: Directory) -> String? {
        guard text.contains(where: { !$0.isWhitespace }) else { return "it is empty: unset \(self) instead" }
        guard text.isOneLine else {
            return "it must be one line without control characters"
        }
        switch name {
        case .emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID: return senderProblem(text, directory)
        case .carrier: return carrierProblem(text, directory)
        case .mode: return choiceProblem(text, Mode.self)
        case .reply: return replyProblem(text, directory)
        case .fallback: return choiceProblem(text, Fallback.self)
        case .signatures: return choiceProblem(text, SignaturePolicy.self)
        case .intake: return intakeProblem(text, directory)
        case .template: return templateProblem(text)
        case .organisation: return atProblem(text)
        case .envelope:
            return EnvelopePolicy(text) == nil
                ? "\"\(text)\" is no envelope policy: choose by-route, mailbox, from, client or give an address" : nil
        case .originalFrom: return ["on", "off"].contains(text) ? nil : "\"\(text)\" is neither on nor off"
        case .publicURL: return urlProblem(text)
        case .delivery: return deliveryProblem(text, directory)
        }
    }

    private func deliveryProblem(_ text: String, _ directory: Directory) -> String? {
        guard Delivery(text) != nil else { return "\"\(text)\" is not possible: choose live, hold, or redirect ADDRESS" }
        guard let client, directory.client(client) == nil else { return nil }
        return "there is no client \(client)"
    }

    private func senderProblem(_ text: String, _ directory: Directory) -> String? {
        switch SenderSetting(text, isUser: { directory.hasUser($0) }) {
        case .address(let address) where directory.settings.intake == address:
            return "\(address) is the intake address: mail from it would be answered to itself (mail loop)"
        case .unreadable(let text) where SenderSetting.resemblesCurrentUser(text):
            return "\"\(text)\" is no user: did you mean \"\(SenderSetting.currentUserText)\"?"
        // What is neither may be a user who comes later; until then such mail is refused as `unknown-user`.
        case .user, .address, .currentUser, .unreadable: return nil
        }
    }

    /// A carrier is the same for everyone, so the current user cannot be it.
    private func carrierProblem(_ text: String, _ directory: Directory) -> String? {
        guard case .currentUser = SenderSetting(text, isUser: { directory.hasUser($0) }) else { return nil }
        return "the carrier must be a user or an address: the current user would need a route of their own, and then no carrier"
    }

    private func replyProblem(_ text: String, _ directory: Directory) -> String? {
        if let problem = choiceProblem(text, ReplyPolicy.self) { return problem }
        guard ReplyPolicy(rawValue: text)?.addsIntake == true, directory.settings[SettingKey(.intake)] == nil else { return nil }
        return "\(text) needs an intake address: set intake first"
    }

    /// Mail from a user or an author that is answered into the intake would come back as mail to him (domain.md 1.5, MAILBOX_USER).
    private func intakeProblem(_ text: String, _ directory: Directory) -> String? {
        let intake: EmailAddress
        do throws(AddressError) { intake = try EmailAddress(text) } catch { return "\"\(text)\" is not an address: \(error)" }
        if let user = directory.users(with: intake).first {
            return "\(intake) is an address of the user \(user.id): the intake must be nobody's own (mail loop)"
        }
        for name in [Name.emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID] {
            guard let text = directory.settings[SettingKey(name)] else { continue }
            if SenderSetting(text, isUser: { directory.hasUser($0) }) == .address(intake) {
                return "\(intake) is the author that \(name.rawValue) names: the intake must be nobody's own (mail loop)"
            }
        }
        return nil
    }

    private func templateProblem(_ text: String) -> String? {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let place = ["{name}", "{organisation}"].first(where: { rest[open...].hasPrefix($0) }) else {
                return "a template knows only {name} and {organisation}"
            }
            rest = rest[open...].dropFirst(place.count)
        }
        guard text.contains("{name}") else { return "a template needs {name}: without it, nobody sees who wrote" }
        return atProblem(text)
    }

    /// Readers and filters take an address inside a display name for the sender (domain.md 4.4).
    private func atProblem(_ text: String) -> String? {
        text.contains("@") ? "it becomes part of a display name and must not contain an @" : nil
    }

    /// The rule of every address that codes and cookies pass, and nothing behind the path: paths are added to it.
    private func urlProblem(_ text: String) -> String? {
        guard !text.contains(where: { "?{}".contains($0) }) else {
            return "\"\(text)\" is not a web address like https://mail.example.org/mandate, without ? or #"
        }
        do throws(EndpointError) { _ = try EndpointAddress(text) } catch {
            return error == .plainHTTP
                ? "plain http is for http://localhost alone: codes and cookies pass there (Entra refuses anything else, too)"
                : "\"\(text)\" is not a web address like https://mail.example.org/mandate, without ? or #"
        }
        return pathProblem(text)
    }

    /// A proxy may take the path off or leave it, and both are served: a request could not be told from one for a page of ours that begins in the same way.
    /// Browsers, proxies and cookies agree about plain steps alone.
    private func pathProblem(_ text: String) -> String? {
        var rest = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
        rest = rest.drop { $0 != "/" }
        while rest.last == "/" { rest.removeLast() }
        let steps = rest.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPlain = steps.allSatisfy { step in
            !step.isEmpty && step != "." && step != ".." && step.utf8.allSatisfy { Self.isPlain($0) }
        }
        guard isPlain else { return "its path may have letters, digits and - . _ ~ between its slashes, such as /mandate" }
        guard let first = steps.first, Self.reservedSteps.contains(where: { $0.lowercased() == first.lowercased() }) else { return nil }
        return "/\(first) is where pages of the service itself begin: choose another path, such as /mandate, or none"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }

    /// With what each path of the service begins: pages, consent, API and what monitors ask for.
    package static let reservedSteps: Set<String> = [
        "account", "api", "applications", "assets", "clients", "delegations", "denies", "dmarc", "explain", "families", "healthz",
        "identities", "impact", "imports", "journal", "lint", "login", "logout", "mailboxes", "metrics", "OAuth2", "openapi.json",
        "outcomes", "providers", "queue", "reach", "readyz", "review", "sent", "settings", "standings", "tokens", "unauthorised",
        "unauthorized", "users", "v1",
    ]

    private func choiceProblem<Choice: RawRepresentable<String> & CaseIterable>(_ text: String, _: Choice.Type) -> String? {
        guard Choice(rawValue: text) == nil else { return nil }
        let choices = Choice.allCases.map(\.rawValue)
        let hint = Closeness.nearest(to: text, in: choices).map { "; did you mean \($0)?" } ?? ""
        return "\"\(text)\" is not possible: choose \(choices.joined(separator: ", "))\(hint)"
    }
}
