package import Mail

/// Packs users one behind the other. Whoever finds them in rows hands over the octets of their texts, and no value of any user is made.
package struct UserPacker {
    package typealias Octets = UnsafeBufferPointer<UInt8>

    private var octets: [UInt8] = []
    private var ends: [UInt32] = []
    private var domains: [Domain] = []
    private var numbers: [String: Int] = [:]
    private var byID = PlaceTable()
    private var addresses = 0
    private var lastDomain = -1

    package init() {}

    /// For users of whom most are packed there: their octets can be copied.
    init(sharing packed: PackedUsers) {
        for domain in packed.domains { _ = number(of: domain) }
    }

    /// Of those that this shares with.
    mutating func copy(_ place: Int, of packed: PackedUsers) {
        packed.read { others in
            let range = packed.range(place)
            var reader = PackedUserReader(others, in: range)
            byID.insert(ends.count, hash: PackedUsers.hash(ofID: reader.text()))
            octets.append(contentsOf: others[range])
            reader = PackedUserReader(others, in: range)
            reader.skipNames()
            while reader.address() != nil { addresses += 1 }
        }
        end()
    }

    package var count: Int { ends.count }

    /// The place of the user of this id, if they were packed.
    package func place(of id: UserID) -> Int? {
        var id = id.text
        return id.withUTF8 { id in
            octets.withUnsafeBufferPointer { octets in PackedUsers.place(of: id, in: byID) { PackedUserReader(octets, in: range($0)) } }
        }
    }

    /// False: that id is packed already, and nothing is done.
    @discardableResult
    package mutating func add(_ user: User) -> Bool {
        var (id, name, login) = (user.id.text, user.name, user.login ?? "")
        let isNew = id.withUTF8 { id in
            name.withUTF8 { name in login.withUTF8 { login in begin(id: id, name: name, login: user.login == nil ? nil : login) } }
        }
        guard isNew else { return false }
        for entry in user.addresses {
            var local = entry.address.localPart
            let domain = number(of: entry.address.domain)
            local.withUTF8 { append($0, at: domain, isOn: entry.isOn) }
        }
        end()
        return true
    }

    /// False: that id is packed already, and nothing is begun.
    package mutating func begin(id: Octets, name: Octets, login: Octets?) -> Bool {
        let isKnown = octets.withUnsafeBufferPointer { octets in
            PackedUsers.place(of: id, in: byID) { PackedUserReader(octets, in: range($0)) } != nil
        }
        guard !isKnown else { return false }
        byID.insert(ends.count, hash: PackedUsers.hash(ofID: id))
        append(id)
        append(name)
        append(number: login.map { $0.count + 1 } ?? 0)
        if let login { octets.append(contentsOf: login) }
        return true
    }

    /// Of the user that was begun. The domain is as it is written to the wire.
    package mutating func append(localPart: Octets, domain: Octets, isOn: Bool) throws(AddressError) {
        let number = try number(of: domain)
        if !EmailAddress.isPlain(localPart: localPart, domain: domains[number]) {
            var normal = try EmailAddress(localPart: String(octets: localPart), domain: domains[number]).localPart
            return normal.withUTF8 { append($0, at: number, isOn: isOn) }
        }
        append(localPart, at: number, isOn: isOn)
    }

    package mutating func end() {
        guard let end = UInt32(exactly: octets.count) else { preconditionFailure("no directory has four gigabytes of users") }
        ends.append(end)
    }

    package consuming func finish() -> PackedUsers {
        PackedUsers(octets: octets, ends: ends, domains: domains, byID: byID, addresses: addresses)
    }

    private func range(_ place: Int) -> Range<Int> { (place == 0 ? 0 : Int(ends[place - 1]))..<Int(ends[place]) }

    private mutating func append(_ local: Octets, at domain: Int, isOn: Bool) {
        var ascii = domains[domain].ascii
        append(number: domain << 1 | (isOn ? 1 : 0))
        append(number: local.count)
        ascii.withUTF8 { ascii in
            append(number: local.count + 1 + ascii.count)
            octets.append(contentsOf: local)
            octets.append(UInt8(ascii: "@"))
            octets.append(contentsOf: ascii)
        }
        addresses += 1
    }

    private mutating func append(_ text: Octets) {
        append(number: text.count)
        octets.append(contentsOf: text)
    }

    private mutating func append(number: Int) {
        var rest = number
        while rest >= 0x80 {
            octets.append(UInt8(rest & 0x7F | 0x80))
            rest >>= 7
        }
        octets.append(UInt8(rest))
    }

    /// Most have the domain of the one before.
    private mutating func number(of ascii: Octets) throws(AddressError) -> Int {
        if lastDomain >= 0, domains[lastDomain].ascii.utf8.elementsEqual(ascii) { return lastDomain }
        let text = String(octets: ascii)
        lastDomain = if let known = numbers[text] { known } else { number(of: try Domain(text)) }
        return lastDomain
    }

    private mutating func number(of domain: Domain) -> Int {
        if let known = numbers[domain.ascii] { return known }
        numbers[domain.ascii] = domains.count
        domains.append(domain)
        return domains.count - 1
    }
}
