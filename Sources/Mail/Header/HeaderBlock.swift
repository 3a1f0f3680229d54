/// The header section of a message, byte-exact (RFC 5322 2.2).
///
/// A field nobody touched is written back byte for byte, also where it breaks the rules for its value. There are two edits, `remove` and
/// `prepend`; there is no "set", so nobody is tempted to reformat what others wrote.
package struct HeaderBlock: Sendable {
    /// The section as it came, and behind it what was written since. Fields point into it, so that no edit moves bytes.
    private var storage: [UInt8]
    private var places: [FieldPlace]
    /// The marks of all places, and perhaps of some that went: whose mark is missing is not here, and no field needs to be looked at.
    private var marks = MarkSet()

    /// Takes the section with or without the empty line that ends it. Lines must end with CRLF.
    package init(_ bytes: [UInt8]) throws(HeaderError) {
        // Seldom more, and then it grows.
        places = []
        places.reserveCapacity(32)
        try HeaderParser.read(bytes, from: 0, into: &places)
        for place in places { marks.insert(place.mark) }
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
        var fields: [HeaderField] = []
        guard marks.contains(name.mark) else { return fields }
        for place in places where place.isNamed(name, in: storage.span) { fields.append(HeaderField(place, in: storage)) }
        return fields
    }

    package func first(_ name: FieldName) -> HeaderField? {
        guard marks.contains(name.mark) else { return nil }
        for place in places where place.isNamed(name, in: storage.span) { return HeaderField(place, in: storage) }
        return nil
    }

    package func contains(_ names: [FieldName]) -> Bool { names.contains { first($0) != nil } }

    package mutating func remove(_ name: FieldName) {
        guard marks.contains(name.mark) else { return }
        places.removeAll { [storage] in $0.isNamed(name, in: storage.span) }
    }

    package mutating func remove(where isUnwanted: (HeaderField) -> Bool) {
        places.removeAll { [storage] in isUnwanted(HeaderField($0, in: storage)) }
    }

    /// Takes the first `count` fields away, whatever they are.
    package mutating func removeFirst(_ count: Int) { places.removeFirst(count) }

    /// Puts fields made by `FieldWriter` before all others. Bytes that are no whole fields are our own mistake and trap.
    package mutating func prepend(_ lines: [UInt8]) { prepend(lines, insteadOf: nil) }

    /// The two edits in one go: takes away every field of the name, and puts these before all others.
    package mutating func prepend(_ lines: [UInt8], insteadOf name: FieldName?) {
        let offset = storage.count
        storage += lines
        var edited: [FieldPlace] = []
        // A field or two more may follow.
        edited.reserveCapacity(places.count + 4)
        do throws(HeaderError) { try HeaderParser.read(storage, from: offset, into: &edited) } catch {
            preconditionFailure("a field was made that is none: \(error)")
        }
        for place in edited { marks.insert(place.mark) }
        for place in places where name.map({ !place.isNamed($0, in: storage.span) }) ?? true { edited.append(place) }
        places = edited
    }
}

extension HeaderBlock: Hashable {
    /// What will be written is what counts, not how it came to that.
    package static func == (left: HeaderBlock, right: HeaderBlock) -> Bool { left.bytes == right.bytes }
    package func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

/// Says of most marks that are not in it that they are not.
private struct MarkSet: Sendable {
    private var bits: UInt64 = 0

    mutating func insert(_ mark: UInt32) { bits |= Self.bit(mark) }

    func contains(_ mark: UInt32) -> Bool { bits & Self.bit(mark) != 0 }

    /// Spread by the golden ratio, since names differ in a few bits only.
    private static func bit(_ mark: UInt32) -> UInt64 { 1 << UInt64((mark &* 0x9E37_79B9) >> 26) }
}
