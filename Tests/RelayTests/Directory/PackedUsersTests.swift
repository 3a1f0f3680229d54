import Mail
import TestSupport
import Testing

@testable import Relay

/// Packed users are found as they were put in, changed ones beside them, and all of them searched alike.
struct PackedUsersTests {
    private static func user(_ id: String, _ name: String = "", login: String? = nil, _ addresses: String...) throws -> User {
        User(id: UserID(trusted: id), name: name, login: login, addresses: try addresses.map { UserAddress(try EmailAddress($0)) })
    }

    private static func odd() throws -> [User] {
        var off = try user("both", "Two of them", "first@example.org", "second@elsewhere.example")
        off.addresses[1].isOn = false
        return [
            off, try user("bare"), try user("empty-login", "E", login: "", "e@example.org"),
            try user("login", login: "svc", "l@example.org"),
            try user("long", String(repeating: "n", count: 70_000), login: String(repeating: "l", count: 200), "long@example.org"),
            try user("quoted", "Quoted", "\"a b\"@example.org", "Ann.Lee@EXAMPLE.org"),
            try user("üser@bücher.example", "Ü", "ü@bücher.example"),
            try user("\"", "\"", "x@[192.0.2.1]"),
        ].sorted { $0.id.precedes($1.id) }
    }

    private static func packed(_ users: [User]) -> PackedUsers {
        var packer = UserPacker()
        for user in users { packer.add(user) }
        return packer.finish()
    }

    @Test func theyComeBackAsTheyWere() throws {
        let users = try Self.odd()
        let packed = Self.packed(users)
        #expect(Array(packed) == users)
        for user in users {
            #expect(packed.user(user.id) == user)
            #expect(packed.byline(of: user.id) == Byline(user))
            #expect(
                packed.user(user.id)?.addresses.map(\.address.description) == user.addresses.map(\.address.description), "in their spelling"
            )
            for entry in user.addresses { #expect(packed.places(with: entry.address).map { packed[$0].id } == [user.id]) }
        }
        #expect(packed.user(UserID(trusted: "nobody")) == nil)
        #expect(packed.places(with: try EmailAddress("nobody@example.org")).isEmpty)
    }

    @Test func anAddressIsFoundInAnySpelling() throws {
        let packed = Self.packed(try Self.odd())
        for text in [
            "FIRST@example.org", "first@EXAMPLE.ORG", "ann.lee@example.org", "\"A B\"@example.org", "u\u{308}@xn--bcher-kva.example",
        ] {
            #expect(packed.places(with: try EmailAddress(text)).count == 1, "\(text)")
        }
        #expect(packed.named("QUOTED").map(\.text) == ["quoted"])
        #expect(packed.named("SVC").map(\.text) == ["login"])
        #expect(packed.named("u\u{308}").map(\.text) == ["üser@bücher.example"])
        #expect(packed.named("Ü").map(\.text) == ["üser@bücher.example"])
        #expect(packed.named("e").map(\.text) == ["empty-login"])
        // An accent of an id may be composed in either way, as in any text.
        #expect(packed.contains(UserID(trusted: "u\u{308}ser@bücher.example")))
    }

    @Test func anIDIsPackedOnce() throws {
        var packer = UserPacker()
        #expect(packer.add(try Self.user("a", "First")))
        #expect(!packer.add(try Self.user("a", "Second")))
        #expect(Array(packer.finish()).map(\.name) == ["First"])
    }

    /// Of texts as a store's rows have them: what is no address is noticed, what is one in another form becomes the one it means.
    @Test func whatARowSaysIsJudged() throws {
        func append(_ local: String, _ domain: String) throws -> [String] {
            var (local, domain, packer) = (local, domain, UserPacker())
            var id = "a"
            #expect(id.withUTF8 { id in packer.begin(id: id, name: id, login: nil) })
            try local.withUTF8 { local in try domain.withUTF8 { domain in try packer.append(localPart: local, domain: domain, isOn: true) }
            }
            packer.end()
            return packer.finish().flatMap { $0.addresses.map(\.address.description) }
        }
        #expect(try append("Ann", "example.org") == ["Ann@example.org"])
        #expect(try append("a b", "example.org") == ["\"a b\"@example.org"])
        #expect(try append("u\u{308}", "xn--bcher-kva.example").map { Array($0.utf8) } == [Array("ü@xn--bcher-kva.example".utf8)])
        for (local, domain) in [
            ("a\u{7}", "example.org"), ("ann", "no domain"), ("ann", ""), (String(repeating: "a", count: 65), "example.org"),
            (String(repeating: "\\", count: 33), "example.org"),
        ] {
            #expect(throws: AddressError.self, "\(local)@\(domain)") { try append(local, domain) }
        }
    }

    /// What is put, removed and packed again, in any order, is what a plain dictionary has.
    @Test(arguments: 1...5 as ClosedRange<UInt64>) func theyAreWhatADictionaryHas(_ seed: UInt64) throws {
        var generator = FakeGenerator(seed: seed)
        var users = Users()
        var plain: [UserID: User] = [:]
        let addresses = try (0..<12).map { try EmailAddress("\($0.isMultiple(of: 2) ? "a" : "B")\($0)@example.org") }
        for round in 1...400 {
            let id = UserID(trusted: "u\(Int.random(in: 0..<30, using: &generator))")
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<6:
                let some = addresses.shuffled(using: &generator).prefix(Int.random(in: 0...3, using: &generator))
                let login = Bool.random(using: &generator) ? "login\(round % 7)" : nil
                let user = User(
                    id: id, name: round.isMultiple(of: 3) ? "" : "Name \(round)", login: login, addresses: some.map { UserAddress($0) })
                users.put(user)
                plain[id] = user
            case 6..<9:
                users.remove(id)
                plain[id] = nil
            default: users = users.repacked()
            }
            guard round.isMultiple(of: 10) else { continue }
            let sorted = plain.values.sorted { $0.id < $1.id }
            #expect(users.count == plain.count)
            #expect(users.sorted { $0.id < $1.id } == sorted)
            for number in 0..<30 {
                let id = UserID(trusted: "u\(number)")
                #expect(users[id] == plain[id])
                #expect(users.contains(id) == (plain[id] != nil))
                #expect(users.byline(of: id) == plain[id].map(Byline.init))
            }
            for address in addresses {
                let owners = sorted.filter { $0.addresses.contains { $0.address == address } }
                #expect(users.with(address) == owners)
                #expect(users.login(with: address) == owners.lazy.compactMap(\.login).first)
                #expect(users.name(with: address) == owners.first { !$0.name.isEmpty }?.name)
            }
            for text in ["u7", "U7", "NAME 30", "login3", "Name", "7"] {
                let those = sorted.filter { [$0.id.text, $0.name, $0.login ?? ""].contains { $0.lowercased() == text.lowercased() } }
                #expect(Set(users.named(text)) == Set(those.map(\.id)), "\(text)")
            }
            #expect(Set(users.with(logins: ["login3"])) == Set(sorted.filter { $0.login == "login3" }))
            for text in ["", "u1", "NAME 1", "gin3", "b3@EXAMPLE", "7@example.org", "@example.org"] {
                for (after, limit) in [(nil, 100), ("u2", 100), (nil, 2), ("u1", 3)] as [(String?, Int)] {
                    let id = after.map { UserID(trusted: $0) }
                    #expect(
                        users.matching(text, after: id, limit: limit) == Self.plainSearch(sorted, text, after: after, limit: limit),
                        "\(text) after \(after ?? "-")")
                }
            }
        }
    }

    private static func plainSearch(_ users: [User], _ text: String, after id: String?, limit: Int) -> [User] {
        let wanted = text.lowercased()
        return Array(
            users.filter { user in
                let texts = [user.id.text, user.name, user.login ?? ""] + user.addresses.map(\.address.description)
                return user.id.text > id ?? "" && (wanted.isEmpty || texts.contains { $0.lowercased().contains(wanted) })
            }.prefix(limit))
    }

    /// Texts stand one behind the other in memory; what reaches from one into the next is in neither.
    @Test func aSearchDoesNotReachFromOneTextIntoTheNext() throws {
        let users = Users(Self.packed([try Self.user("ab", "cd", login: "ef", "gh@example.org"), try Self.user("ij", "kl")]))
        for text in ["abcd", "b\u{2}c", "cdef", "efgh", "exampleorg", "orgij", "ijkl", "\u{2}"] {
            #expect(users.matching(text, after: nil, limit: 9).isEmpty, "\(text)")
        }
        for text in ["ab", "D", "Ef", "gH@eXample.o", "kL"] { #expect(users.matching(text, after: nil, limit: 9).count == 1, "\(text)") }
    }

    /// Sixteen places are looked at together: a text is found at each of them, and up to the last.
    @Test func aTextIsFoundWhereverItStands() throws {
        let needle = try #require(FoldedNeedle("nEedle{"))
        for place in 0...40 {
            for rest in 0...20 {
                let text = Array((String(repeating: "n", count: place) + "NeeDLE{" + String(repeating: "{", count: rest)).utf8)
                #expect(text.withUnsafeBufferPointer { needle.place(in: $0, from: 0) } == place)
                #expect(text.withUnsafeBufferPointer { needle.place(in: $0, from: place + 1) } == nil)
            }
        }
        // Another case of what is no letter is another sign: `[` and `{` differ by the same bit.
        #expect(Array("needle[".utf8).withUnsafeBufferPointer { !needle.stands(in: $0) })
    }

    /// A table grows while it is filled, and finds everything in it.
    @Test func placesAreFoundByTheirHash() {
        var table = PlaceTable()
        let hashes = (0..<5000).map { ($0 % 4000).hashValue }
        for (place, hash) in hashes.enumerated() { table.insert(place, hash: hash) }
        for (place, hash) in hashes.enumerated() {
            #expect(table.first(hash: hash) { $0 == place } == place)
        }
        #expect(table.first(hash: hashes[1]) { _ in false } == nil)
    }
}
