import Foundation
import Relay
import Sandbox
import Store
import Synchronization
import TestSupport
import Testing

@testable import Main

/// A store in PostgreSQL, as an administrator meets it.
@Suite(.enabled(if: PostgresCluster.isInstalled)) struct PostgresCommandTests {
    /// Made by one role and served by another that can change no table; what it promises is said.
    @Test func isMadeWithTwoRoles() async throws {
        let shell = try Shell()
        let cluster = try await PostgresCluster()
        let address = cluster.address()
        let made = await shell.run(["init", "--store", address])
        #expect(made.status == 0, "\(made.err)")
        let schema = try #require(address.split(separator: "=").last)
        #expect(made.err.contains("durability: flushed"))
        #expect(made.err.contains("serve it as \(schema)_serve"))
        let serving = address.replacing("user=mandate", with: "user=\(schema)_serve")
        for (words, expected) in [
            (["store", "status"], 0), (["settings", "set", "mode", "from"], 0),
            (["users", "add", "ann", "--address", "ann@example.org"], 0),
            (["init"], 0), (["audit", "verify"], 0),
        ] {
            let answer = await shell.run(words + ["--store", serving])
            #expect(answer.status == expected, "\(words): \(answer.err)")
        }
        let status = await shell.run(["store", "status", "--format", "json", "--store", serving])
        #expect(status.out.contains("\"\(schema)_serve\"") && status.out.contains("\"nobody\""))
        await #expect(throws: Program.Failed.self) {
            try await Program.tool([
                "/usr/bin/psql", "-qXh", cluster.folder, "-U", "\(schema)_serve", "-d", "postgres", "-c", "DROP TABLE \(schema).queue",
            ])
        }
        let again = await shell.run(["init", "--store", address])
        #expect(again.status == 0 && again.err.hasPrefix("unchanged"))
        await cluster.stop()
        let gone = await shell.run(["store", "status", "--store", serving])
        #expect(gone.status == 69 && gone.err.contains("cannot be reached"), "\(gone.err)")
    }

    @Test func aPromiseThatIsNotKeptIsRefused() async throws {
        let shell = try Shell()
        let cluster = try await PostgresCluster.shared()
        let address = cluster.address()
        let refused = await shell.run(["init", "--one-role", "--store", address])
        #expect(refused.status == 69 && refused.err.contains("fsync is off"), "\(refused.err)")
        let replicated = await shell.run(["init", "--one-role", "--durability", "replicated", "--store", address])
        #expect(replicated.status == 69)
        let made = await shell.run(["init", "--one-role", "--durability", "none", "--store", address])
        #expect(made.status == 0 && made.err.contains("durability: none"), "\(made.err)")
        let schema = try #require(address.split(separator: "=").last)
        try await cluster.ask("UPDATE \(schema).promise SET durability = 'flushed'")
        let status = await shell.run(["store", "status", "--store", address])
        #expect(status.status == 1 && status.err.contains("fsync"), "\(status.err)")
        let serve = await shell.run(["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0", "--store", address])
        #expect(serve.status == 69 && serve.err.contains("made to have messages flushed"), "\(serve.err)")
    }

    /// The same company by the same commands: what is imported, planned and reported of it does not tell one engine from the other.
    @Test func importsAndReportsAreThoseOfAFile() async throws {
        let (one, other) = (try await Shell.withStore(), try Shell())
        let program = try Premises.program()
        for shell in [one, other] { shell.program.withLock { $0 = program } }
        let address = try await PostgresCluster.shared().address()
        let made = await other.run(["init", "--one-role", "--durability", "none", "--store", address])
        #expect(made.status == 0, "\(made.err)")
        let users = "id,name,address\nzoe,Zoe,zoe@example.org\nyan,Yan,yan@fleet.example\n"
        let senders = "batch@example.org\tzoe@example.org\n"
        let company = FixtureFolder.fixtures.appending(path: "decide/company.yaml").path
        let report = FixtureFolder.fixtures.appending(path: "dmarc/rfc9990.xml").path
        let commands = [
            ["plan", company], ["apply", company], ["import", "users", try one.file("u.csv", users), "--apply"],
            ["import", "postfix-logins", try one.file("maps", senders), "--apply"],
            ["delegations", "deny", "*", "carol@example.org", "--reason", "left"],
            ["audit", "unauthorized", "--format", "csv"], ["audit", "acknowledge", "yan@fleet.example", "--reason", "known"],
            ["audit", "unauthorized", "--addresses", "--format", "csv"], ["audit", "lint", "--format", "csv"],
            ["audit", "review", "--format", "csv"], ["audit", "confirm", "mailbox", "carol@example.org", "--owner", "desk"],
            ["audit", "review", "--all", "--format", "csv"], ["audit", "reach", "--format", "csv"],
            ["audit", "senders", "--format", "csv"],
            ["audit", "impact", "--mailbox", "support@example.org", "--format", "csv"], ["audit", "outcomes", "--format", "csv"],
            ["audit", "dmarc", "read", report], ["audit", "dmarc", "--format", "csv"], ["export"],
        ]
        for words in commands {
            let (first, second) = (await one.run(words), await other.run(words + ["--store", address]))
            #expect(first.status == second.status && first.out == second.out && first.err == second.err, "\(words): \(first) \(second)")
            #expect(first.status < 2, "\(words): \(first.err)")
        }
    }

    @Test(arguments: ["postgres://ann:secret@localhost/mail", "postgres://localhost/mail?nonsense=1"])
    func aBadAddressIsRefused(_ address: String) async throws {
        let answer = await (try Shell()).run(["store", "status", "--store", address])
        #expect(answer.status == 78)
        #expect(!answer.err.contains("secret"))
    }

    /// From a file into the database and back, with everything that was in it; the old place says where it is now.
    @Test func isMovedThereAndBack() async throws {
        let shell = try await Shell.withStore()
        let cluster = try await PostgresCluster.shared()
        let address = cluster.address()
        await shell.run(["users", "add", "ann", "--address", "ann@example.org"])
        let directory = await shell.run(["users", "list", "--format", "csv"]).out
        let there = await shell.run(["store", "copy", "--to", address, "--one-role", "--durability", "none"])
        #expect(there.status == 0, "\(there.err)")
        #expect(there.err.contains("export MANDATE_STORE="))
        let old = await shell.run(["settings", "set", "mode", "from"])
        #expect(old.status == 69 && old.err.contains("has moved to postgres://"), "\(old.err)")
        #expect(await shell.run(["users", "list", "--format", "csv"]).out == directory, "it can be read")
        #expect(await shell.run(["users", "list", "--format", "csv", "--store", address]).out == directory)
        #expect(await shell.run(["users", "add", "bob", "--address", "bob@example.org", "--store", address]).status == 0)
        let twice = await shell.run(["store", "copy", "--to", address])
        #expect(twice.status == 69, "\(twice.err)")
        let back = await shell.run(["store", "copy", "--store", address, "--to", shell.folder + "/back"])
        #expect(back.status == 0, "\(back.err)")
        #expect(await shell.run(["users", "list", "--format", "csv", "--store", shell.folder + "/back"]).out.contains("bob@example.org"))
        #expect(await shell.run(["audit", "verify", "--store", shell.folder + "/back"]).status == 0)
    }

    @Test func aPlaceThatIsTheSameIsRefused() async throws {
        let shell = try await Shell.withStore()
        let answer = await shell.run(["store", "copy", "--to", shell.store])
        #expect(answer.status == 64)
    }
}
