internal import Web
internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// One of the application's three settings: what it says, what mail of its purpose comes to right now, and what looks like a slip.
struct SenderPanel: Sendable {
    private let purpose: Purpose
    private let name: SettingKey.Name
    private let user: User?
    private let decider: Decider
    private let answer: Answer

    /// `user`: as whom the current-user value is worked out.
    init(_ purpose: Purpose, _ user: User?, _ decider: Decider, at now: Date) {
        self.purpose = purpose
        name = purpose.settings[0]
        self.user = user
        self.decider = decider
        answer = decider.decide(Question(purpose: purpose, user: user?.id, at: now))
    }

    private var key: SettingKey { SettingKey(name) }
    private var text: String? { decider.directory.settings[key] }
    /// The first of the settings that says something, by which mail of this purpose goes.
    private var source: SettingKey.Name? { purpose.settings.first { decider.directory.settings[SettingKey($0)] != nil } }
    private var isAboutCurrentUser: Bool { source.flatMap { decider.directory.settings[SettingKey($0)] }.map(meaning) == .currentUser }

    private func meaning(_ text: String) -> SenderSetting { SenderSetting(text) { decider.directory.hasUser($0) } }

    func document(_ typed: SettingsView.Typed) -> DocumentValue {
        let resolution = resolution
        return [
            "key": .text(name.rawValue), "purpose": .text(purpose.account), "value": DocumentValue(typed.values[key] ?? text),
            "is_set": .flag(text != nil), "meaning": .text(meaningWords), "resolves": resolution.document,
            "current_user": DocumentValue(isAboutCurrentUser ? currentUserWords : nil),
            "etag": .text(EntityTag.of(key, in: decider.directory.settings)),
            "error": DocumentValue(typed.errors[name.rawValue] ?? (resolution.isGood ? nil : slip)), "unset_words": .text(unsetWords),
        ]
    }

    private var meaningWords: String {
        guard text != nil else { return "Give \(SettingWords.choices(of: name))." }
        return "The value is \(SettingWords.meaning(of: key, text, decider.directory)).".sentence
    }

    private var currentUserWords: String {
        user.map { "Resolved for user \($0.id). Another user may have another answer." }
            ?? "It depends on who is signed in to the application: name a user above."
    }

    private var unsetWords: String {
        purpose.settings.count > 1
            ? "It then falls to \(purpose.settings[1].rawValue)." : "Administrative mail then has no author."
    }

    /// A name that nobody has looks the same as one that comes later, so this is said and no more.
    private var slip: String? {
        guard let text else { return nil }
        let directory = decider.directory
        switch meaning(text) {
        case .user, .currentUser: return nil
        case .address(let address):
            guard directory.users(with: address).isEmpty, directory.mailboxes(with: address).isEmpty else { return nil }
            return "No user has this id or address, and no mailbox this address.\(hint(text))"
        case .unreadable: return "No user has this id: until one has, such mail is refused.\(hint(text))"
        }
    }

    /// Names to compare with: more take longer than a guess is worth.
    private static let mostNames = 2000

    private func hint(_ text: String) -> String {
        let known =
            decider.directory.allMailboxes.prefix(Self.mostNames).map(\.address.description)
            + decider.directory.allUsers.prefix(Self.mostNames).map(\.id.text)
        return Closeness.nearest(to: text, in: known).map { " Did you mean \($0)?" } ?? ""
    }
}

/// What it comes to.
extension SenderPanel {
    private struct Resolution: Sendable {
        let isGood: Bool
        let kind: String
        let word: String
        var author: NamedAddress?
        var mailbox: String?
        var route: String?
        let words: String

        var document: DocumentValue {
            [
                "ok": .flag(isGood), "state": Words.badge(kind, word), "address": DocumentValue(author?.address.description),
                "name": DocumentValue(author?.name), "mailbox": DocumentValue(mailbox), "route": DocumentValue(route),
                "words": .text(words),
            ]
        }
    }

    private var resolution: Resolution {
        switch answer {
        case .decided(let decision):
            let isByReply = decision.route == .replyTo
            return Resolution(
                isGood: !isByReply, kind: isByReply ? "wait" : "good", word: isByReply ? "by Reply-To" : "has a route",
                author: decision.author.first, mailbox: decision.mailbox.address.description, route: decision.route.rawValue,
                words: origin + (isByReply ? replyWords(decision.author) : "\(purpose.mail) is from this address."))
        case .later(let author, let refusal):
            return Resolution(
                isGood: false, kind: "wait", word: "waits", author: author.first, words: origin + refusal.sentence.sentence)
        case .hold(let author, _):
            return Resolution(
                isGood: false, kind: "wait", word: "held", author: author.first,
                words: origin + "Nobody may send as \(author); such mail is held until somebody releases it.")
        case .refused(let refusal): return resolution(refusal)
        }
    }

    private func resolution(_ refusal: Refusal) -> Resolution {
        guard source != nil else {
            return Resolution(isGood: false, kind: "bad", word: "not set", words: unsetAccount)
        }
        if refusal.code == .currentUserMissing {
            return Resolution(
                isGood: true, kind: "off", word: "the current user", words: origin + "\(purpose.mail) is from each user's own address.")
        }
        let word = refusal.code == .noFallback ? "no route" : refusal.code.rawValue.split(separator: "-").joined(separator: " ")
        return Resolution(isGood: false, kind: "bad", word: word, author: refusal.author?.first, words: origin + refusal.sentence.sentence)
    }

    /// Which setting it is by, where that is not this one.
    private var origin: String { source == name || source == nil ? "" : "Falls to \(source?.rawValue ?? ""). " }

    private func replyWords(_ author: Author) -> String {
        let isByMode = decider.directory.settings.mode(purpose) == .replyTo
        return isByMode
            ? "The mode is reply-to: the author is in Reply-To, and the carrier in From."
            : "Nobody may send as \(author); the author is in Reply-To, and the carrier in From."
    }

    private var unsetAccount: String {
        switch purpose {
        case .notification: "Notifications have no author until it is set: mandate settings set EMAIL_FROM_USER_ID tracker"
        case .adHoc: "Falls to EMAIL_FROM_USER_ID, which is not set either."
        case .administrator: "Notices of failure have no author until it is set."
        }
    }
}

extension Purpose {
    fileprivate var account: String {
        switch self {
        case .notification: "Notifications: the application tells somebody something."
        case .adHoc: "Ad hoc: a person sends through the application."
        case .administrator: "Administrative mail, and the notices Mandate itself sends."
        }
    }

    fileprivate var mail: String {
        switch self {
        case .notification: "A notification"
        case .adHoc: "A person's mail"
        case .administrator: "Administrative mail"
        }
    }
}
