/// One field of a header as it stands in the message, folds and all. Its bytes are the evidence; name and value are views of them.
package struct HeaderField: Sendable, Hashable {
    /// The whole field: name, colon, value, and the CRLF that ends it.
    package let line: ArraySlice<UInt8>
    /// Lengths from the start of `line`. The obsolete `Name : value` has space between the two.
    private let nameLength: Int
    private let colon: Int

    init(_ place: FieldPlace, in storage: [UInt8]) {
        line = storage[place.start..<place.end]
        nameLength = place.nameEnd - place.start
        colon = place.colon - place.start
    }

    package var name: FieldName { FieldName(known: String(decoding: nameBytes, as: UTF8.self)) }

    /// All between the colon and the CRLF at the end, folds included.
    package var value: ArraySlice<UInt8> { line.dropFirst(colon + 1).dropLast(2) }

    package func isNamed(_ name: FieldName) -> Bool { name.matches(nameBytes.span) }

    /// The value on one line (RFC 5322 2.2.3) without the space around it; bytes that are not UTF-8 are read as windows-1252.
    package func unfolded() -> String {
        // Only the CRLF of a fold goes: the space or tab behind it is part of the value.
        let flat = value.filter { $0 != ASCII.carriageReturn && $0 != ASCII.lineFeed }
        return Charset.textOf8Bit(ASCII.trimmed(flat[...]))
    }

    /// The value as people read it: unfolded, encoded words decoded.
    package func decoded() -> String { EncodedWord.decode(ASCII.trimmed(value)) }

    private var nameBytes: ArraySlice<UInt8> { line.prefix(nameLength) }
}

/// What rewriting asks of an address field; the usual form answers without anything being made of it.
extension HeaderField {
    /// Whether it names these people under these names and nobody else, however it writes them.
    package func says(_ wanted: [NamedAddress]) -> Bool {
        if let plain = PlainMailbox(value.span) {
            guard wanted.count == 1 else { return false }
            return plain.isAddress(wanted[0].address, in: value.span) && plain.isNamed(wanted[0].name ?? "", in: value.span)
        }
        guard let entries = try? AddressList(parsing: value).entries, entries.count == wanted.count else { return false }
        return zip(entries, wanted).allSatisfy { entry, named in
            guard case .address(let present) = entry else { return false }
            return present.address == named.address && (present.name ?? "") == (named.name ?? "")
        }
    }

    /// Whether it can be read and names somebody, among them `address`; nil: whoever it is.
    package func names(_ address: EmailAddress?) -> Bool {
        if let plain = PlainMailbox(value.span) { return address.map { plain.isAddress($0, in: value.span) } ?? true }
        guard let addresses = try? AddressList(parsing: value).addresses else { return false }
        return address.map { wanted in addresses.contains { $0.address == wanted } } ?? !addresses.isEmpty
    }
}
