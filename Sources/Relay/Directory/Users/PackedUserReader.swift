/// Goes through the octets of one packed user: id, name, login, then the addresses to the end. What it finds is good as long as the octets are.
struct PackedUserReader {
    typealias Octets = UnsafeBufferPointer<UInt8>

    struct Address {
        /// Local part, `@` and domain, as they were written.
        let text: Octets
        let localPart: Octets
        /// Where the domain stands in the list of them.
        let domain: Int
        let isOn: Bool
    }

    private let octets: Octets
    private var place: Int
    private let end: Int

    init(_ octets: Octets, in range: Range<Int>) {
        self.octets = octets
        place = range.lowerBound
        end = range.upperBound
    }

    mutating func text() -> Octets { take(number()) }

    /// nil: none, which is not the same as an empty one.
    mutating func optionalText() -> Octets? {
        let count = number()
        return count == 0 ? nil : take(count - 1)
    }

    mutating func skipNames() {
        place += number()
        place += number()
        place += max(number() - 1, 0)
    }

    mutating func address() -> Address? {
        guard place < end else { return nil }
        let mark = number()
        let localCount = number()
        let text = take(number())
        return Address(text: text, localPart: Octets(rebasing: text[..<localCount]), domain: mark >> 1, isOn: mark & 1 == 1)
    }

    private mutating func take(_ count: Int) -> Octets {
        defer { place += count }
        return Octets(rebasing: octets[place..<place + count])
    }

    /// Seven bits an octet, the lowest first; the highest bit says that there is another.
    private mutating func number() -> Int {
        var number = 0
        var shift = 0
        while true {
            let octet = octets[place]
            place += 1
            number |= Int(octet & 0x7F) << shift
            if octet < 0x80 { return number }
            shift += 7
        }
    }
}

extension String {
    init(octets: PackedUserReader.Octets) { self.init(decoding: octets, as: UTF8.self) }
}
