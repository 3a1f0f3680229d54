import Foundation
import Relay
import SQLiteEngine
import Store
import Sandbox
import TestSupport
import Testing

@testable import Main

/// A new key in the place of the old one: nothing waits for it, nothing is lost by it, and a kill at any point is made good by the next run.
@Suite struct VaultCommandTests {
    private static let refresh = SecretName(.refreshToken, of: "grant-tracker")

    private func keys(_ premises: Premises) throws -> [String] {
        try KeySource.file(KeyFile.path(beside: premises.folder)).keys(premises.live).map { try Vault(key: $0).keyID }
    }

    /// Everything lies under this key and opens.
    private func expectAll(under keyID: String, _ premises: Premises) async throws {
        let counts = try await premises.store.sealedCounts()
        #expect(counts.allSatisfy { $0.keyID == keyID }, "\(counts)")
        #expect(counts.contains { $0.kind == .refreshToken } && counts.contains { $0.kind == .journalKey })
        let vault = try KeyFile.vault(for: premises.folder, premises.live)
        let sealed = try #require(try await premises.store.secret(Self.refresh))
        #expect(try vault.open(sealed, for: Self.refresh).count > 0)
    }

    /// Mail flows through a running service, and through this process, while three rotations follow each other; the second is killed in between.
    @Test func rotatesUnderLoad() async throws {
        try await Premises.with { premises in
            let old = try keys(premises)
            let service = try premises.spawn(["serve", "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0"])
            let total = 150
            async let accepted = sendAll(total, premises)
            for round in 0..<3 {
                _ = await premises.sandbox.messages(atLeast: 10 + round * 20)
                // A token that is asked for anew while keys move.
                premises.sandbox.revokeAccessTokens()
                let rotation = try premises.spawn(["vault", "rotate"])
                if round == 1 { rotation.signal(SIGKILL) }
                let status = await rotation.end()
                if round != 1 { #expect(status == 0) }
            }
            try await accepted
            let record = await premises.sandbox.record { Set($0.messages.map(\.messageID)).count >= total }
            #expect(record.messages.count == total, "nothing twice, since nothing was killed on its way")
            #expect(await service.stop() == 0)
            let new = try keys(premises)
            #expect(new.count == 1 && new != old)
            try await expectAll(under: new[0], premises)
        }
    }

    private func sendAll(_ total: Int, _ premises: Premises) async throws {
        for number in 0..<total { _ = try await premises.accept(number) }
    }

    /// Each point at which a kill can leave things; the next run finishes.
    @Test func aRotationThatWasCutShortGoesOn() async throws {
        try await Premises.with { premises in
            let path = KeyFile.path(beside: premises.folder)
            let source = KeySource.file(path)
            let old = try source.keys(premises.live)
            let fresh = Secret(premises.live.randomBytes(32))
            let new = try Vault(key: fresh).keyID
            // The file was written, and the store not told.
            try KeyFile.replace(path, with: old + [fresh])
            #expect(
                try KeyFile.vault(for: premises.folder, premises.live).keyID != new,
                "the old one is sealed under until the store says otherwise")
            // The store was told, and one kind was sealed anew.
            let vault = try source.vault(premises.live)
            #expect(vault.use(new))
            try await premises.store.moveKey(to: new, by: "test", at: premises.live.now())
            _ = try await premises.store.reseal(.refreshToken, after: "", limit: 2, with: vault)
            let reopened = try await SQLiteStore.open(
                at: premises.folder, vault: try source.vault(premises.live), random: { premises.live.randomBytes($0) })
            try await reopened.close()
            let run = try premises.spawn(["vault", "rotate"])
            #expect(await run.end() == 0)
            #expect(try keys(premises) == [new], "no third key was made")
            try await expectAll(under: new, premises)
        }
    }

    /// One that was stopped holds on to the vault until it ends: another would take its key away, and it would go on with the old one.
    @Test func aStoppedRotationKeepsOthersOut() async throws {
        try await Premises.with { premises in
            let before = try keys(premises)
            let lock = try FolderLock.rotation(of: premises.folder)
            #expect(await (try premises.spawn(["vault", "rotate"])).end() == ExitStatus.temporary.rawValue)
            #expect(try keys(premises) == before)
            _ = consume lock
            #expect(await (try premises.spawn(["vault", "rotate"])).end() == 0)
            try await expectAll(under: try keys(premises)[0], premises)
        }
    }

    /// What others know is the file behind the link.
    @Test func aLinkedKeyFileStaysLinked() async throws {
        try await Premises.with { premises in
            let path = KeyFile.path(beside: premises.folder)
            let real = premises.folder + "/real.key"
            try FileManager.default.moveItem(atPath: path, toPath: real)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: real)
            #expect(await (try premises.spawn(["vault", "rotate"])).end() == 0)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == real)
            try await expectAll(under: try Vault(key: try KeySource.file(real).keys(premises.live)[0]).keyID, premises)
        }
    }

    /// A process that has only the old key in its hands goes on sealing and opening.
    @Test func whoeverHasTheOldKeyFollows() async throws {
        try await Premises.with { premises in
            let run = try premises.spawn(["vault", "rotate"])
            #expect(await run.end() == 0)
            let opened = OpenedStore(store: premises.store, vault: premises.vault, live: premises.live)
            try await opened.editor.edit { _ in
                var plan = Plan(.changed, "set it")
                plan.secrets = [Plan.Secrecy(Self.refresh, Secret("by an old hand"))]
                return plan
            }
            let sealed = try #require(try await premises.store.secret(Self.refresh))
            #expect(try opened.vault.open(sealed, for: Self.refresh).revealText() == "by an old hand")
            try await expectAll(under: try keys(premises)[0], premises)
        }
    }

    @Test func statusSaysWhatIsWhere() async throws {
        let shell = try await Shell.withStore()
        let before = await shell.run("vault status")
        #expect(before.status == 0)
        #expect(before.out.contains("none under way") && before.out.contains("\(shell.store)/mandate.key"))
        let rotated = await shell.run("vault rotate")
        #expect(rotated.status == 0, "\(rotated.err)")
        #expect(rotated.err.contains("backups from before need it"))
        let after = await shell.run("vault status --format json")
        #expect(after.out.contains("\"under_other_keys\": []") || after.out.contains("\"under_other_keys\":[]"), "\(after.out)")
        #expect(after.out != before.out)
        #expect(await shell.run("settings set mode from").status == 0)
        #expect(await shell.run("audit verify").status == 0, "the journal's key went along")
    }

    /// A secret may come by the environment, like the key; a variable that is not there is not an empty secret.
    @Test func aSecretComesByTheEnvironment() async throws {
        let shell = try await Shell.withStore()
        let words = ["applications", "add", "x", "--provider", "google", "--client-id", "1", "--secret-from", "env:SECRET"]
        let missing = await shell.run(words)
        #expect(missing.status == 64 && missing.err.contains("no such variable"), "\(missing.err)")
        #expect(await shell.run(words, environment: ["SECRET": "by the environment"]).status == 0)
        #expect(await shell.run("applications show x").out.contains("has secret       yes"))
    }

    /// What cannot be written from here is rotated in two steps, the first and last of them a person's.
    @Test func aKeyInTheEnvironmentIsRotatedWithAPersonsHelp() async throws {
        let shell = try Shell()
        let one = Data(repeating: 1, count: 32).base64EncodedString()
        let two = Data(repeating: 2, count: 32).base64EncodedString()
        func run(_ line: String, _ key: String) async -> Shell.Answer {
            await shell.run(line.split(separator: " ").map(String.init), environment: ["MANDATE_KEY": key])
        }
        #expect(await run("init", one).status == 0)
        let alone = await run("vault rotate", one)
        #expect(alone.status == 78 && alone.err.contains("second key"), "\(alone.err)")
        let both = await run("vault rotate", "\(one)\n\(two)")
        #expect(both.status == 0 && both.err.contains("take the old key"), "\(both.err)")
        #expect(await run("settings set mode from", two).status == 0)
        let late = await run("settings set mode from", one)
        #expect(late.status == 78 && late.err.contains("another key"), "\(late.err)")
    }

    @Test(arguments: ["", "nonsense", "AAAA", String(repeating: "A", count: 5000)]) func aKeyFileThatHoldsNoneIsRefused(_ text: String)
        async throws
    {
        let shell = try await Shell.withStore()
        _ = try shell.file("store/mandate.key", text)
        for line in ["serve", "vault rotate", "settings set mode from"] {
            let answer = await shell.run(line)
            #expect(answer.status == 78, "\(line): \(answer.err)")
            #expect(answer.err.contains("key") && !answer.err.contains("nonsense"))
        }
    }

    @Test func aWrongKeyIsRefusedAtStart() async throws {
        let shell = try await Shell.withStore()
        _ = try shell.file("store/mandate.key", Data(repeating: 3, count: 32).base64EncodedString() + "\n")
        for line in ["serve", "vault status", "settings set mode from"] {
            let answer = await shell.run(line)
            #expect(answer.status == 78, "\(line): \(answer.err)")
            #expect(answer.err.contains("give the key file"), "\(answer.err)")
        }
    }
}
