/// Where a message goes back to if it cannot be delivered; null (`<>`) for what must never cause an answer (RFC 5321 4.5.5).
package enum ReversePath: Sendable, Hashable, CustomStringConvertible {
    case null
    case address(EmailAddress)

    /// `<>`, `<ann@example.org>`, or the bare address.
    package init(_ text: String) throws(AddressError) {
        if text == "<>" {
            self = .null
        } else if text.utf8.first == UInt8(ascii: "<"), text.utf8.last == UInt8(ascii: ">") {
            do throws(AddressError) {
                self = .address(try EmailAddress(String(text.dropFirst().dropLast())))
            } catch {
                throw AddressError(error.reason, at: error.offset + 1)
            }
        } else {
            self = .address(try EmailAddress(text))
        }
    }

    package var address: EmailAddress? {
        switch self {
        case .null: nil
        case .address(let address): address
        }
    }

    /// As MAIL FROM carries it.
    package var description: String {
        switch self {
        case .null: "<>"
        case .address(let address): "<\(address)>"
        }
    }
}
