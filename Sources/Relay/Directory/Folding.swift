/// Texts compared as octets, without regard to the case of ASCII letters: the same as the store's `lower`.
enum Folding {
    static func lowered(_ octet: UInt8) -> UInt8 { octet &- 0x41 < 26 ? octet | 0x20 : octet }

    static func areEqual(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { lowered($0) == lowered($1) }
    }
}

/// A text that is looked for.
package struct FoldedNeedle: Sendable {
    private let octets: [UInt8]
    private let first: SIMD16<UInt8>
    private let last: SIMD16<UInt8>
    /// What makes a letter a small one, and leaves what is none.
    private let firstCase: SIMD16<UInt8>
    private let lastCase: SIMD16<UInt8>

    /// nil: an empty one, which stands everywhere.
    package init?(_ text: String) {
        octets = text.utf8.map(Folding.lowered)
        guard let first = octets.first, let last = octets.last else { return nil }
        self.first = SIMD16(repeating: first)
        self.last = SIMD16(repeating: last)
        firstCase = SIMD16(repeating: Self.caseBit(first))
        lastCase = SIMD16(repeating: Self.caseBit(last))
    }

    func stands(in text: UnsafeBufferPointer<UInt8>) -> Bool { place(in: text, from: 0) != nil }

    func stands(in text: String) -> Bool {
        var text = text
        return text.withUTF8 { stands(in: $0) }
    }

    /// Only signs that dates and numbers are written with, or quotes are, or none of ASCII: more than texts as they are kept must be looked at.
    var isOfManyForms: Bool {
        octets.allSatisfy { "0123456789-:.+tz".utf8.contains($0) } || octets.contains { $0 >= 0x80 || $0 == 0x22 || $0 == 0x5C }
    }

    /// Where it stands next. Sixteen places at once are asked whether its first and its last octet may be there, which few are.
    func place(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        let end = text.count - octets.count
        var place = start
        let raw = UnsafeRawBufferPointer(text)
        while place + 16 <= end + 1 {
            let heads = raw.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self) | firstCase
            let tails = raw.loadUnaligned(fromByteOffset: place + octets.count - 1, as: SIMD16<UInt8>.self) | lastCase
            let likely = (heads .== first) .& (tails .== last)
            // All sixteen answers as two numbers: that is what makes it fast.
            let answers = unsafeBitCast(likely, to: SIMD2<UInt64>.self)
            if answers[0] | answers[1] != 0 {
                for offset in 0..<16 where likely[offset] && isAt(place + offset, of: text) { return place + offset }
            }
            place += 16
        }
        while place <= end {
            if isAt(place, of: text) { return place }
            place += 1
        }
        return nil
    }

    private func isAt(_ place: Int, of text: UnsafeBufferPointer<UInt8>) -> Bool {
        for (offset, octet) in octets.enumerated() where Folding.lowered(text[place + offset]) != octet { return false }
        return true
    }

    private static func caseBit(_ octet: UInt8) -> UInt8 { octet &- 0x61 < 26 ? 0x20 : 0 }
}
