package import Mail
package import struct FoundationEssentials.Date

/// What is asked: who may this message be from, and how does it get out? Without a message, `from` is what a batch mailer would write.
package struct Question: Sendable, Hashable {
    /// The message's own From field, as far as it can be read.
    package enum FromField: Sendable, Hashable {
        case absent
        case unreadable(AddressError)
        case authors(Author)
        /// It breaks the grammar as the error says, in a name, and whose address it has is beyond doubt all the same.
        case loose(NamedAddress, AddressError)

        /// What stands behind the field's colon.
        package init(_ value: some Collection<UInt8>) {
            do throws(AddressError) {
                let addresses = try AddressList(parsing: value).addresses
                self = addresses.first.map { .authors(Author($0, others: Array(addresses.dropFirst()))) } ?? .absent
            } catch { self = NamedAddress(loosely: value).map { .loose($0, error) } ?? .unreadable(error) }
        }

        /// Whom it names to somebody who is held to the grammar, or is not.
        package func author(isStrict: Bool) -> Author? {
            switch self {
            case .authors(let author): author
            case .loose(let named, _): isStrict ? nil : Author(named)
            case .absent, .unreadable: nil
            }
        }
    }

    /// Whom the From field names to the client that asks.
    package var namedAuthor: Author? { from.author(isStrict: client?.isStrict == true) }

    package var purpose: Purpose?
    package var user: UserID?
    package var from: FromField
    /// As submitted; nil when none was given.
    package var envelopeSender: ReversePath?
    /// Who asks; nil: the store's owner, who has no limits.
    package var client: Client?
    package var at: Date
    /// Octets of the message; nil while they are not known.
    package var size: Int?
    /// The header names somebody who is not to get it.
    package var needsEnvelope: Bool
    /// How many are to get it.
    package var recipients: Int

    package init(
        purpose: Purpose? = nil, user: UserID? = nil, from: FromField = .absent, envelopeSender: ReversePath? = nil,
        client: Client? = nil, at: Date, size: Int? = nil, needsEnvelope: Bool = false, recipients: Int = 1
    ) {
        self.purpose = purpose ?? client?.defaultPurpose
        self.user = user ?? client?.defaultUser
        self.from = from
        self.envelopeSender = envelopeSender
        self.client = client
        self.at = at
        self.size = size
        self.needsEnvelope = needsEnvelope
        self.recipients = recipients
    }
}
