/// Reads the argument of MAIL and RCPT: a path in angle brackets and its ESMTP parameters (RFC 5321 4.1.2, RFC 3461, RFC 6152, RFC 6531).
struct EnvelopeGrammar: Sendable {
    enum Failure: Error, Hashable {
        case arguments
        case address
        case parameter(String)
        case needsUTF8
        case tooLarge
    }

    let messageSize: Int

    func sender(_ text: Substring) throws(Failure) -> EnvelopeSender {
        let (address, parameters) = try parts(text, after: "FROM:", allowed: ["SIZE", "BODY", "SMTPUTF8", "RET", "ENVID", "AUTH", "XOORG"])
        let sender = EnvelopeSender(address, parameters)
        for parameter in parameters { try checkSender(parameter) }
        guard address.isEmpty || Self.isAddress(address) else { throw .address }
        if !address.utf8.allSatisfy({ $0 < 0x80 }), !sender.allowsUTF8 { throw .needsUTF8 }
        return sender
    }

    func recipient(_ text: Substring, allowsUTF8: Bool) throws(Failure) -> EnvelopeRecipient {
        let (address, parameters) = try parts(text, after: "TO:", allowed: ["NOTIFY", "ORCPT"])
        for parameter in parameters { try checkRecipient(parameter) }
        guard Self.isAddress(address) else { throw .address }
        if !address.utf8.allSatisfy({ $0 < 0x80 }), !allowsUTF8 { throw .needsUTF8 }
        return EnvelopeRecipient(address, parameters)
    }

    private func parts(
        _ text: Substring, after word: String, allowed: Set<String>
    ) throws(Failure) -> (String, [EnvelopeParameter]) {
        guard text.prefix(word.count).uppercased() == word else { throw .arguments }
        var rest = text.dropFirst(word.count).drop { $0 == " " }
        guard rest.popFirst() == "<", let end = Self.pathEnd(rest) else { throw .arguments }
        let path = rest[..<end]
        rest = rest[rest.index(after: end)...]
        guard rest.isEmpty || rest.first == " " else { throw .arguments }
        var parameters: [EnvelopeParameter] = []
        for word in rest.split(separator: " ") {
            let pieces = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let keyword = pieces[0].uppercased()
            guard allowed.contains(keyword), !parameters.contains(where: { $0.keyword == keyword }) else { throw .parameter(keyword) }
            parameters.append(EnvelopeParameter(keyword, pieces.count == 2 ? String(pieces[1]) : nil))
        }
        // A source route is read and dropped (RFC 5321, appendix C).
        if path.first == "@", let colon = path.firstIndex(of: ":") { return (String(path[path.index(after: colon)...]), parameters) }
        return (String(path), parameters)
    }

    /// The first `>` that is not within a quoted local part.
    private static func pathEnd(_ text: Substring) -> Substring.Index? {
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            switch text[index] {
            case _ where isEscaped: isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"": isQuoted.toggle()
            case ">" where !isQuoted: return index
            default: break
            }
        }
        return nil
    }

    /// A local part, an at sign, a domain; nothing that could end a line or a path early.
    static func isAddress(_ text: String) -> Bool {
        guard let at = text.lastIndex(of: "@"), at != text.startIndex else { return false }
        let domain = text[text.index(after: at)...]
        guard !domain.isEmpty, !domain.hasPrefix("."), !domain.hasSuffix("."), !domain.contains("..") else { return false }
        guard domain.unicodeScalars.allSatisfy({ !" <>()\",;\\".unicodeScalars.contains($0) && $0.value > 0x20 }) else { return false }
        let local = text[..<at]
        if local.hasPrefix("\"") { return local.count >= 3 && local.hasSuffix("\"") }
        guard !local.hasPrefix("."), !local.hasSuffix("."), !local.contains("..") else { return false }
        return local.unicodeScalars.allSatisfy { !" <>()\",;:\\@[]".unicodeScalars.contains($0) && $0.value > 0x20 && $0.value != 0x7F }
    }

    private func checkSender(_ parameter: EnvelopeParameter) throws(Failure) {
        let value = parameter.value?.uppercased()
        switch parameter.keyword {
        case "SIZE":
            guard let value, value.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let size = Int(value) else { throw .parameter("SIZE") }
            if size > messageSize { throw .tooLarge }
        case "BODY":
            guard let value, ["7BIT", "8BITMIME", "BINARYMIME"].contains(value) else { throw .parameter("BODY") }
        case "SMTPUTF8":
            guard value == nil else { throw .parameter("SMTPUTF8") }
        case "RET":
            guard let value, ["FULL", "HDRS"].contains(value) else { throw .parameter("RET") }
        case "ENVID":
            guard let value = parameter.value, value.utf8.count <= 100, Self.isXtext(value) else { throw .parameter("ENVID") }
        default:  // AUTH= and Exchange's own: taken as they are, any value
            guard let value, !value.isEmpty else { throw .parameter(parameter.keyword) }
        }
    }

    private func checkRecipient(_ parameter: EnvelopeParameter) throws(Failure) {
        switch parameter.keyword {
        case "NOTIFY":
            let words = (parameter.value ?? "").uppercased().split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard words == ["NEVER"] || words.allSatisfy({ ["SUCCESS", "FAILURE", "DELAY"].contains($0) }) else {
                throw .parameter("NOTIFY")
            }
        default:
            guard let value = parameter.value, let semicolon = value.firstIndex(of: ";"), semicolon != value.startIndex,
                value.utf8.count <= 500, Self.isXtext(String(value[value.index(after: semicolon)...]))
            else { throw .parameter("ORCPT") }
        }
    }

    /// RFC 3461, section 4: printable, with `+XX` for everything else. UTF-8 is let through, as RFC 6533 does for utf-8 addresses.
    static func isXtext(_ text: String) -> Bool {
        var rest = text.utf8[...]
        guard !rest.isEmpty else { return false }
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"):
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy({ 0x30...0x39 ~= $0 || 0x41...0x46 ~= $0 }) else { return false }
                rest = rest.dropFirst(2)
            case UInt8(ascii: "="), 0x00...0x20, 0x7F: return false
            default: continue
            }
        }
        return true
    }
}
