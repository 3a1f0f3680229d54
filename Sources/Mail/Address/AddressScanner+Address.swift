extension AddressScanner {
    /// The whole input as one addr-spec.
    mutating func wholeAddress() throws(AddressError) -> EmailAddress {
        let words = try words()
        guard !words.isEmpty || next != nil else { throw AddressError(.empty, at: position) }
        let address = try address(localPart: words)
        guard next == nil else { throw ASCII.isControl(bytes[position]) ? unexpected() : AddressError(.textAfterAddress, at: position) }
        return address
    }

    /// Goes on after the words of the local part: `@` and the domain, and the space behind them.
    mutating func address(localPart words: [Word]) throws(AddressError) -> EmailAddress {
        let start = words.first?.range.lowerBound ?? position
        guard next == UInt8(ascii: "@") else {
            throw next == nil ? AddressError(.missingAt, at: position) : unexpected()
        }
        guard !words.isEmpty else { throw AddressError(.emptyLocalPart, at: position) }
        let localPart = try localPart(words)
        advance()
        let domain = try domain()
        return try EmailAddress(localPart: localPart, domain: domain, at: start)
    }

    /// `<address>`, perhaps with the obsolete route (`<@a,@b:address>`), which is dropped as RFC 5322 4.4 advises.
    mutating func angleAddress() throws(AddressError) -> EmailAddress {
        let start = position
        advance()
        try skipSpace()
        try skipRoute()
        let words = try words()
        if words.isEmpty, next == UInt8(ascii: ">") { throw AddressError(.emptyAngle, at: start) }
        guard next != nil else { throw AddressError(words.isEmpty ? .unclosedAngle : .missingAt, at: words.isEmpty ? start : position) }
        if next == UInt8(ascii: ">") { throw AddressError(.missingAt, at: position) }
        let address = try address(localPart: words)
        guard take(">") else { throw next == nil ? AddressError(.unclosedAngle, at: start) : unexpected() }
        return address
    }

    private mutating func skipRoute() throws(AddressError) {
        guard next == UInt8(ascii: "@") else { return }
        while true {
            try skipSpace()
            if take("@") {
                _ = try domain()
            } else if take(":") {
                return
            } else if !take(",") {
                throw next == nil ? AddressError(.missingAt, at: position) : unexpected()
            }
        }
    }

    /// Words and dots in turn. An encoded word has no meaning here (RFC 2047 5), so it is an atom or nothing.
    private func localPart(_ words: [Word]) throws(AddressError) -> String {
        var content: [UInt8] = []
        var wantsWord = true
        for word in words {
            if word.kind == .dot {
                guard !wantsWord else { throw AddressError(.misplacedDot, at: word.range.lowerBound) }
                content.append(UInt8(ascii: "."))
            } else {
                guard wantsWord else { throw AddressError(.secondWordInLocalPart, at: word.range.lowerBound) }
                content += try meaning(ofLocalWord: word)
            }
            wantsWord.toggle()
        }
        if wantsWord, let last = words.last { throw AddressError(.misplacedDot, at: last.range.lowerBound) }
        let start = words.first?.range.lowerBound ?? position
        guard let text = String(validating: content, as: UTF8.self) else { throw AddressError(.invalidUTF8, at: start) }
        return text
    }

    private func meaning(ofLocalWord word: Word) throws(AddressError) -> [UInt8] {
        switch word.kind {
        case .quoted:
            return unquoted((word.range.lowerBound + 1)..<(word.range.upperBound - 1))
        case .atom, .encoded, .dot:
            if let index = bytes[word.range].firstIndex(where: { !ASCII.isAtom($0) }) {
                throw AddressError(.unexpected(Unicode.Scalar(bytes[index])), at: index)
            }
            return Array(bytes[word.range])
        }
    }

    /// A domain and the space behind it. The obsolete form has space or comments around its dots.
    mutating func domain() throws(AddressError) -> Domain {
        try skipSpace()
        // A comment before the domain or within it is of the host; one behind the address is of whoever has it.
        forgetComment()
        let start = position
        if next == UInt8(ascii: "[") { return try literal() }
        var name: [UInt8] = []
        while let byte = next, isDomainByte(byte) {
            let from = position
            while let byte = next, isDomainByte(byte) { advance() }
            name += bytes[from..<position]
            let end = position
            try skipSpace()
            // "example .org" goes on with a dot; "example.org name" does not.
            guard position > end, next == UInt8(ascii: ".") || name.last == UInt8(ascii: ".") else { break }
            forgetComment()
        }
        if name.isEmpty, let byte = next, ASCII.isControl(byte) { throw unexpected() }
        return try Domain(name, base: start)
    }

    private func isDomainByte(_ byte: UInt8) -> Bool { ASCII.isAtom(byte) || byte == UInt8(ascii: ".") }

    private mutating func literal() throws(AddressError) -> Domain {
        let start = position
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "]")) else { throw AddressError(.unclosedLiteral, at: start) }
        // White space inside the brackets means nothing (RFC 5322 3.4.1).
        let content = bytes[start...end].filter { !ASCII.isWhiteSpace($0) }
        while position <= end { advance() }
        let domain = try Domain(content, base: start)
        try skipSpace()
        return domain
    }
}
