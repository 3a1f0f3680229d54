package import struct FoundationEssentials.Date

/// The heads of the journal's strands at a moment, kept where whoever can write the store cannot: the only proof that its end was not cut off.
package struct Checkpoint: Sendable, Hashable {
    package struct Mark: Sendable, Hashable {
        package let strand: String
        package let number: Int64
        package let mac: [UInt8]

        package init(strand: String, number: Int64, mac: [UInt8]) {
            self.strand = strand
            self.number = number
            self.mac = mac
        }
    }

    /// Why a text is none.
    package enum Problem: Error, Sendable, Hashable {
        case foreign
        case damaged(line: String)
    }

    private static let firstLine = "mandate checkpoint 1"

    package let marks: [Mark]

    package init(marks: [Mark]) { self.marks = marks }

    package init(text: String) throws(Problem) {
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.first == Self.firstLine else { throw .foreign }
        var marks: [Mark] = []
        for line in lines.dropFirst() where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let number = Int64(words[1]), number >= 1, let mac = Self.bytes(words[2]), mac.count == 32 else {
                throw .damaged(line: line)
            }
            marks.append(Mark(strand: words[0], number: number, mac: mac))
        }
        self.marks = marks
    }

    package func text(at now: Date) -> String {
        "\(Self.firstLine)\n# \(now.second)\n" + marks.map { "\($0.strand) \($0.number) \($0.mac.hexadecimal)\n" }.joined()
    }

    package func mark(_ strand: String) -> Mark? { marks.first { $0.strand == strand } }

    private static func bytes(_ hexadecimal: String) -> [UInt8]? {
        let digits = hexadecimal.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }
}
