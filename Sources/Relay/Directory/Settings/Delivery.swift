package import Mail

/// Whether accepted mail leaves, and to whom: what keeps a copy of a store, or a store that is being set up, from mailing anybody (design section 16). A value of a
/// client's own counts more than the one for all. It is looked at once an attempt, so what is waiting in the queue obeys it too.
package enum Delivery: Sendable, Hashable, CustomStringConvertible {
    case live
    /// Accepted and kept until somebody releases it.
    case hold
    /// To this address instead of its recipients, who are named in a field of its header.
    case redirect(EmailAddress)

    /// nil: it is none of these.
    package init?(_ text: String) {
        switch text {
        case "live": self = .live
        case "hold": self = .hold
        default:
            let words = text.split(separator: " ")
            // What else it may be, the caller says.
            guard words.count == 2, words[0] == "redirect", let address = try? EmailAddress(String(words[1])) else { return nil }
            self = .redirect(address)
        }
    }

    package var description: String {
        switch self {
        case .live: "live"
        case .hold: "hold"
        case .redirect(let address): "redirect \(address)"
        }
    }

    /// For the journal, which keeps facts for ever and so no address in one.
    var word: String {
        switch self {
        case .live: "live"
        case .hold: "hold"
        case .redirect: "redirect"
        }
    }
}

extension Directory {
    /// What holds for a client's messages, and the setting that says so; nil: no setting does.
    package func delivery(of client: ClientID?) -> (delivery: Delivery, key: SettingKey?) {
        for key in [client.map { SettingKey(deliveryOf: $0) }, SettingKey(.delivery)].compactMap(\.self) {
            // What cannot be read must not let mail out.
            if let text = settings[key] { return (Delivery(text) ?? .hold, key) }
        }
        return (.live, nil)
    }

    /// Everything that is said of delivery and is not `live`, in words for people: each of the console's pages and `doctor` show it.
    package var staging: [String] {
        settings.all.compactMap { key, text -> String? in
            guard key.name == .delivery, case let delivery = Delivery(text) ?? .hold, delivery != .live else { return nil }
            let whose = key.client.map { "mail of client \(client($0)?.name ?? $0.text)" } ?? "all mail"
            switch delivery {
            case .live: return nil
            case .hold: return "\(whose) is held and does not leave"
            case .redirect(let address): return "\(whose) goes to \(address) instead of its recipients"
            }
        }
    }
}

extension SettingKey {
    /// Why a message is held by it, in the words of the queue, which a filter finds.
    var holdWords: String {
        "\(self) is hold: `mandate settings set \(description.shellQuoted) live`, then `mandate queue release --all --why delivery`"
    }

    /// The key with its client's id, where it has a name that one client has: names change, and with them it must not become live.
    package func named(in directory: Directory) -> SettingKey {
        guard let client, directory.client(client) == nil else { return self }
        let named = directory.allClients.filter { $0.name == client.text }
        return named.count == 1 ? SettingKey(deliveryOf: named[0].id) : self
    }
}
