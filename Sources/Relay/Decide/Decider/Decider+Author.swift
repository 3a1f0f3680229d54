internal import Mail

/// Steps 1 and 2: whose message is it, and may this client say so?
extension Decider {
    func author(for question: Question, _ explanation: inout Explanation) throws(Refusal) -> Author {
        if let purpose = question.purpose {
            return try author(of: purpose, question, &explanation)
        }
        return try authorFromField(question, &explanation)
    }

    /// A client's limits are on purposes AND addresses, judged on the resolved author, so that no setting lets it pass for someone else.
    func permit(_ author: Author, _ question: Question, _ explanation: inout Explanation) throws(Refusal) {
        guard let client = question.client else { return }
        if let why = objection(of: client, to: author, question) {
            explanation.note(.clientForbids(client.id, why))
            throw refuse(
                .clientNotPermitted, "client \(client.name) may not send this: \(why); an administrator can widen its limits",
                Search(explanation), author: author)
        }
        explanation.note(.clientPermits(client.id, author))
    }

    private func objection(of client: Client, to author: Author, _ question: Question) -> String? {
        guard client.isEnabled else { return "it is revoked" }
        guard client.roles.contains(.sender) else { return "it is no sender" }
        let limits = client.limits
        if !limits.purposes.isEmpty {
            guard let purpose = question.purpose else { return "it must name a purpose" }
            guard limits.purposes.contains(purpose) else { return "purpose \(purpose.rawValue) is outside its limits" }
        }
        guard !limits.addresses.isEmpty else { return nil }
        for named in author.all where !limits.addresses.contains(where: { $0.matches(named.address) }) {
            return "\(named.address) is outside its limits"
        }
        // The envelope sender counts only where it will really be used.
        if directory.settings.envelopePolicy == .client, case .address(let sender)? = question.envelopeSender,
            !limits.addresses.contains(where: { $0.matches(sender) })
        {
            return "the envelope sender \(sender) is outside its limits"
        }
        return nil
    }

    private func author(of purpose: Purpose, _ question: Question, _ explanation: inout Explanation) throws(Refusal) -> Author {
        for name in purpose.settings {
            guard let sender = directory.settings.sender(name) else {
                explanation.note(.settingUnset(name))
                continue
            }
            let setting = meaning(of: sender)
            explanation.note(.setting(name, text: sender.text, setting))
            let author = try self.author(setting, name, question, &explanation)
            explanation.note(.author(author))
            return author
        }
        throw refuse(
            .authorMissing, "none of the settings names an author for \(purpose.rawValue): set \(purpose.settings[0].rawValue)",
            Search(explanation))
    }

    private func author(
        _ setting: SenderSetting, _ name: SettingKey.Name, _ question: Question, _ explanation: inout Explanation
    ) throws(Refusal) -> Author {
        switch setting {
        case .user(let id):
            return try author(user: id, explanation)
        case .address(let address):
            return Author(NamedAddress(name: phrase(of: question), address: address))
        case .currentUser:
            guard let id = question.user else {
                throw refuse(
                    .currentUserMissing,
                    "\(name.rawValue) asks for the current user, and the message names none: say whom (--user, X-Mandate-User, or the client's own)",
                    Search(explanation))
            }
            return try author(user: id, explanation)
        case .unreadable(let text):
            throw refuse(
                .unknownUser, "\(name.rawValue) is \"\(text)\", which is neither a user nor an address: correct it", Search(explanation))
        }
    }

    private func author(user id: UserID, _ explanation: Explanation) throws(Refusal) -> Author {
        guard let byline = directory.byline(of: id) else {
            throw refuse(.unknownUser, "there is no user \"\(id)\": add it with `mandate users add`", Search(explanation))
        }
        // No other address is taken silently: mail from an address its owner has switched off would be worse than none.
        guard let author = byline.author else {
            throw refuse(.userWithoutAddress, "user \"\(id)\" has no primary address that is switched on", Search(explanation))
        }
        return Author(author)
    }

    private func authorFromField(_ question: Question, _ explanation: inout Explanation) throws(Refusal) -> Author {
        if let author = question.namedAuthor, author.isUsable {
            if case .loose(let named, let error) = question.from { explanation.note(.fromReadLoosely(named, error)) }
            explanation.note(.authorFromField(author))
            return author
        }
        let why = unusable(question)
        explanation.note(.authorUnusable(why))
        guard let substitute = question.client?.authorIfUnusable else {
            throw refuse(
                .authorMissing, "the message has no usable From (\(why)), and no purpose that names an author: give it one of these",
                Search(explanation))
        }
        explanation.note(.authorOfClient(substitute))
        return Author(NamedAddress(name: phrase(of: question), address: substitute))
    }

    /// Why the From field names nobody.
    private func unusable(_ question: Question) -> String {
        if let author = question.namedAuthor {
            let addresses = author.all.map(\.address).filter { !$0.domain.isUsableForAuthors }
            return "\(addresses.first ?? author.first.address) is of a domain that no one outside can answer to"
        }
        return switch question.from {
        case .absent, .authors: "there is none"
        case .unreadable(let error): error.description
        case .loose(_, let error): "\(error), and this client is held to the grammar"
        }
    }

    /// A bare address keeps the message's display phrase.
    private func phrase(of question: Question) -> String? {
        guard let author = question.namedAuthor, !author.isSeveral else { return nil }
        return author.first.name
    }
}

extension Author {
    /// Whether someone could be answered there.
    var isUsable: Bool { all.allSatisfy(\.address.domain.isUsableForAuthors) }
}

extension Domain {
    /// No dot, or one of the suffixes of machines that know no better name for themselves: `root@localhost`, `app@web1.internal`.
    fileprivate var isUsableForAuthors: Bool {
        isLiteral || (hasDot && !Self.localSuffixes.contains { ascii.hasSuffix($0) })
    }

    private static let localSuffixes = [".local", ".localdomain", ".internal"]
}
