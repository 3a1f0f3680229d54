internal import ArgumentParser
internal import FoundationEssentials
internal import Mail
internal import Relay

/// How words of the command line become values; each throws a sentence that the parser shows beside the word.
enum Parse {
    @Sendable static func address(_ text: String) throws -> EmailAddress { try EmailAddress(text) }
    @Sendable static func pattern(_ text: String) throws -> AddressPattern { try AddressPattern(text) }
    @Sendable static func domain(_ text: String) throws -> Domain { try Domain(text) }

    @Sendable static func userID(_ text: String) throws -> UserID {
        guard let id = UserID(text) else { throw WordError("an id has 1 to 255 bytes and no control characters") }
        return id
    }

    @Sendable static func providerID(_ text: String) throws -> ProviderID {
        guard let id = ProviderID(text) else { throw WordError("an id has 1 to 255 bytes and no control characters") }
        return id
    }

    @Sendable static func settingKey(_ text: String) throws -> SettingKey {
        if let key = SettingKey(text) { return key }
        let close = Closeness.closest(to: text, in: SettingKey.all.map(\.description))
        throw WordError(
            "there is no such setting"
                + (close.isEmpty ? "; `mandate settings list --all` names them" : "; did you mean \(close.joined(separator: ", "))?"))
    }

    /// `2026-11-23`, `2026-11-23T14:05Z` or `2026-11-23T14:05:09Z`; a day begins at 00:00 UTC.
    @Sendable static func date(_ text: String) throws -> Date {
        guard let date = DocumentDate.date(text) else {
            throw WordError("a date is written 2026-11-23 or 2026-11-23T14:05:00Z, in UTC")
        }
        return date
    }

    @Sendable static func name(_ text: String) throws -> String {
        guard !text.isEmpty, text.utf8.count <= 255, text.isOneLine else {
            throw WordError("a name has 1 to 255 bytes and no control characters")
        }
        return text
    }

    /// What people read and terminals print; may be empty.
    @Sendable static func line(_ text: String) throws -> String {
        guard text.isOneLine else { throw WordError("it must be one line without control characters") }
        return text
    }

    @Sendable static func tenant(_ text: String) throws -> String {
        guard text.isEmpty || Application.isTenant(text) else {
            throw WordError("a tenant is a directory id or a domain: letters, digits, dots, hyphens and underscores")
        }
        return text
    }
}

/// Why a word of the command line cannot be what it should be.
struct WordError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension Purpose: ExpressibleByArgument {}
extension Transport: ExpressibleByArgument {}
extension Delegation.Kind: ExpressibleByArgument {}
extension QueuedMessage.StateName: ExpressibleByArgument {}
extension MailEndpoint.Security: ExpressibleByArgument {}
extension ProviderKind: ExpressibleByArgument {}

extension String {
    /// Without white space at either end.
    var trimmedSpace: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}
