package import Mail
internal import Relay
package import struct FoundationEssentials.Date

/// The query of an address, decoded.
package struct Query: Sendable {
    private let values: [(name: String, value: String)]

    /// nil: not what a query looks like.
    package init?(_ text: String?) {
        var values: [(String, String)] = []
        for pair in (text ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentCoding.decode(parts[0], isForm: true),
                let value = PercentCoding.decode(parts.count == 2 ? parts[1] : "", isForm: true)
            else { return nil }
            values.append((name, value))
        }
        self.values = values
    }

    package var names: [String] { values.map(\.name) }
    package var pairs: [(name: String, value: String)] { values }

    /// Empty is as good as absent: a browser sends every field of a form.
    package subscript(name: String) -> String? { values.first { $0.name == name && !$0.value.isEmpty }?.value }

    package func all(_ name: String) -> [String] { values.filter { $0.name == name && !$0.value.isEmpty }.map(\.value) }

    package func number(_ name: String, in range: ClosedRange<Int>, usual: Int) throws(Problem) -> Int {
        guard let text = self[name] else { return usual }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(.badRequest, "\(name) is a number from \(range.lowerBound) to \(range.upperBound)", place: name)
        }
        return number
    }

    package func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, _: Choice.Type) throws(Problem) -> Choice? {
        guard let text = self[name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw Problem(.badRequest, "\(name) is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))", place: name)
        }
        return choice
    }

    package func date(_ name: String) throws(Problem) -> Date? {
        guard let text = self[name] else { return nil }
        guard let date = DocumentDate.date(text) else { throw Problem(.badRequest, "\(name) is \(DocumentDate.form)", place: name) }
        return date
    }

    package func address(_ name: String) throws(Problem) -> EmailAddress? {
        guard let text = self[name] else { return nil }
        do throws(AddressError) { return try EmailAddress(text) } catch {
            throw Problem(.badRequest, "\(name) is no address: \(error)", place: name)
        }
    }

    package func flag(_ name: String) throws(Problem) -> Bool {
        switch self[name] {
        case nil, "false": return false
        case "true": return true
        default: throw Problem(.badRequest, "\(name) is true or false", place: name)
        }
    }
}

/// Percent-encoding (RFC 3986 section 2.1), and with `+` for a space as forms have it.
package enum PercentCoding {
    /// nil: broken, or no UTF-8.
    package static func decode(_ text: some StringProtocol, isForm: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where isForm: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    package static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default: encoded += "%" + [byte].hexadecimal.uppercased()
            }
        }
        return encoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? { Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) } }
}
