package import Mail

/// The address (or, rarely, addresses) and name that a message is meant to be from; fixed at Accept.
/// Several authors (RFC 5322 section 3.6.2) stay together, whatever happens to them.
package struct Author: Sendable, Hashable, CustomStringConvertible {
    package let first: NamedAddress
    package let others: [NamedAddress]

    package init(_ first: NamedAddress, others: [NamedAddress] = []) {
        self.first = first
        self.others = others
    }

    package var all: [NamedAddress] { [first] + others }
    package var isSeveral: Bool { !others.isEmpty }
    package var description: String { all.map(\.address.description).joined(separator: ", ") }
}
