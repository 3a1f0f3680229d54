package import Mail
internal import Relay
package import struct FoundationEssentials.Date

/// The query of an address, decoded.
package struct Query: Sendable {
    private let values: [(name: String, value: String)]

    /// nil: not what a query looks like.
    package init?(_ text: String?) {
        guard let values = PercentCoding.fields(text ?? "") else { return nil }
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
