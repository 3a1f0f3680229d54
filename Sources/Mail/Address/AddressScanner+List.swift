extension AddressScanner {
    /// The whole input as a list of addresses and groups.
    mutating func list() throws(AddressError) -> [AddressListEntry] {
        var entries: [AddressListEntry] = []
        while true {
            try skipCommas()
            guard next != nil else { break }
            entries.append(try entry())
            try expectSeparator()
        }
        guard !entries.isEmpty else { throw AddressError(.empty, at: position) }
        return entries
    }

    private mutating func skipCommas() throws(AddressError) {
        repeat { try skipSpace() } while take(",")
    }

    /// Between two elements stands a comma; the last may be followed by nothing.
    private mutating func expectSeparator() throws(AddressError) {
        try skipSpace()
        guard let byte = next, byte != UInt8(ascii: ",") else { return }
        let opensAddress = ASCII.isAtom(byte) || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<")
        throw opensAddress ? AddressError(.missingComma, at: position) : unexpected()
    }

    private mutating func entry() throws(AddressError) -> AddressListEntry {
        let start = position
        let words = try words()
        guard next == UInt8(ascii: ":") else { return .address(try namedAddress(words)) }
        guard !words.isEmpty else { throw AddressError(.missingGroupName, at: position) }
        advance()
        let name = phrase(words)
        var members: [NamedAddress] = []
        while true {
            try skipCommas()
            if take(";") { return .group(name: name, members) }
            guard next != nil else { throw AddressError(.unclosedGroup, at: start) }
            let words = try self.words()
            if next == UInt8(ascii: ":") { throw AddressError(.nestedGroup, at: position) }
            members.append(try namedAddress(words))
            try skipSpace()
            if next != UInt8(ascii: ";") { try expectSeparator() }
        }
    }

    /// Goes on after words that are either a name before `<` or a local part before `@`.
    private mutating func namedAddress(_ words: [Word]) throws(AddressError) -> NamedAddress {
        if next == UInt8(ascii: "<") {
            let address = try angleAddress()
            let name = phrase(words)
            return NamedAddress(name: name.isEmpty ? nil : name, address: address)
        }
        guard next == UInt8(ascii: "@") else { throw missingAddress(words) }
        forgetComment()
        let address = try address(localPart: words)
        if next == UInt8(ascii: "<") { throw AddressError(.unquotedName, at: words.first?.range.lowerBound ?? position) }
        guard let comment else { return NamedAddress(address: address) }
        let name = EncodedWord.decode(ASCII.trimmed(unquoted(comment)[...]))
        return NamedAddress(name: name.isEmpty ? nil : name, address: address)
    }

    /// A name in which specials stand without quotes, and behind it the only angle brackets there are, at the very end, with an address as an envelope has it. Quotes,
    /// comments and escapes are what addresses hide in: with them nothing is guessed. Nor where a name with an `@` might be one of several in a list.
    mutating func looselyNamedAddress() throws(AddressError) -> NamedAddress? {
        guard let open = bytes.firstIndex(of: UInt8(ascii: "<")), let close = bytes.lastIndex(of: UInt8(ascii: ">")), open < close,
            bytes.count(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }) == 2,
            !bytes[..<open].contains(where: { Self.hiding.contains($0) })
        else { return nil }
        let name = bytes[..<open]
        guard !name.contains(UInt8(ascii: "@")) || !name.contains(where: { Self.listing.contains($0) }) else { return nil }
        var words: [Word] = []
        while position < open {
            words += try self.words()
            guard let byte = next, position < open else { break }
            guard byte == UInt8(ascii: "@") || Self.unquoted.contains(byte) else { return nil }
            let followsSpace = position > 0 && ASCII.isWhiteSpace(bytes[position - 1])
            words.append(Word(kind: .atom, range: position..<(position + 1), followsSpace: followsSpace))
            advance()
        }
        // An encoded word may hold the brackets, and then they are none.
        guard position == open, let text = String(validating: bytes[(open + 1)..<close], as: UTF8.self) else { return nil }
        let address = try EmailAddress(path: text)
        // A comment behind it may hide one, too.
        guard !bytes[(close + 1)...].contains(UInt8(ascii: "(")) else { return nil }
        while position <= close { advance() }
        try skipSpace()
        guard next == nil else { return nil }
        return NamedAddress(name: phrase(words), address: address)
    }

    private static let hiding = Array("\"()\\".utf8)
    private static let listing = Array(",;:".utf8)
    private static let unquoted = listing + Array("[]".utf8)

    private func missingAddress(_ words: [Word]) -> AddressError {
        let endsHere = next == nil || next == UInt8(ascii: ",") || next == UInt8(ascii: ";")
        return endsHere && !words.isEmpty ? AddressError(.missingAt, at: position) : unexpected()
    }

    /// A name as people read it. Encoded words that stand side by side belong together (RFC 2047 6.2).
    private func phrase(_ words: [Word]) -> String {
        var text = ""
        var index = 0
        while index < words.count {
            if index > 0, words[index].followsSpace { text += " " }
            if words[index].kind == .encoded {
                let start = index
                while index + 1 < words.count, words[index + 1].kind == .encoded { index += 1 }
                text += EncodedWord.decode(words: words[start...index].map { bytes[$0.range] })
            } else {
                text += plainText(words[index])
            }
            index += 1
        }
        return text
    }

    private func plainText(_ word: Word) -> String {
        guard word.kind == .quoted else { return Charset.textOf8Bit(bytes[word.range]) }
        let content = unquoted((word.range.lowerBound + 1)..<(word.range.upperBound - 1))
        return Charset.textOf8Bit(content.map { $0 == ASCII.tab ? ASCII.space : $0 })
    }
}
