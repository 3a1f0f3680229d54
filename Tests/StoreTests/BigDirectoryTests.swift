import GRDB
import Mail
import Relay
@testable import Store
import TestSupport
import Testing

/// Many users, and many changes.
struct BigDirectoryTests {
    @Test func thousandsOfUsersComeBack() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let users = try (0..<6_000).map { number in
                User(
                    id: UserID(trusted: "user\(number)"), name: "User \(number)",
                    addresses: [
                        UserAddress(try .init("user\(number)@example.org")), UserAddress(try .init("u\(number)@example.com"), isOn: false),
                    ])
            }
            let edition = try await store.apply(DirectoryEdit(users.map { .put(.user($0)) }, by: "import", at: Samples.start))
            let directory = try await store.directory()
            #expect(directory.edition == edition)
            #expect(directory.userCount == 6_000)
            #expect(directory.user(UserID(trusted: "user1234")) == users[1234])
            #expect(directory.users(with: try .init("U777@example.com")).map(\.id.text) == ["user777"])
            #expect(try await store.entities(.user, after: "user998", limit: 1) == [.user(users[999])])
        }
    }

    /// Users and the rest are read side by side: whatever is written meanwhile, they are of one edition.
    @Test func aDirectoryIsOfOneEditionWhileOthersWrite() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            async let written: Void = {
                for number in 1...20 {
                    let name = DirectoryEntity.setting(SettingKey(.organisation), "\(number)")
                    _ = try await store.apply(Samples.edit(.user(try Samples.user("u\(number)", "u\(number)@example.org")), name))
                }
            }()
            var last = Edition(0)
            while last < Edition(20) {
                let directory = try await store.directory()
                #expect(directory.settings.organisation ?? "0" == "\(directory.userCount)")
                #expect(directory.edition.number == Int64(directory.userCount))
                last = directory.edition
            }
            try await written
        }
    }

    /// What no address can be is no address of a user, whoever wrote it there.
    @Test(arguments: ["'a' || char(7)", "'a' || char(8238)", "printf('%065d', 1)"]) func aDamagedAddressIsNoticed(_ damage: String)
        async throws
    {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            _ = try await store.apply(Samples.edit(.user(try Samples.user("u", "first@example.org", "second@example.org"))))
            try await store.pool.write { try $0.execute(sql: "UPDATE userAddress SET localPart = \(damage) WHERE position = 1") }
            let failure = await failure { () throws(StoreFailure) in try await store.directory().edition }
            guard case .damaged = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
        }
    }

    /// When so much has changed that it was forgotten, a reader is told to load everything.
    @Test func forgottenChangesAreNoticed() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            for number in 0..<3 { _ = try await store.apply(Samples.edit(.user(try Samples.user("u\(number)", "u@example.org")))) }
            try await store.pool.write { try $0.execute(sql: "UPDATE meta SET changesFrom = 2; DELETE FROM change WHERE edition <= 2") }
            #expect(
                await failure { () throws(StoreFailure) in try await store.changes(since: Edition(1)).edition }
                    == .editionMoved(now: Edition(3)))
            #expect(try await store.changes(since: Edition(2)).changes.count == 1)
        }
    }
}
