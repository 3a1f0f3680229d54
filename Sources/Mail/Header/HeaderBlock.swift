/// The header section of a message, byte-exact (RFC 5322 2.2).
///
/// A field nobody touched is written back byte for byte, also where it breaks the rules for its value. There are two edits, `remove` and
/// `prepend`; there is no "set", so nobody is tempted to reformat what others wrote.
package struct HeaderBlock: Sendable {
    /// The section as it came, and behind it what was written since. Fields point into it, so that no edit moves bytes.
    private var storage: [UInt8]
    private var places: [FieldPlace]

    /// Takes the section with or without the empty line that ends it. Lines must end with CRLF.
    package init(_ bytes: [UInt8]) throws(HeaderError) {
        places = try HeaderParser.places(bytes)
        storage = bytes
    }

    package init() {
        storage = []
        places = []
    }

    package var fields: some RandomAccessCollection<HeaderField> { places.lazy.map { [storage] in HeaderField($0, in: storage) } }

    /// The section as it is now: whole fields, no empty line.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        var run = 0..<0
        for place in places {
            if place.start == run.upperBound {
                run = run.lowerBound..<place.end  // neighbours that stayed neighbours go in one piece
            } else {
                bytes += storage[run]
                run = place.start..<place.end
            }
        }
        bytes += storage[run]
        return bytes
    }

    package var byteCount: Int { places.reduce(0) { $0 + $1.end - $1.start } }

    package func fields(named name: FieldName) -> [HeaderField] {
        places.filter { $0.isNamed(name, in: storage) }.map { HeaderField($0, in: storage) }
    }

    package func first(_ name: FieldName) -> HeaderField? {
        places.first { $0.isNamed(name, in: storage) }.map { HeaderField($0, in: storage) }
    }

    package func contains(_ names: [FieldName]) -> Bool {
        places.contains { place in names.contains { place.isNamed($0, in: storage) } }
    }

    package mutating func remove(_ name: FieldName) { places.removeAll { [storage] in $0.isNamed(name, in: storage) } }

    package mutating func remove(where isUnwanted: (HeaderField) -> Bool) {
        places.removeAll { [storage] in isUnwanted(HeaderField($0, in: storage)) }
    }

    /// Takes the first `count` fields away, whatever they are.
    package mutating func removeFirst(_ count: Int) { places.removeFirst(count) }

    /// Puts fields made by `FieldWriter` before all others. Bytes that are no whole fields are our own mistake and trap.
    package mutating func prepend(_ lines: [UInt8]) {
        do throws(HeaderError) {
            let offset = storage.count
            places.insert(contentsOf: try HeaderParser.places(lines).map { $0.moved(by: offset) }, at: 0)
            storage += lines
        } catch {
            preconditionFailure("a field was made that is none: \(error)")
        }
    }
}

extension HeaderBlock: Hashable {
    /// What will be written is what counts, not how it came to that.
    package static func == (left: HeaderBlock, right: HeaderBlock) -> Bool { left.bytes == right.bytes }
    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}
