/// An address and the name that goes with it; RFC 5322 calls this a mailbox, which in Mandate is an account.
package struct NamedAddress: Sendable, Hashable {
    package var name: String?
    package var address: EmailAddress

    package init(name: String? = nil, address: EmailAddress) {
        self.name = name
        self.address = address
    }

    /// What old programs write into From though no grammar has it: `info@shop.example <info@shop.example>`, `[Shop] Info <info@shop.example>`. nil wherever a reader
    /// who is lax in another way could take something else for the address.
    package init?(loosely value: some Collection<UInt8>) {
        var scanner = AddressScanner(Array(value))
        guard let read = try? scanner.looselyNamedAddress() else { return nil }  // the strict reading says why
        self = read
    }
}

/// One element of an address field: an address, or a group of them, which may be empty (RFC 5322 3.4, RFC 6854).
package enum AddressListEntry: Sendable, Hashable {
    case address(NamedAddress)
    case group(name: String, [NamedAddress])
}

/// The content of From, To, Reply-To and the like.
///
/// Names are read as text: quotes and escapes gone, encoded words decoded, 8-bit bytes taken as UTF-8 or else as windows-1252. A bare address
/// followed by a comment has the comment as its name, as cron and old programs write it.
package struct AddressList: Sendable, Hashable {
    package let entries: [AddressListEntry]

    /// Reads a field's raw value, folded or not. Empty elements (`a@x, , b@x`) are forgiven, an empty list is not.
    package init(parsing value: ArraySlice<UInt8>) throws(AddressError) {
        if let plain = PlainMailbox(value.span) {
            self.init([plain.namedAddress(in: value.span)])
        } else {
            try self.init(scanning: Array(value))
        }
    }

    package init(parsing value: some Collection<UInt8>) throws(AddressError) { try self.init(parsing: Array(value)[...]) }

    /// Reads whatever has a meaning, plain or not.
    init(scanning value: [UInt8]) throws(AddressError) {
        var scanner = AddressScanner(value)
        entries = try scanner.list()
    }

    package init(_ text: String) throws(AddressError) {
        try self.init(parsing: Array(text.utf8))
    }

    package init(_ addresses: [NamedAddress]) {
        entries = addresses.map { .address($0) }
    }

    /// All addresses in order, those in groups included.
    package var addresses: [NamedAddress] {
        entries.flatMap { entry in
            switch entry {
            case .address(let address): [address]
            case .group(_, let members): members
            }
        }
    }
}
