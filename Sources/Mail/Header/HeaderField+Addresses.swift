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
