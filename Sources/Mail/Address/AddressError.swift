/// Why a text is not an address, and the byte of the input at which that shows; made for a person to read.
package struct AddressError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: Hashable, Sendable {
        case empty
        case missingAt
        case emptyLocalPart
        case misplacedDot
        case secondWordInLocalPart
        case localPartTooLong(octets: Int)
        case addressTooLong(octets: Int)
        case missingDomain
        case emptyLabel
        case trailingDot
        case hyphenAtLabelEdge
        case labelTooLong(octets: Int)
        case domainTooLong(octets: Int)
        case invalidIDN(String)
        case invalidLiteral
        case unexpected(Unicode.Scalar)
        case controlCharacter(UInt32)
        case invalidUTF8
        case unclosedQuote
        case unclosedComment
        case unclosedLiteral
        case unclosedAngle
        case unclosedGroup
        case emptyAngle
        case missingGroupName
        case nestedGroup
        case unquotedName
        case missingComma
        case textAfterAddress
    }

    package let reason: Reason
    /// Counted in bytes of the UTF-8 input, from 0.
    package let offset: Int

    package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    package var description: String { "\(sentence) (at byte \(offset))" }

    private var sentence: String {
        switch reason {
        case .empty: "there is no address"
        case .missingAt: "an address needs an @ between local part and domain"
        case .emptyLocalPart: "nothing stands before the @"
        case .misplacedDot: "a local part must not begin or end with a dot, or have two in a row, unless it is quoted"
        case .secondWordInLocalPart: "a local part of several words must be quoted"
        case .localPartTooLong(let octets): "the local part has \(octets) octets; RFC 5321 allows 64"
        case .addressTooLong(let octets): "the address has \(octets) octets; RFC 5321 allows 254"
        case .missingDomain: "no domain follows the @"
        case .emptyLabel: "the domain has a dot where a name should be"
        case .trailingDot: "the domain ends with a dot"
        case .hyphenAtLabelEdge: "a part of the domain begins or ends with a hyphen"
        case .labelTooLong(let octets): "a part of the domain has \(octets) octets; 63 are allowed"
        case .domainTooLong(let octets): "the domain has \(octets) octets; 253 are allowed"
        case .invalidIDN(let why): "the international domain name is not valid: \(why)"
        case .invalidLiteral: "what stands in brackets is neither an IPv4 address nor IPv6: and an IPv6 address"
        case .unexpected(let scalar): "\"\(scalar)\" is not allowed here"
        case .controlCharacter(let code): "the control character \(code) is not allowed"
        case .invalidUTF8: "these bytes are not UTF-8"
        case .unclosedQuote: "a quoted string is not closed"
        case .unclosedComment: "a comment is not closed"
        case .unclosedLiteral: "a domain in brackets is not closed"
        case .unclosedAngle: "the address that begins with < has no closing >"
        case .unclosedGroup: "the group has no closing ;"
        case .emptyAngle: "there is no address between < and >"
        case .missingGroupName: "a group needs a name before the :"
        case .nestedGroup: "a group cannot stand within a group"
        case .unquotedName: "a name that contains an @ must be quoted"
        case .missingComma: "a comma is missing between two addresses"
        case .textAfterAddress: "something follows the address"
        }
    }
}
