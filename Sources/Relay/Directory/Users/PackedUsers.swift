internal import BitCollections
internal import Mail

/// Very many users in few octets: one behind the other in one piece of memory, found by id and by address. One of an ordinary name and address takes some
/// hundred octets here, and six times that as a value, which is made anew for whoever asks.
///
/// A class, because a directory is copied for every message: one count to keep is cheaper than those of five arrays. Nothing in it ever changes.
package final class PackedUsers: Sendable {
    package static let none = UserPacker().finish()

    /// Of each user the id, the name, the login and the addresses, each text behind its length.
    private let octets: [UInt8]
    /// Where each user's octets end.
    private let ends: [UInt32]
    let domains: [Domain]
    private let byID: PlaceTable
    private let byAddress: PlaceTable
    /// Where a user stands with an address that another has, too.
    private let sharers: BitSet

    init(octets: [UInt8], ends: [UInt32], domains: [Domain], byID: PlaceTable, addresses: Int) {
        self.octets = octets
        self.ends = ends
        self.domains = domains
        self.byID = byID
        (byAddress, sharers) = octets.withUnsafeBufferPointer { octets in
            var table = PlaceTable(capacity: addresses)
            var sharers = BitSet(reservingCapacity: ends.count)
            var start = 0
            for (place, end) in ends.enumerated() {
                var reader = PackedUserReader(octets, in: start..<Int(end))
                reader.skipNames()
                while let address = reader.address() {
                    let hash = Self.hash(ofAddress: address.text)
                    if let other = Self.other(than: place, with: address.text, hash, in: table, { Self.reader(octets, ends, $0) }) {
                        sharers.insert(place)
                        sharers.insert(other)
                    }
                    table.insert(place, hash: hash)
                }
                start = Int(end)
            }
            return (table, sharers)
        }
    }

    /// Octets of memory they take.
    package var footprint: Int { octets.count + 4 * ends.count + byID.footprint + byAddress.footprint + count / 8 }

    func contains(_ id: UserID) -> Bool { place(of: id) != nil }

    func user(_ id: UserID) -> User? { place(of: id).map { self[$0] } }

    /// In the order of their places.
    func places(with address: EmailAddress) -> [Int] {
        var address = address.key
        return address.withUTF8 { key in
            var found: [Int] = []
            read { octets in
                _ = byAddress.first(hash: Self.hash(ofAddress: key)) { place in
                    var reader = PackedUserReader(octets, in: range(place))
                    reader.skipNames()
                    while let own = reader.address() {
                        guard Folding.areEqual(own.text, key) else { continue }
                        if !found.contains(place) { found.append(place) }
                        break
                    }
                    return false
                }
            }
            return found.sorted()
        }
    }

    func id(at place: Int) -> UserID {
        read { octets in
            var reader = PackedUserReader(octets, in: range(place))
            return UserID(trusted: String(octets: reader.text()))
        }
    }

    /// Whether the user at a place comes before that id, in the order of octets.
    func precedes(_ place: Int, _ id: UserID) -> Bool {
        read { octets in
            var reader = PackedUserReader(octets, in: range(place))
            return reader.text().lexicographicallyPrecedes(id.text.utf8)
        }
    }

    /// What the user at a place signs in with, where it differs from the address.
    func login(at place: Int) -> String? {
        read { octets in
            var reader = PackedUserReader(octets, in: range(place))
            _ = reader.text()
            _ = reader.text()
            return reader.optionalText().map(String.init(octets:))
        }
    }

    /// What the user of an id writes under, without making the rest of them.
    func byline(of id: UserID) -> Byline? {
        guard let place = place(of: id) else { return nil }
        return read { octets in
            var reader = PackedUserReader(octets, in: range(place))
            _ = reader.text()
            let name = reader.text()
            _ = reader.optionalText()
            return Byline(name: name.isEmpty ? nil : String(octets: name), primary: reader.address().map(userAddress))
        }
    }

    /// nil: they have none.
    func name(at place: Int) -> String? {
        read { octets in
            var reader = PackedUserReader(octets, in: range(place))
            _ = reader.text()
            let name = reader.text()
            return name.isEmpty ? nil : String(octets: name)
        }
    }

    func address(_ own: PackedUserReader.Address) -> EmailAddress {
        EmailAddress(kept: String(octets: own.localPart), domain: domains[own.domain])
    }

    /// Each with its user's place and login, without making a value of anything, until `visit` returns false.
    func visitAddresses(_ visit: (Int, PackedUserReader.Octets?, PackedUserReader.Address) throws -> Bool) rethrows {
        try read { octets in
            var start = 0
            for (place, end) in ends.enumerated() {
                var reader = PackedUserReader(octets, in: start..<Int(end))
                start = Int(end)
                _ = reader.text()
                _ = reader.text()
                let login = reader.optionalText()
                while let address = reader.address() {
                    guard try visit(place, login, address) else { return }
                }
            }
        }
    }

    /// Users who have none, in the order of their places.
    var withoutAddress: [UserID] {
        read { octets in
            indices.filter { place in
                var reader = PackedUserReader(octets, in: range(place))
                reader.skipNames()
                return reader.address() == nil
            }.map(id)
        }
    }

    /// Another user than the one at that place has the address, too.
    func isShared(_ text: PackedUserReader.Octets, by place: Int) -> Bool {
        guard sharers.contains(place) else { return false }
        return read { octets in
            Self.other(than: place, with: text, Self.hash(ofAddress: text), in: byAddress) { Self.reader(octets, ends, $0) } != nil
        }
    }

    /// Where users stand of whose addresses one may have one of these hashes.
    func places(withHashes hashes: Set<Int>) -> BitSet {
        var places = BitSet(reservingCapacity: count)
        for hash in hashes {
            _ = byAddress.first(hash: hash) { place in
                places.insert(place)
                return false
            }
        }
        return places
    }

    private static func other(
        than place: Int, with text: PackedUserReader.Octets, _ hash: Int, in table: PlaceTable, _ reader: (Int) -> PackedUserReader
    ) -> Int? {
        table.first(hash: hash) { other in
            guard other != place else { return false }
            var reader = reader(other)
            reader.skipNames()
            while let own = reader.address() { if Folding.areEqual(own.text, text) { return true } }
            return false
        }
    }

    private static func reader(_ octets: UnsafeBufferPointer<UInt8>, _ ends: [UInt32], _ place: Int) -> PackedUserReader {
        PackedUserReader(octets, in: (place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place]))
    }

    private func userAddress(_ own: PackedUserReader.Address) -> UserAddress { UserAddress(address(own), isOn: own.isOn) }

    /// Their places in the order of their ids' octets, in which a store has them, too: what is written in it touches few pages of a file. nil: they are in it.
    var order: [Int]? { indices.dropFirst().allSatisfy { precedes($0 - 1, $0) } ? nil : indices.sorted(by: precedes) }

    func inOrder(_ order: [Int]) -> PackedUsers {
        var packer = UserPacker(sharing: self)
        for place in order { packer.copy(place, of: self) }
        return packer.finish()
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        read { octets in
            var (left, right) = (PackedUserReader(octets, in: range(left)), PackedUserReader(octets, in: range(right)))
            return left.text().lexicographicallyPrecedes(right.text())
        }
    }

    func place(of id: UserID) -> Int? {
        var id = id.text
        return id.withUTF8 { id in read { octets in Self.place(of: id, in: byID) { PackedUserReader(octets, in: range($0)) } } }
    }

    func range(_ place: Int) -> Range<Int> { (place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place]) }

    func read<Value>(_ use: (UnsafeBufferPointer<UInt8>) throws -> Value) rethrows -> Value {
        try octets.withUnsafeBufferPointer(use)
    }
}

/// How they are found.
extension PackedUsers {
    /// Ids are compared as texts are: an accent may be composed in either way.
    static func hash(ofID id: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        if id.allSatisfy({ $0 < 0x80 }) { hasher.combine(bytes: UnsafeRawBufferPointer(id)) } else { hasher.combine(String(octets: id)) }
        return hasher.finalize()
    }

    static func place(of id: UnsafeBufferPointer<UInt8>, in table: PlaceTable, _ reader: (Int) -> PackedUserReader) -> Int? {
        table.first(hash: hash(ofID: id)) { place in
            var reader = reader(place)
            let own = reader.text()
            return own.elementsEqual(id) || !id.allSatisfy { $0 < 0x80 } && String(octets: own) == String(octets: id)
        }
    }

    /// Addresses are compared by their key, in which the case of ASCII letters does not count.
    static func hash(ofAddress text: UnsafeBufferPointer<UInt8>) -> Int {
        withUnsafeTemporaryAllocation(byteCount: text.count, alignment: 1) { folded in
            for (place, octet) in text.enumerated() { folded[place] = Folding.lowered(octet) }
            var hasher = Hasher()
            hasher.combine(bytes: UnsafeRawBufferPointer(folded))
            return hasher.finalize()
        }
    }
}

extension PackedUsers: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { ends.count }

    package subscript(place: Int) -> User {
        read { octets in
            var reader = PackedUserReader(octets, in: range(place))
            let id = UserID(trusted: String(octets: reader.text()))
            let name = String(octets: reader.text())
            var user = User(id: id, name: name, login: reader.optionalText().map(String.init(octets:)), addresses: [])
            while let own = reader.address() { user.addresses.append(userAddress(own)) }
            return user
        }
    }
}
