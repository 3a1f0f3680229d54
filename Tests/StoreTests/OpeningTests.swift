import Foundation
import GRDB
import Relay
@testable import SQLiteEngine
@testable import Store
import TestSupport
import Testing

/// Making and opening stores, and what is refused.
struct OpeningTests {
    private func opening(_ folder: TemporaryFolder, vault: Vault? = nil) async -> StoreFailure? {
        await failure { () throws(StoreFailure) in
            try await SQLiteStore.open(at: folder.path, vault: vault, random: Stores.random()).place
        }
    }

    @Test func newStoreIsSafeAndPrivate() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let settings = try await store.pool.read { database in
                try ["journal_mode", "auto_vacuum", "foreign_keys"].map { try String.fetchOne(database, sql: "PRAGMA \($0)") }
            }
            #expect(settings == ["wal", "2", "1"])
            #expect(try await store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
            for (path, mode) in [(folder.path, 0o700), (folder.file, 0o600), (folder.file + "-wal", 0o600)] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
            }
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(!names.contains { $0.contains("unfinished") })
        }
    }

    /// A command that only reads must work beside a writer and on a full disk, and must not look like a change to the service.
    @Test func openingWritesNothing() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            let version = try await store.dataVersion()
            let size = try FileManager.default.attributesOfItem(atPath: folder.file + "-wal")[.size] as? Int
            let reader = try await SQLiteStore.open(at: folder.path, vault: nil, random: Stores.random())
            _ = try await reader.directory()
            try await reader.close()
            #expect(try await store.dataVersion() == version)
            #expect(try FileManager.default.attributesOfItem(atPath: folder.file + "-wal")[.size] as? Int == size)
        }
    }

    /// The owner is not told to be the owner; root, as whom tests may run, is kept out by nothing.
    @Test(arguments: [
        (EACCES, true, "/s/mandate.sqlite is yours, and its permissions keep you out; run: chmod 600 /s/mandate.sqlite"),
        (EACCES, false, "/s/mandate.sqlite: Permission denied; run this as the store's owner"),
        (EROFS, true, "/s/mandate.sqlite: Read-only file system: a store lies where it can be written"),
        (EIO, true, "/s/mandate.sqlite: Input/output error"),
    ])
    func whoIsKeptOutHearsWhy(_ reason: Int32, _ isOwner: Bool, _ words: String) {
        #expect(StoreFolder.closed("/s/mandate.sqlite", reason, isOwner: isOwner).description.hasSuffix(words))
    }

    @Test func storeIsNotMadeTwice() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            _ = try await store.apply(Samples.edit(.provider(Samples.provider)))
            let again = await failure { () throws(StoreFailure) in
                try await SQLiteStore.create(at: folder.path, vault: try vault(), random: Stores.random()).place
            }
            #expect(again?.isConflict == true)
            #expect(try await store.directory().edition == Edition(1))
        }
    }

    private func vault() throws(StoreFailure) -> Vault {
        do { return try Stores.vault() } catch { throw .unavailable("\(error)") }
    }

    /// A crash while a store is being made leaves a file that the next attempt replaces.
    @Test func unfinishedStoreIsReplaced() async throws {
        try await TemporaryFolder.with { folder in
            try Data("half".utf8).write(to: URL(fileURLWithPath: folder.file + ".unfinished"))
            #expect(await opening(folder)?.isNotFound == true)
            let store = try await Stores.create(at: folder)
            try await store.append([Samples.entry()], sightings: [])
        }
    }

    @Test func missingStoreIsNotFound() async throws {
        try await TemporaryFolder.with { folder in
            #expect(await opening(folder) == .notFound("store at \(folder.file)"))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.isEmpty)
        }
    }

    @Test func wrongKeyIsNoticedAtOnce() async throws {
        try await TemporaryFolder.with { folder in
            try await Stores.create(at: folder).close()
            #expect(await opening(folder, vault: try Stores.vault(2)) == .wrongKey)
        }
    }

    @Test func withoutAVaultEverythingCanBeRead() async throws {
        try await TemporaryFolder.with { folder in
            let store = try await Stores.create(at: folder)
            _ = try await store.apply(Samples.edit(.provider(Samples.provider)))
            try await store.close()
            let reader = try await SQLiteStore.open(at: folder.path, vault: nil, random: Stores.random())
            #expect(try await reader.entries(JournalFilter()).count == 1)
            #expect(try await reader.directory().edition == Edition(1))
            let refused = await failure { () throws(StoreFailure) in try await reader.append([Samples.entry()], sightings: []) }
            #expect(refused?.isUnavailable == true)
            #expect(refused?.description.contains("vault") == true)
            let edit = Samples.edit(.application(Samples.application))
            #expect(await failure { () throws(StoreFailure) in try await reader.apply(edit) }?.isUnavailable == true)
            #expect(try await reader.directory().edition == Edition(1))
        }
    }

    @Test func newerSchemaIsRefused() async throws {
        try await TemporaryFolder.with { folder in
            try await Stores.create(at: folder).close()
            let other = try DatabaseQueue(path: folder.file)
            try await other.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('v99')") }
            try other.close()
            let refused = await opening(folder)
            #expect(refused?.isUnavailable == true)
            #expect(refused?.description.contains("newer Mandate (its schema has v99, this program knows up to v18)") == true)
        }
    }

    @Test func strangeDatabaseIsLeftAlone() async throws {
        try await TemporaryFolder.with { folder in
            let other = try DatabaseQueue(path: folder.file)
            try await other.write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
            try other.close()
            let before = try Data(contentsOf: URL(fileURLWithPath: folder.file))
            #expect(await opening(folder)?.description.contains("not a Mandate store") == true)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == before)
        }
    }

    @Test func whatIsNoDatabaseIsDamaged() async throws {
        try await TemporaryFolder.with { folder in
            try Data(repeating: 0x58, count: 8192).write(to: URL(fileURLWithPath: folder.file))
            #expect(await opening(folder)?.isDamaged == true)
        }
    }

    @Test(arguments: [
        ("nfs4", true), ("nfs", true), ("cifs", true), ("smb3", true), ("9p", true), ("fuse.sshfs", true), ("fuse", true),
        ("virtiofs", true),
        ("ext4", false), ("xfs", false), ("btrfs", false), ("tmpfs", false), ("overlay", false), ("zfs", false), ("fuseblk", false),
        ("fuse.fuse-overlayfs", false),
    ]) func networkFileSystemsAreKnown(_ type: String, _ isNetwork: Bool) {
        #expect(FileSystem.isNetwork(type) == isNetwork)
    }

    @Test func theMountThatHoldsAPathIsFound() {
        let mounts = """
            21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            30 21 0:40 / /var/lib rw master:3 - xfs /dev/sdb1 rw
            31 21 0:41 / /var/lib/mandate rw - nfs4 server:/mandate rw
            32 21 0:42 / /mnt/with\\040space rw - cifs //server/share rw
            33 21 0:43 / /var/lib/mandate rw - tmpfs none rw
            broken line
            """
        let cases = [
            ("/", "ext4"), ("/var", "ext4"), ("/var/lib", "xfs"), ("/var/library", "ext4"), ("/var/lib/mandate", "tmpfs"),
            ("/var/lib/mandate/x", "tmpfs"), ("/mnt/with space/store", "cifs"),
        ]
        for (path, type) in cases { #expect(FileSystem.mountType(of: path, mounts: mounts) == type, "\(path)") }
        #expect(FileSystem.mountType(of: "/x", mounts: "") == nil)
    }
}
