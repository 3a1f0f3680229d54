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
