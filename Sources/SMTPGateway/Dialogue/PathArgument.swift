internal import Mail
internal import Relay

/// What stands behind MAIL and RCPT: a path in angle brackets and parameters (RFC 5321 section 4.1.2), strict in what the path may be.
struct PathArgument: Sendable, Hashable {
    enum Failure: Error, Sendable, Hashable {
        case syntax
        case address(AddressError)
        case parameter(String)
    }

    struct Parameter: Sendable, Hashable {
        /// In capitals.
        let keyword: String
        let value: String?
    }

    enum Target: Sendable, Hashable {
        case path(ReversePath)
        /// An account of this machine, where such are taken; as a recipient, the postmaster is known everywhere.
        case account(String)
    }

    let target: Target
    let parameters: [Parameter]

    /// `keyword` is `FROM` or `TO`. A source route in the path is read and forgotten (RFC 5321 appendix C).
    init(_ argument: String, after keyword: String, takesAccounts: Bool) throws(Failure) {
        let head = argument.prefix(keyword.count + 1)
        guard head.uppercased() == keyword + ":" else { throw .syntax }
        // Many programs put a space there, though the grammar has none.
        let rest = argument.dropFirst(head.count).drop { $0 == " " }
        let address: Substring
        if rest.first == "<" {
            guard let end = Self.end(of: rest) else { throw .syntax }
            let path = rest[..<end].dropFirst()
            if path.first == "@", let colon = path.firstIndex(of: ":") {
                address = path[path.index(after: colon)...]
            } else {
                address = path
            }
            parameters = try Self.parameters(rest[end...].dropFirst())
        } else {
            // Printers and their like write no angle brackets; what is meant is plain as long as it is an address and nothing else.
            address = rest.prefix { $0 != " " }
            guard address.contains("@") else { throw .syntax }
            parameters = try Self.parameters(rest[address.endIndex...])
        }
        if address.isEmpty {
            target = .path(.null)
        } else if takesAccounts, LocalName.isOne(String(address)) {
            target = .account(String(address))
        } else if keyword == "TO", address.lowercased() == "postmaster" {
            // RFC 5321 section 4.1.1.3: the one who looks after this server, whatever its domain.
            target = .account("postmaster")
        } else {
            do throws(AddressError) { target = .path(.address(try EmailAddress(path: String(address)))) } catch { throw .address(error) }
        }
    }

    /// Where the path's `>` stands: not within a quoted string.
    private static func end(of text: Substring) -> String.Index? {
        var isQuoted = false
        var isEscaped = false
        for index in text.indices {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = isQuoted
            } else if text[index] == "\"" {
                isQuoted.toggle()
            } else if text[index] == ">", !isQuoted {
                return index
            }
        }
        return nil
    }

    private static func parameters(_ text: Substring) throws(Failure) -> [Parameter] {
        guard text.isEmpty || text.first == " " else { throw .syntax }
        var parameters: [Parameter] = []
        for word in text.split(separator: " ") {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let keyword = parts[0].uppercased()
            let isKeyword = keyword.utf8.enumerated().allSatisfy { place, byte in
                (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || (byte == UInt8(ascii: "-") && place > 0)
            }
            guard isKeyword, !keyword.isEmpty, parts.count == 1 || !parts[1].isEmpty else { throw .parameter(String(word)) }
            guard !parameters.contains(where: { $0.keyword == keyword }) else { throw .parameter("\(keyword), which is there twice") }
            parameters.append(Parameter(keyword: keyword, value: parts.count == 2 ? String(parts[1]) : nil))
        }
        return parameters
    }
}
