/// What Exchange lets people send as, as its PowerShell exports it: the rows of `Get-RecipientPermission` (Send As), or mailboxes with their
/// `GrantSendOnBehalfTo`. It names people by whatever it likes: an address, a login, a name.
enum ExchangePermissions {
    /// The surest first: what an identity is called can change, and need not be an address.
    private static let identities = [
        "primarysmtpaddress", "windowsemailaddress", "identity", "userprincipalname", "displayname", "name", "alias",
    ]
    private static let sendAsReason = "Exchange: Send As"
    private static let onBehalfReason = "Exchange: Send on Behalf"

    static func items(_ text: String) throws(ImportFault) -> ImportReading {
        let records = try records(text)
        guard let header = records.first else { throw ImportFault("the file has no line of column names") }
        let columns = header.fields.map { $0.trimmedSpace.lowercased() }
        let places = Dictionary(columns.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        guard places["trustee"] != nil || places["grantsendonbehalfto"] != nil else {
            throw ImportFault(
                line: header.line,
                "neither a column Trustee (Get-RecipientPermission) nor GrantSendOnBehalfTo is in it: the columns are \(columns.joined(separator: ", "))"
            )
        }
        guard identities.contains(where: { places[$0] != nil }) else {
            throw ImportFault(line: header.line, "no column says which mailbox a line is about: export PrimarySmtpAddress or Identity, too")
        }
        return records.dropFirst().flatMap { record in
            let row = Row(line: record.line) { name in
                places[name].flatMap { $0 < record.fields.count ? record.fields[$0].trimmedSpace : nil } ?? ""
            }
            return (places["trustee"] == nil ? [] : [sendAs(row)]) + (places["grantsendonbehalfto"] == nil ? [] : onBehalf(row))
        }
    }

    private struct Row {
        let line: Int
        let field: (String) -> String

        init(line: Int, _ field: @escaping (String) -> String) {
            self.line = line
            self.field = field
        }

        var covers: [String] { identities.map(field).filter { !$0.isEmpty } }
        var title: String { covers.first ?? "(nobody)" }
    }

    private static func records(_ text: String) throws(ImportFault) -> [CSVDecoder.Record] {
        // Windows PowerShell writes the type of the rows above them.
        let hasType = text.hasPrefix("#TYPE")
        let body = hasType ? text[(text.firstIndex { $0 == "\n" || $0 == "\r\n" } ?? text.endIndex)...] : text[...]
        let head = body.drop { $0.isNewline }.prefix { !$0.isNewline }
        let separators: [Character] = [",", ";", "\t"]
        let separator = separators.max { left, right in head.count { $0 == left } < head.count { $0 == right } } ?? ","
        var decoder = CSVDecoder(separator: head.contains(separator) ? separator.asciiValue ?? 0x2C : 0x2C)
        do throws(CSVDecoder.Failure) { return try decoder.decode(Array(body.utf8)) + decoder.finish() } catch {
            throw ImportFault(line: error.line, error.sentence)
        }
    }

    private static func sendAs(_ row: Row) -> ImportItem {
        let trustee = row.field("trustee")
        let thing = "\(trustee) as \(row.title)"
        func skipped(_ why: String) -> ImportItem { ImportItem(row.line, thing, .skipped(why)) }
        guard !trustee.isEmpty, !row.covers.isEmpty else { return skipped("it names nobody") }
        if trustee.uppercased() == "NT AUTHORITY\\SELF" { return skipped("everybody may send as themselves") }
        if trustee.uppercased().hasPrefix("NT AUTHORITY\\") { return skipped("it is Exchange itself") }
        if trustee.uppercased().hasPrefix("S-1-5-") { return skipped("the account is gone: only its number is left") }
        let rights = row.field("accessrights").lowercased()
        // A list of which PowerShell wrote the type alone: of a recipient's permissions there is no other.
        let isType = rights.hasPrefix("microsoft.") || rights.hasPrefix("system.")
        guard rights.isEmpty || isType || rights.contains("sendas") else { return skipped("\(row.field("accessrights")) lets nobody send") }
        let isDenied = row.field("deny").lowercased() == "true" || row.field("accesscontroltype").lowercased() == "deny"
        return ImportItem(
            row.line, thing,
            .right(ImportedRight(holder: trustee, covers: row.covers, kind: .sendAs, isDenied: isDenied, reason: sendAsReason)))
    }

    private static func onBehalf(_ row: Row) -> [ImportItem] {
        let text = row.field("grantsendonbehalfto")
        guard !text.isEmpty, text != "{}" else { return [] }
        guard !text.hasPrefix("Microsoft.Exchange."), !text.hasPrefix("System.") else {
            return [
                ImportItem(
                    row.line, row.title,
                    .skipped(
                        "PowerShell wrote the list's type instead of the list: export @{n='GrantSendOnBehalfTo';e={$_.GrantSendOnBehalfTo -join ';'}}"
                    ))
            ]
        }
        let inner = text.hasPrefix("{") && text.hasSuffix("}") ? text.dropFirst().dropLast() : text[...]
        // Names have commas in them, so they part the list only where nothing else does.
        let isSemicolon = inner.contains { $0 == ";" || $0 == "|" || $0.isNewline }
        return inner.split { isSemicolon ? $0 == ";" || $0 == "|" || $0.isNewline : $0 == "," }.map(\.trimmedSpace).filter { !$0.isEmpty }
            .map { one in
                // The canonical name of Exchange on premises is a path.
                let holder = one.contains("@") ? one : String(one.split(separator: "/").last ?? "")
                return ImportItem(
                    row.line, "\(one) on behalf of \(row.title)",
                    .right(ImportedRight(holder: holder, covers: row.covers, kind: .onBehalf, reason: onBehalfReason)))
            }
    }
}
