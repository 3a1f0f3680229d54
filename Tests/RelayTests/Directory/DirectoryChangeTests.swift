import Foundation
import Mail
import Relay
import TestSupport
import Testing

/// A directory is one value: however it came about, it answers alike; and a change to a big one is small.
struct DirectoryChangeTests {
    /// After each of many random changes, the directory says what one built afresh from the same things says.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func indexesFollowEveryChange(_ seed: UInt64) throws {
        var town = RandomTown(seed: seed)
        var directory = Directory()
        var things: [EntityKey: DirectoryEntity] = [:]
        for round in 1...400 {
            let change = try town.change(of: things.keys.sorted { $0.description < $1.description })
            switch change {
            case .put(let entity): things[entity.key] = entity
            case .remove(let key): things[key] = nil
            }
            directory.apply([change], edition: Edition(Int64(round)))
            guard round.isMultiple(of: 20) else { continue }
            let fresh = Directory(things.values)
            #expect(DirectoryDocument(directory).entities == DirectoryDocument(fresh).entities)
            for address in town.addresses {
                #expect(directory.users(with: address) == fresh.users(with: address), "round \(round), \(address)")
                #expect(directory.mailboxes(with: address) == fresh.mailboxes(with: address), "round \(round), \(address)")
                #expect(town.answer(about: address, directory) == town.answer(about: address, fresh), "round \(round), \(address)")
            }
        }
        #expect(directory.edition == Edition(400))
    }

    @Test func theOrderInWhichThingsArrivedDoesNotMatter() throws {
        var town = RandomTown(seed: 7)
        var things: [EntityKey: DirectoryEntity] = [:]
        for _ in 1...300 {
            if case .put(let entity) = try town.change(of: []) { things[entity.key] = entity }
        }
        let sorted = things.values.sorted { $0.key.description < $1.key.description }
        let first = Directory(sorted)
        for _ in 1...10 {
            let shuffled = Directory(sorted.shuffled(using: &town.generator))
            for address in town.addresses { #expect(town.answer(about: address, shuffled) == town.answer(about: address, first)) }
        }
    }

    @Test func theSameQuestionHasTheSameAnswer() throws {
        for folder in try FixtureFolder.all(in: "decide") {
            let decideCase = try DecideCase(folder)
            let answers = Set((1...5).map { _ in decideCase.decider.decide(decideCase.question) })
            #expect(answers.count == 1, "\(folder.name)")
        }
    }

    /// An edition that someone still holds stays as it was while the next ones are made from it.
    @Test func anEditionInUseDoesNotChange() throws {
        let before = try Self.crowd(1000)
        var after = before
        let moved = try EmailAddress("moved@example.org")
        after.apply([.put(.user(User(id: UserID(name(1)), name: "Moved", addresses: [UserAddress(moved)])))], edition: Edition(2))
        after.apply([.remove(EntityKey(.user, name(2)))], edition: Edition(3))
        #expect(before.userCount == 1000)
        #expect(before.users(with: moved).isEmpty)
        #expect(before.users(with: try EmailAddress("user-1@example.org")).count == 1)
        #expect(before.user(UserID(name(2))) != nil)
        #expect(after.userCount == 999)
        #expect(after.users(with: moved).count == 1)
        #expect(after.users(with: try EmailAddress("user-1@example.org")).isEmpty)
    }

    /// A thousand editions of ten thousand users, all kept: as copies they would need well over a gigabyte.
    @Test func aChangeIsNotACopy() throws {
        var directory = try Self.crowd(10_000)
        var editions: [Directory] = []
        let before = try Self.residentPages()
        for round in 1...1000 {
            let user = User(
                id: UserID(name(round)), name: "Again", addresses: [UserAddress(try EmailAddress("again-\(round)@example.org"))])
            directory.apply([.put(.user(user))], edition: Edition(Int64(round)))
            editions.append(directory)
        }
        let grown = (try Self.residentPages() - before) * 4 >> 10
        #expect(grown < 400, "\(grown) MB")
        // Which also keeps them all alive until here.
        #expect(editions.allSatisfy { $0.userCount == 10_000 })
        #expect(editions[0].users(with: try EmailAddress("again-1000@example.org")).isEmpty)
        #expect(editions[999].users(with: try EmailAddress("again-1000@example.org")).count == 1)
    }

    private static func residentPages() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[1]))
    }

    private static func crowd(_ count: Int) throws -> Directory {
        Directory(
            try (0..<count).map { number in
                .user(
                    User(
                        id: UserID(name(number)), name: "User \(number)",
                        addresses: [UserAddress(try EmailAddress("user-\(number)@example.org"))]))
            }, edition: Edition(1))
    }
}

private func name(_ number: Int) -> String { "user-\(number)" }

extension Identifier {
    fileprivate init(_ text: String) { self.init(trusted: text) }
}
