internal import Mail

/// The settings of an issue tracker that say who mail is from: `EMAIL_FROM_USER_ID`, `AD_HOC_EMAIL_FROM_ADDRESS`, `EMAIL_ADMINISTRATOR_USER_ID`; of older
/// releases `EMAIL_FROM_ADDRESS`. Of everything else it is said why it is left, and never what its value is: secrets are kept in the same file.
struct SettingsFile {
    private let entries: [PropertiesDecoder.Entry]
    private let lines: [String: PropertiesDecoder.Entry]

    static func items(_ bytes: [UInt8], _ xml: any XMLReader) throws(ImportFault) -> ImportReading {
        let isXML = bytes.first { $0 > 0x20 && ![0xEF, 0xBB, 0xBF].contains($0) } == UInt8(ascii: "<")
        return try SettingsFile(isXML ? try elements(bytes, xml) : try PropertiesDecoder.entries(bytes)).items
    }

    private init(_ entries: [PropertiesDecoder.Entry]) throws(ImportFault) {
        self.entries = entries
        var lines: [String: PropertiesDecoder.Entry] = [:]
        for entry in entries where Self.meant.contains(entry.key.uppercased()) {
            if let earlier = lines[entry.key.uppercased()], earlier.value != entry.value {
                throw ImportFault(
                    line: entry.line, "\(entry.key) stands in line \(earlier.line) with another value: leave the one that holds")
            }
            lines[entry.key.uppercased()] = entry
        }
        self.lines = lines
    }

    private static let old = "EMAIL_FROM_ADDRESS"
    private static let names: [SettingKey.Name] = [.emailFromUserID, .adHocEmailFromAddress, .emailAdministratorUserID]
    private static let meant = Set(names.map(\.rawValue) + [old])

    private var items: ImportReading {
        let items = entries.map { entry in
            ImportItem(entry.line, entry.key.isOneLine ? String(entry.key.prefix(100)) : "(a key with control characters)", content(entry))
        }
        guard lines.isEmpty else { return items }
        return items + [
            ImportItem(
                nil, "",
                .noted("none of \(Self.meant.sorted().joined(separator: ", ")) stands in the file: it says nothing of who mail is from"))
        ]
    }

    private func content(_ entry: PropertiesDecoder.Entry) -> ImportItem.Content {
        let key = entry.key.uppercased()
        if let name = Self.names.first(where: { $0.rawValue == key }) {
            guard entry.value.contains(where: { !$0.isWhitespace }) else { return .skipped("it is empty") }
            return .setting(SettingKey(name), SenderSetting.trimmed(entry.value), why: "")
        }
        if key == Self.old { return oldContent(entry.value) }
        return .skipped(Self.reason(key, entry.value))
    }

    /// One address for everything: what was asked for before there were three settings.
    private func oldContent(_ value: String) -> ImportItem.Content {
        let text = SenderSetting.trimmed(value)
        guard !text.isEmpty else { return .skipped("it is empty") }
        guard let now = lines[SettingKey.Name.emailFromUserID.rawValue] else {
            return .setting(
                SettingKey(.emailFromUserID), text,
                why:
                    "EMAIL_FROM_ADDRESS is of an old release, and is EMAIL_FROM_USER_ID now; where replies to it are read by a program, use intake"
            )
        }
        guard SenderSetting.trimmed(now.value) != text else { return .skipped("EMAIL_FROM_USER_ID says the same") }
        return .skipped(
            "EMAIL_FROM_USER_ID is used in its place; if a program reads what is answered to it: `mandate settings set intake \(text.shellQuoted)`"
        )
    }

    private static func reason(_ key: String, _ value: String) -> String {
        if ["SECRET", "PASSWORD", "PASSWD", "REFRESH_TOKEN", "ACCESS_TOKEN", "PRIVATE_KEY"].contains(where: key.contains) {
            return "a secret is never taken from a file: `mandate applications set APPLICATION --secret-from prompt` asks for it"
        }
        if value.contains("://"), value.contains("?"), key.contains("REDIRECT") || value.contains("p_action=") {
            return
                "a redirect URI with a query string, which providers compare to the letter; Mandate's own has none: register the one that "
                + "`mandate applications show APPLICATION` prints, and remove this one"
        }
        if value.contains("EWS.AccessAsUser.All") || key.hasSuffix("MAILBOX_TYPE") && value.uppercased().contains("EWS") {
            return
                "EWS is going away: Exchange Online blocks it from 2026-10-01 on, and 2027-04-01 it is gone; read by IMAP, and ask for no EWS scope"
        }
        if key.contains("SCOPE") { return "scopes are the provider's: `mandate providers show PROVIDER`" }
        switch key {
        case "MAILBOX_USER":
            return "the account that replies are read from: `mandate settings set intake ADDRESS` has replies go there, too"
        case "EMAIL_NOTIFICATION": return "whether mail leaves at all is `mandate settings set delivery live` or `hold` here"
        case "EMAIL_DIRECTORY": return "the folder that mail is written into can be read by `mandate serve`: see its pickup"
        default: return "it does not say who mail is from"
        }
    }
}

/// In XML, by the shapes that settings come in.
extension SettingsFile {
    private static func elements(_ bytes: [UInt8], _ xml: any XMLReader) throws(ImportFault) -> [PropertiesDecoder.Entry] {
        var entries: [PropertiesDecoder.Entry] = []
        try xml.read(bytes) { add($0, to: &entries) }
        return entries
    }

    /// `<entry key="K">V</entry>`, `<setting name="K" value="V"/>`, `<setting><name>K</name><value>V</value></setting>`, `<K>V</K>`; at any depth.
    private static func add(_ element: XMLElement, to entries: inout [PropertiesDecoder.Entry]) {
        guard element.children.allSatisfy({ parts.contains($0.name.lowercased()) }) else {
            for child in element.children { add(child, to: &entries) }
            return
        }
        let named = element.attributes["key"] ?? element.attributes["name"] ?? element.text("name") ?? element.text("key")
        let value = element.attributes["value"] ?? element.text("value") ?? (element.children.isEmpty ? element.text : "")
        entries.append(.init(line: element.line, key: named ?? element.attributes["id"] ?? element.name, value: value))
    }

    /// Of one setting.
    private static let parts: Set = ["name", "key", "value", "title", "description", "category"]
}
