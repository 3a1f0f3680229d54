/// Where a field stands in a header's bytes. Plain numbers, so that going through a header touches no reference counts.
struct FieldPlace: Sendable, Hashable {
    let start: Int
    let nameEnd: Int
    /// The obsolete `Name : value` has space between name and colon.
    let colon: Int
    var end: Int
    /// Tells most names apart without looking at their bytes.
    let mark: UInt32

    func isNamed(_ name: FieldName, in storage: Span<UInt8>) -> Bool {
        mark == name.mark && name.matches(storage.extracting(start..<nameEnd))
    }
}
