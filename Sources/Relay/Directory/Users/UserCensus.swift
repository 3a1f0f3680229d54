internal import BitCollections
internal import HashTreeCollections
internal import Mail

/// Texts that something speaks of, by the hashes that users' addresses are kept under: what is among them may be spoken of, and nothing else is.
struct AddressMarks: Sendable {
    private(set) var hashes: Set<Int> = []

    mutating func insert(_ address: EmailAddress) { insert(address.key) }

    mutating func insert(_ text: String) {
        var text = text
        hashes.insert(text.withUTF8 { PackedUsers.hash(ofAddress: $0) })
    }

    func mayContain(_ hash: Int) -> Bool { hashes.contains(hash) }
}

/// The addresses of users that are switched on, told apart: what speaks of a few of them, and the many that nothing speaks of but a rule for their whole domain. Those of
/// one domain have one answer, so that a million people are not a million questions.
struct UserCensus: Sendable {
    struct Plain: Sendable {
        var count = 0
        /// The first of them, as many as were wanted.
        var examples: [EmailAddress] = []
    }

    /// To be asked about one by one, each once.
    fileprivate(set) var singular: Set<EmailAddress> = []
    fileprivate(set) var plain: [Domain: Plain] = [:]
}

extension Users {
    /// `marks`: what is spoken of. `examples`: so many of each domain.
    func census(_ marks: AddressMarks, examples: Int) -> UserCensus {
        var census = UserCensus()
        var counts = Array(repeating: 0, count: packed.domains.count)
        visitPacked(marks) { address, isPlain in
            guard isPlain else {
                census.singular.insert(packed.address(address))
                return true
            }
            counts[address.domain] += 1
            if counts[address.domain] <= examples {
                census.plain[packed.domains[address.domain], default: .init()].examples.append(packed.address(address))
            }
            return true
        }
        for (place, count) in counts.enumerated() where count > 0 { census.plain[packed.domains[place], default: .init()].count += count }
        for case let user? in changed.values {
            for entry in user.addresses where entry.isOn { census.singular.insert(entry.address) }
        }
        return census
    }

    /// Those that nothing speaks of in these domains, one after another, until `visit` has seen enough and returns false.
    func visitPlain(_ marks: AddressMarks, in domains: Set<Domain>, _ visit: (EmailAddress) throws -> Bool) rethrows {
        let isWanted = packed.domains.map(domains.contains)
        try visitPacked(marks) { address, isPlain in
            guard isPlain, isWanted[address.domain] else { return true }
            return try visit(packed.address(address))
        }
    }

    /// What cannot be meant: addresses of several users, and users without one. The first few of each in order, and how many there are.
    func odd(most: Int) -> (shared: [EmailAddress], sharedCount: Int, without: [UserID], withoutCount: Int) {
        var shared: Set<EmailAddress> = []
        visitPacked(AddressMarks()) { address, isPlain in
            if !isPlain { shared.insert(packed.address(address)) }
            return true
        }
        shared.formUnion(changed.values.compactMap { $0 }.flatMap { $0.addresses.filter(\.isOn).map(\.address) })
        shared = shared.filter { address in
            with(address).count { user in user.addresses.contains { $0.address == address && $0.isOn } } > 1
        }
        var without = packed.withoutAddress.filter { changed[$0] == nil }
        without += changed.values.compactMap { $0 }.filter(\.addresses.isEmpty).map(\.id)
        return (
            Array(shared.sorted().prefix(most)), shared.count, Array(without.sorted { $0.precedes($1) }.prefix(most)), without.count
        )
    }

    private func visitPacked(_ marks: AddressMarks, _ visit: (PackedUserReader.Address, _ isPlain: Bool) throws -> Bool) rethrows {
        // Of whom something has become since, something else is known.
        let outdated = BitSet(changed.keys.compactMap { packed.place(of: $0) })
        var marks = marks
        for address in changedByAddress.keys { marks.insert(address) }
        // Marks are few beside users: those are asked for by them, so that of nobody else a hash is made.
        let marked = packed.places(withHashes: marks.hashes)
        try packed.visitAddresses { place, login, address in
            guard address.isOn, !outdated.contains(place) else { return true }
            let isSingular =
                marked.contains(place) && marks.mayContain(PackedUsers.hash(ofAddress: address.text))
                || login.map { marks.mayContain(PackedUsers.hash(ofAddress: $0)) } ?? false
                || address.localPart.dropFirst().contains(UInt8(ascii: "+")) || packed.isShared(address.text, by: place)
            return try visit(address, !isSingular)
        }
    }
}
