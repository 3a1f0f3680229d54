internal import HashTreeCollections
package import Mail

/// The settings as they were written, and what they mean. Meaning is worked out when a value is set (see `problem`) and
/// again when it is read: users come and go, and `EMAIL_FROM_USER_ID` may name one that came later.
package struct Settings: Sendable, Hashable {
    private var texts: TreeDictionary<SettingKey, String>

    package init(_ texts: [SettingKey: String] = [:]) {
        self.texts = TreeDictionary(uniqueKeysWithValues: texts.map { ($0.key, $0.value) })
    }

    /// The text as it was set; setting nil unsets it.
    package subscript(key: SettingKey) -> String? {
        get { texts[key] }
        set { texts[key] = newValue }
    }

    package var all: [(key: SettingKey, text: String)] { texts.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 } }

    /// Every key there is, and those of clients that are set.
    package var keys: [SettingKey] { SettingKey.all + all.map(\.key).filter { $0.client != nil } }

    /// The purpose's own value, else the one for all.
    private func text(_ name: SettingKey.Name, _ purpose: Purpose?) -> String? {
        purpose.flatMap { texts[SettingKey(name, for: $0)] } ?? texts[SettingKey(name)]
    }

    package func mode(_ purpose: Purpose?) -> Mode { text(.mode, purpose).flatMap(Mode.init(rawValue:)) ?? .from }

    package func replyPolicy(_ purpose: Purpose?) -> ReplyPolicy {
        text(.reply, purpose).flatMap(ReplyPolicy.init(rawValue:)) ?? .author
    }

    package func fallback(_ purpose: Purpose?) -> Fallback { text(.fallback, purpose).flatMap(Fallback.init(rawValue:)) ?? .replyTo }

    /// The carrier as set, unresolved: a user id or an address.
    package func carrier(_ purpose: Purpose?) -> String? { text(.carrier, purpose) }

    package var intake: EmailAddress? { texts[SettingKey(.intake)].flatMap { try? EmailAddress($0) } }  // checked when it was set

    /// `{name} via {organisation}`, because readers know that shape from mailing lists (domain.md 4.4).
    package var template: String { texts[SettingKey(.template)] ?? "{name} via {organisation}" }

    package var organisation: String? { texts[SettingKey(.organisation)] }

    package var signaturePolicy: SignaturePolicy {
        texts[SettingKey(.signatures)].flatMap(SignaturePolicy.init(rawValue:)) ?? .strip
    }

    /// Off unless asked for: `X-Original-From` discloses an address, and the journal has it anyway.
    package var keepsOriginalFrom: Bool { texts[SettingKey(.originalFrom)] == "on" }

    package var envelopePolicy: EnvelopePolicy { texts[SettingKey(.envelope)].flatMap(EnvelopePolicy.init) ?? .byRoute }
}

/// Where the author goes.
package enum Mode: String, Sendable, Hashable, CaseIterable {
    case from
    /// Always to Reply-To, even where a route exists: the administrator's free choice.
    case replyTo = "reply-to"
}

/// Whom answers reach.
package enum ReplyPolicy: String, Sendable, Hashable, CaseIterable {
    case author, intake, both

    package var addsIntake: Bool { self != .author }
}

/// What happens to a message whose author has no route.
package enum Fallback: String, Sendable, Hashable, CaseIterable {
    case replyTo = "reply-to"
    case refuse, hold
}

/// What happens to DKIM-Signature, ARC-* and Authentication-Results when From, Sender or Reply-To changes (RFC 6376 section 5.4).
package enum SignaturePolicy: String, Sendable, Hashable, CaseIterable {
    case strip, keep, refuse
}

/// The envelope sender a message leaves with.
package enum EnvelopePolicy: Sendable, Hashable, CustomStringConvertible {
    /// The From address on the author's own routes, the mailbox on the others: SPF aligns with the visible sender.
    case byRoute
    case mailbox
    case from
    case client
    case fixed(EmailAddress)

    package init?(_ text: String) {
        switch text {
        case "by-route": self = .byRoute
        case "mailbox": self = .mailbox
        case "from": self = .from
        case "client": self = .client
        default:
            guard let address = try? EmailAddress(text) else { return nil }  // the caller says what the choices are
            self = .fixed(address)
        }
    }

    package var description: String {
        switch self {
        case .byRoute: "by-route"
        case .mailbox: "mailbox"
        case .from: "from"
        case .client: "client"
        case .fixed(let address): address.description
        }
    }
}
