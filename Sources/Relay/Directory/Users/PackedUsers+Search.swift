/// Looks through them as they lie.
extension PackedUsers {
    /// In whose id, name, login or addresses it stands (nil stands everywhere), in the order of their places, which must be that of their ids. `isWanted`:
    /// whether a user who fits is one that counts.
    func matching(_ needle: FoldedNeedle?, after id: UserID?, limit: Int, _ isWanted: (UserID) -> Bool) -> [User] {
        var found: [User] = []
        read { octets in
            var place = id.map { first(after: $0) } ?? 0
            while found.count < limit, place < count {
                if let needle {
                    guard let hit = needle.place(in: octets, from: range(place).lowerBound) else { return }
                    place = self.place(around: hit)
                    // It may reach from one text into the next.
                    guard mentions(needle, at: place, octets) else {
                        place += 1
                        continue
                    }
                }
                if isWanted(self.id(at: place)) { found.append(self[place]) }
                place += 1
            }
        }
        return found
    }

    /// Of whom it is the whole id, name or login, in any case.
    func named(_ text: String) -> [UserID] {
        var text = text
        let folded = text.lowercased()
        return text.withUTF8 { wanted in
            let isASCII = wanted.allSatisfy { $0 < 0x80 }
            func isSame(_ own: PackedUserReader.Octets) -> Bool {
                // An accent may be composed in either way, and its letter is a small one in more ways than one.
                Folding.areEqual(own, wanted) || !isASCII && own.contains { $0 >= 0x80 } && String(octets: own).lowercased() == folded
            }
            return read { octets in
                indices.filter { place in
                    var reader = PackedUserReader(octets, in: range(place))
                    return isSame(reader.text()) || isSame(reader.text()) || reader.optionalText().map(isSame) ?? false
                }.map { id(at: $0) }
            }
        }
    }

    private func mentions(_ needle: FoldedNeedle, at place: Int, _ octets: UnsafeBufferPointer<UInt8>) -> Bool {
        var reader = PackedUserReader(octets, in: range(place))
        if needle.stands(in: reader.text()) || needle.stands(in: reader.text()) { return true }
        if let login = reader.optionalText(), needle.stands(in: login) { return true }
        while let address = reader.address() { if needle.stands(in: address.text) { return true } }
        return false
    }

    private func first(after id: UserID) -> Int {
        firstPlace { precedes($0, id) || self.id(at: $0) == id }
    }

    /// Whose octets these are.
    private func place(around octet: Int) -> Int { firstPlace { range($0).upperBound <= octet } }

    /// Behind all those of whom it is true.
    private func firstPlace(_ isBefore: (Int) -> Bool) -> Int {
        var places = indices
        while let middle = places.isEmpty ? nil : places.lowerBound + places.count / 2 {
            places = isBefore(middle) ? middle + 1..<places.upperBound : places.lowerBound..<middle
        }
        return places.lowerBound
    }
}
