internal import HashTreeCollections
package import Mail

/// The settings as they were written, and what they mean. Meaning is worked out once, when a value is set: deciding asks for a dozen of them for each
/// message. Only whether a text names a user is seen when it is read, because users come and go.
package struct Settings: Sendable, Hashable {
    private var texts: TreeDictionary<SettingKey, String>
    private var policies: Policies

    package init(_ texts: [SettingKey: String] = [:]) {
        self.texts = TreeDictionary(uniqueKeysWithValues: texts.map { ($0.key, $0.value) })
        policies = texts.isEmpty ? .usual : Policies { texts[$0] }
    }

    /// The text as it was set; setting nil unsets it.
    package subscript(key: SettingKey) -> String? {
        get { texts[key] }
        set {
            texts[key] = newValue
            policies = Policies { texts[$0] }
        }
    }

    package var all: [(key: SettingKey, text: String)] { texts.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 } }

    /// Every key there is, and those of clients that are set.
    package var keys: [SettingKey] { SettingKey.all + all.map(\.key).filter { $0.client != nil } }

    package func mode(_ purpose: Purpose?) -> Mode { policies[purpose].mode }
    package func replyPolicy(_ purpose: Purpose?) -> ReplyPolicy { policies[purpose].reply }
    package func fallback(_ purpose: Purpose?) -> Fallback { policies[purpose].fallback }
    /// As it was set; whom it names is not looked up.
    func carrier(_ purpose: Purpose?) -> SenderText? { policies[purpose].carrier }

    /// Of one of the three settings that name an author.
    func sender(_ name: SettingKey.Name) -> SenderText? { policies.sender(name) }

    package var intake: EmailAddress? { policies.intake }
    var template: PhraseTemplate { policies.template }
    package var organisation: String? { policies.organisation }
    package var signaturePolicy: SignaturePolicy { policies.signatures }
    package var keepsOriginalFrom: Bool { policies.keepsOriginalFrom }
    package var envelopePolicy: EnvelopePolicy { policies.envelope }

    package static func == (left: Self, right: Self) -> Bool { left.texts == right.texts }
    package func hash(into hasher: inout Hasher) { hasher.combine(texts) }
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
