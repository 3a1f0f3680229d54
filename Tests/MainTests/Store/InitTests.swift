import Foundation
import Relay
import SQLiteEngine
import Store
import Testing
@testable import Main

struct InitTests {
    @Test func makesAStoreAndAKeyForTheOwnerAlone() async throws {
        let shell = try Shell()
        let answer = await shell.run("init")
        #expect(answer.status == 0)
        #expect(answer.out.isEmpty)
        #expect(answer.err.contains("back it up apart"))
        for file in ["mandate.key", "mandate.sqlite"] {
            let mode = try FileManager.default.attributesOfItem(atPath: shell.store + "/" + file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        #expect(await shell.run("providers list").out.contains("microsoft"))
    }

    @Test func twiceIsUnchanged() async throws {
        let shell = try await Shell.withStore()
        let key = try Data(contentsOf: URL(fileURLWithPath: shell.store + "/mandate.key"))
        let answer = await shell.run("init")
        #expect(answer.status == 0)
        #expect(answer.err.hasPrefix("unchanged"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: shell.store + "/mandate.key")) == key)
    }

    @Test func theKeyMayLieElsewhere() async throws {
        let shell = try Shell()
        let answer = await shell.run(["init", "--key-file", shell.folder + "/my.key"])
        #expect(answer.status == 0)
        #expect(answer.err.contains("MANDATE_KEY_FILE="))
        #expect(await shell.run("settings set mode from").status == 78)
        let found = await shell.run(["settings", "set", "mode", "from"], environment: ["MANDATE_KEY_FILE": shell.folder + "/my.key"])
        #expect(found.status == 0)
    }

    @Test func theKeyMayComeFromTheEnvironment() async throws {
        let shell = try Shell()
        let key = ["MANDATE_KEY": Data(repeating: 7, count: 32).base64EncodedString()]
        #expect(await shell.run(["init"], environment: key).status == 0)
        #expect(!FileManager.default.fileExists(atPath: shell.store + "/mandate.key"))
        #expect(await shell.run(["settings", "set", "mode", "from"], environment: key).status == 0)
        let wrong = ["MANDATE_KEY": Data(repeating: 8, count: 32).base64EncodedString()]
        #expect(await shell.run(["settings", "set", "mode", "reply-to"], environment: wrong).status == 78)
        #expect(await shell.run(["settings", "set", "mode", "reply-to"], environment: ["MANDATE_KEY": "short"]).status == 78)
        #expect(await shell.run("settings get mode").out == "from\n")
    }

    @Test func aCredentialComesBeforeTheFileBesideTheStore() async throws {
        let shell = try await Shell.withStore()
        let folder = shell.folder + "/credentials"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.moveItem(atPath: shell.store + "/mandate.key", toPath: folder + "/mandate.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: folder + "/mandate.key")
        #expect(await shell.run("settings set mode from").status == 78)
        #expect(await shell.run(["settings", "set", "mode", "from"], environment: ["CREDENTIALS_DIRECTORY": folder]).status == 0)
    }

    @Test func aKeyThatOthersCanReadIsRefusedWithTheCure() async throws {
        let shell = try await Shell.withStore()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: shell.store + "/mandate.key")
        let answer = await shell.run("settings set mode from")
        #expect(answer.status == 78)
        #expect(answer.err.contains("chmod 600 \(shell.store)/mandate.key"))
    }

    @Test func readingNeedsNoKey() async throws {
        let shell = try await Shell.withStore()
        try FileManager.default.removeItem(atPath: shell.store + "/mandate.key")
        #expect(await shell.run("users list").status == 0)
        #expect(await shell.run("audit journal").status == 0)
        #expect(await shell.run("users add ann").status == 78)
        #expect(await shell.run("audit verify").status == 78)
    }

    @Test func aMissingStoreIsNamed() async throws {
        let shell = try Shell()
        for line in ["users list", "settings set mode from", "queue list", "audit unauthorized", "clients add x --key", "serve"] {
            let answer = await shell.run(line)
            #expect(answer.status == 78, "\(line)")
            #expect(answer.err.contains(shell.store))
            #expect(answer.err.split(separator: "\n").count == 1)
            #expect(!FileManager.default.fileExists(atPath: shell.store))
        }
    }

    @Test func strangersAreToldHowToCall() async throws {
        let shell = try await Shell.withStore()
        for line in [["users", "list"], ["users", "add", "ann", "--name", "Ann Lee"], ["init"], ["audit", "verify"], ["serve"]] {
            let answer = await shell.run(line, uid: 54321)
            #expect(answer.status == 77)
            #expect(
                answer.err.contains(
                    "sudo -u \(NSUserName()) mandate \(line.map(\.shellWord).joined(separator: " ")) --store \(shell.store)"))
        }
        #expect(try await shell.edition() == 1)
        // A lock that a stranger, root say, had left in the folder would keep the owner out.
        #expect(!FileManager.default.fileExists(atPath: shell.store + "/main.lock"))
    }

    /// A kill between the file and the first entry leaves a store without providers.
    @Test func anUnfinishedInitIsFinishedByTheNext() async throws {
        let shell = try Shell()
        try FileManager.default.createDirectory(atPath: shell.store, withIntermediateDirectories: true)
        let key = try shell.file("store/mandate.key", Data(repeating: 7, count: 32).base64EncodedString())
        let vault = try Vault(key: Secret([UInt8](repeating: 7, count: 32)))
        try await SQLiteStore.create(at: shell.store, vault: vault, random: { [UInt8](repeating: 1, count: $0) }).close()
        #expect(await shell.run("audit verify").status == 1, "even init leaves entries: an empty journal was emptied")
        let answer = await shell.run("init")
        #expect(answer.status == 0)
        #expect(answer.err.contains("finished"))
        #expect(await shell.run("providers list").out.contains("microsoft"))
        #expect(FileManager.default.fileExists(atPath: key))
    }

    /// What a kill or a full disk leaves behind is no key, and does not pass for one.
    @Test func aHalfWrittenKeyIsNotInTheWay() async throws {
        let shell = try Shell()
        try FileManager.default.createDirectory(atPath: shell.store, withIntermediateDirectories: true)
        _ = try shell.file("store/mandate.key.unfinished", "half")
        #expect(await shell.run("init").status == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: shell.store).filter { $0.contains("unfinished") }.isEmpty)
        #expect(await shell.run("settings set mode from").status == 0)
    }

    @Test func aFileInTheWayIsNamed() async throws {
        let shell = try Shell()
        _ = try shell.file("store", "")
        let answer = await shell.run("init")
        #expect(answer.status == 73)
        #expect(answer.err.contains(shell.store))
    }
}
