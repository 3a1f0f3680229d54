internal import Mail

/// The addresses that one Gmail account may send from, as `users.settings.sendAs.list` answers them. Google writes its own From over any other.
enum GmailSenderList {
    /// `mailbox`: whose list it is, where no entry says that it is the account's own.
    static func items(_ bytes: [UInt8], mailbox: String?) throws(ImportFault) -> ImportReading {
        let value: DocumentValue
        do throws(JSONError) { value = try JSONReader.value(bytes) } catch {
            throw ImportFault(line: bytes.prefix(error.offset).count { $0 == 0x0A } + 1, "this is not JSON: \(error.problem)")
        }
        guard case .list(let entries)? = value["sendAs"] ?? (value["sendAs"] == nil && value.isList ? value : nil) else {
            throw ImportFault("there is no list `sendAs` in it: it is the answer to GET gmail/v1/users/me/settings/sendAs")
        }
        let lines = lines(of: "\"sendAsEmail\"", in: bytes)
        let own = mailbox ?? entries.first { $0["isPrimary"] == .flag(true) }.flatMap { $0.text("sendAsEmail") }
        guard let own else {
            throw ImportFault("no entry is the account's own (isPrimary): say whose list it is, with --mailbox")
        }
        var place = 0
        return entries.flatMap { entry -> [ImportItem] in
            let line = place < lines.count ? lines[place] : nil
            guard let address = entry.text("sendAsEmail") else { return [ImportItem(nil, "", .skipped("an entry has no sendAsEmail"))] }
            place += 1
            return items(entry, address, line, of: own)
        }
    }

    private static func items(_ entry: DocumentValue, _ address: String, _ line: Int?, of own: String) -> [ImportItem] {
        let isPrimary = entry["isPrimary"] == .flag(true)
        let status = entry.text("verificationStatus")
        guard isPrimary || status == nil || status == "accepted" else {
            return [
                ImportItem(
                    line, address,
                    .skipped(
                        "Google waits for its owner to confirm it (\(status ?? "")): until then Gmail sends from the account's own address instead"
                    ))
            ]
        }
        var items = [
            ImportItem(line, address, .right(ImportedRight(holder: own, covers: [address], kind: .alias, reason: "Gmail: send mail as")))
        ]
        if let reply = entry.text("replyToAddress"), !reply.isEmpty {
            items.append(ImportItem(line, address, .noted("Gmail adds Reply-To: \(reply) to what has none")))
        }
        if case .map? = entry["smtpMsa"] {
            items.append(
                ImportItem(
                    line, address, .noted("it leaves by a mail server of its own, whose password is not taken: Gmail goes on using it")))
        }
        return items
    }

    /// A string cannot hold it: there its quotes are escaped. What is no key has no colon behind it.
    private static func lines(of key: String, in bytes: [UInt8]) -> [Int] {
        let key = Array(key.utf8)
        var lines: [Int] = []
        var line = 1
        for (place, byte) in bytes.enumerated() {
            if byte == 0x0A { line += 1 }
            guard byte == key[0], bytes[place...].starts(with: key),
                bytes[(place + key.count)...].first(where: { $0 > 0x20 }) == UInt8(ascii: ":")
            else { continue }
            lines.append(line)
        }
        return lines
    }
}

extension DocumentValue {
    fileprivate var isList: Bool { if case .list = self { true } else { false } }

    fileprivate func text(_ key: String) -> String? { if case .text(let text)? = self[key] { text } else { nil } }
}
