/// Finds places by the hash of what stands there, in one piece of memory: eight octets a slot, two of three slots taken at most.
struct PlaceTable: Sendable {
    /// The upper half of the hash, then the place and one; 0: free.
    private var slots: [UInt64]
    private var count = 0

    var footprint: Int { 8 * slots.count }

    init(capacity: Int = 0) { slots = Array(repeating: 0, count: capacity + capacity / 2 + 8) }

    mutating func insert(_ place: Int, hash: Int) {
        if (count + 1) * 3 > slots.count * 2 { grow() }
        settle(Self.mark(hash) << 32 | UInt64(place + 1))
        count += 1
    }

    /// The first that `fits`, of those whose hash is the same as far as it is kept.
    func first(hash: Int, where fits: (Int) -> Bool) -> Int? {
        let mark = Self.mark(hash)
        var slot = home(mark)
        while slots[slot] != 0 {
            if slots[slot] >> 32 == mark {
                let place = Int(slots[slot] & 0xFFFF_FFFF) - 1
                if fits(place) { return place }
            }
            slot = slot + 1 == slots.count ? 0 : slot + 1
        }
        return nil
    }

    private static func mark(_ hash: Int) -> UInt64 { UInt64(UInt(bitPattern: hash) >> 32) }

    /// Scales the mark to the table, so that its size need be no power of two.
    private func home(_ mark: UInt64) -> Int { Int((mark * UInt64(slots.count)) >> 32) }

    private mutating func settle(_ entry: UInt64) {
        var slot = home(entry >> 32)
        while slots[slot] != 0 { slot = slot + 1 == slots.count ? 0 : slot + 1 }
        slots[slot] = entry
    }

    private mutating func grow() {
        let taken = slots
        slots = Array(repeating: 0, count: taken.count * 2)
        for entry in taken where entry != 0 { settle(entry) }
    }
}
