import Relay
import TestSupport
import Testing

import struct FoundationEssentials.Date

/// The chain: whatever is done to it without the key is found, and erasing the personal parts is not "done to it".
struct AuditChainTests {
    private let chain = JournalChain(key: [UInt8](repeating: 5, count: 32))

    struct Link: Equatable {
        var entry: JournalEntry
        var position: JournalPosition
        var digest: [UInt8]
        var salt: [UInt8]?
        var mac: [UInt8]
    }

    private func entry(
        _ number: Int, kind: JournalEntry.Kind = .attempted, at seconds: Double = 0, facts: [JournalEntry.Fact]? = nil,
        personal: [JournalEntry.Personal]? = nil
    ) -> JournalEntry {
        JournalEntry(
            at: Date(timeIntervalSince1970: 1_800_000_000 + Double(number) + seconds), kind: kind, message: SpoolID(trusted: "m-\(number)"),
            facts: facts ?? [.init("a", "1"), .init("b", "2")],
            personal: personal ?? [.init(.author, "ann@example.org"), .init(.recipient, "rob@example.com")])
    }

    private func links(_ entries: [JournalEntry]) -> [Link] {
        var links: [Link] = []
        for (index, entry) in entries.enumerated() {
            let salt = [UInt8](repeating: UInt8(index + 1), count: 16)
            let digest = JournalChain.personalDigest(entry.personal, salt: salt)
            let position = JournalPosition(strand: "main", number: Int64(index + 1))
            let mac = chain.mac(of: entry, at: position, personalDigest: digest, after: links.last?.mac ?? JournalChain.start)
            links.append(Link(entry: entry, position: position, digest: digest, salt: salt, mac: mac))
        }
        return links
    }

    /// As `verify` reads a strand: the first broken number, or nil.
    private func firstBroken(_ links: [Link]) -> Int64? {
        var previous = JournalChain.start
        for (index, link) in links.enumerated() {
            let isPersonalWhole = link.salt.map { JournalChain.personalDigest(link.entry.personal, salt: $0) == link.digest } ?? true
            let mac = chain.mac(of: link.entry, at: link.position, personalDigest: link.digest, after: previous)
            guard isPersonalWhole, mac == link.mac, link.position.number == Int64(index + 1) else { return Int64(index + 1) }
            previous = link.mac
        }
        return nil
    }

    private func changed(
        _ link: Link, at: Date? = nil, kind: JournalEntry.Kind? = nil, message: SpoolID? = nil, facts: [JournalEntry.Fact]? = nil,
        personal: [JournalEntry.Personal]? = nil
    ) -> Link {
        var link = link
        link.entry = JournalEntry(
            at: at ?? link.entry.at, kind: kind ?? link.entry.kind, message: message ?? link.entry.message,
            facts: facts ?? link.entry.facts,
            personal: personal ?? link.entry.personal)
        return link
    }

    @Test func untouchedChainHolds() { #expect(firstBroken(links((0..<5).map { entry($0) })) == nil) }

    @Test func anyChangeIsFound() {
        let whole = links((0..<5).map { entry($0) })
        let middle = whole[2]
        let facts = middle.entry.facts
        let people = middle.entry.personal
        let changes: [(String, Link)] = [
            ("a millisecond", changed(middle, at: middle.entry.at.addingTimeInterval(0.001))), ("kind", changed(middle, kind: .settled)),
            ("message", changed(middle, message: SpoolID(trusted: "m-9"))),
            ("fact", changed(middle, facts: [.init("a", "1"), .init("b", "3")])),
            ("fewer facts", changed(middle, facts: [facts[0]])), ("more facts", changed(middle, facts: facts + [.init("c", "")])),
            ("order of facts", changed(middle, facts: facts.reversed())),
            ("seam of name and value", changed(middle, facts: [.init("a1", ""), facts[1]])),
            ("address", changed(middle, personal: [.init(.author, "eve@example.org"), people[1]])),
            ("role", changed(middle, personal: [.init(.from, "ann@example.org"), people[1]])),
            ("fewer people", changed(middle, personal: [people[0]])), ("order of people", changed(middle, personal: people.reversed())),
        ]
        for (name, link) in changes {
            var links = whole
            links[2] = link
            #expect(firstBroken(links) == 3, "\(name)")
        }
        for byte in 0..<32 {
            var links = whole
            links[2].mac[byte] ^= 1
            #expect(firstBroken(links) == 3)
            links = whole
            links[2].digest[byte] ^= 1
            #expect(firstBroken(links) == 3)
        }
    }

    @Test func removalInsertionAndReorderingAreFound() {
        let whole = links((0..<5).map { entry($0) })
        for index in 0..<4 {
            var links = whole
            links.remove(at: index)
            #expect(firstBroken(links) == Int64(index + 1))
            // Numbered anew, the MACs still tell.
            for later in links.indices { links[later].position = JournalPosition(strand: "main", number: Int64(later + 1)) }
            #expect(firstBroken(links) == Int64(index + 1))
            links = whole
            links.swapAt(index, index + 1)
            #expect(firstBroken(links) == Int64(index + 1))
            links = whole
            links.insert(whole[index], at: index)
            #expect(firstBroken(links) == Int64(index + 2))
        }
        var moved = whole
        moved[0].position = JournalPosition(strand: "other", number: 1)
        #expect(firstBroken(moved) == 1)
        #expect(firstBroken(Array(whole.dropLast())) == nil, "what is cut off the end, only an outside checkpoint shows")
    }

    @Test func erasureKeepsTheChain() {
        let erased = links((0..<5).map { entry($0) }).map { link in
            var link = changed(link, personal: [])
            link.salt = nil
            return link
        }
        #expect(firstBroken(erased) == nil)
    }

    /// In an erased entry the digest cannot be worked out again: facts must not be able to hide in it.
    @Test func factsCannotMoveIntoTheDigest() {
        var links = links((0..<3).map { entry($0) })
        let hidden = Array("1:b1:2".utf8)
        links[1] = changed(links[1], facts: [.init("a", "1")], personal: [])
        links[1].salt = nil
        for prefix in [hidden, Array("32:".utf8), hidden + Array("32:".utf8)] {
            var moved = links
            moved[1].digest = prefix + links[1].digest
            #expect(firstBroken(moved) == 2)
        }
    }

    /// The salt stands before the addresses: they must not be able to hide in it.
    @Test func addressesCannotMoveIntoTheSalt() {
        let salt = [UInt8](repeating: 9, count: 16)
        let people: [JournalEntry.Personal] = [.init(.author, "ann@example.org"), .init(.recipient, "rob@example.com")]
        let digest = JournalChain.personalDigest(people, salt: salt)
        let hidden = Array("6:author15:ann@example.org".utf8)
        #expect(JournalChain.personalDigest([people[1]], salt: salt + hidden) != digest)
        #expect(JournalChain.personalDigest([people[1]], salt: salt + Array("1:2".utf8) + hidden) != digest)
    }

    @Test func otherKeyOtherSaltOtherLink() {
        let other = JournalChain(key: [UInt8](repeating: 6, count: 32))
        let position = JournalPosition(strand: "main", number: 1)
        let one = chain.mac(of: entry(1), at: position, personalDigest: [], after: JournalChain.start)
        #expect(one.count == 32)
        #expect(other.mac(of: entry(1), at: position, personalDigest: [], after: JournalChain.start) != one)
        let people: [JournalEntry.Personal] = [.init(.author, "ann@example.org")]
        #expect(JournalChain.personalDigest(people, salt: [1]) != JournalChain.personalDigest(people, salt: [2]))
    }

    /// A damaged row can hold any number for its time; that must be found, not trap.
    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300]) func impossibleTimesDoNotTrap(_ seconds: Double) {
        var links = links((0..<2).map { entry($0) })
        links[1] = changed(links[1], at: Date(timeIntervalSince1970: seconds))
        #expect(firstBroken(links) == 2)
    }
}
