import Foundation
import Relay
import Testing
@testable import Main
@testable import SQLiteEngine
@testable import Store

struct VerifyTests {
    private func rows(_ count: Int, key: [UInt8] = [1]) -> [JournalRow] {
        let chain = JournalChain(key: key)
        var previous = JournalChain.start
        return (1...count).map { number in
            let entry = JournalEntry(
                at: Date(timeIntervalSince1970: Double(number)), kind: .changed, facts: [.init("n", "\(number)")],
                personal: [.init(.person, "p\(number)")])
            let position = JournalPosition(strand: "main", number: Int64(number))
            let digest = JournalChain.personalDigest(entry.personal, salt: [9])
            previous = chain.mac(of: entry, at: position, personalDigest: digest, after: previous)
            return JournalRow(position: position, entry: entry, personalDigest: digest, salt: [9], mac: previous)
        }
    }

    private func verdict(_ rows: [JournalRow], _ checkpoint: Checkpoint.Mark? = nil) -> JournalProof.Break? {
        var proof = JournalProof(strand: "main", key: [1], checkpoint: checkpoint)
        for row in rows { if let broken = proof.check(row) { return broken } }
        return proof.finish()
    }

    private func changed(_ row: JournalRow, entry: JournalEntry? = nil, salt: [UInt8]?? = nil) -> JournalRow {
        JournalRow(
            position: row.position, entry: entry ?? row.entry, personalDigest: row.personalDigest, salt: salt ?? row.salt, mac: row.mac)
    }

    @Test func anUntouchedJournalIsWhole() { #expect(verdict(rows(5)) == nil) }

    @Test func whatWasChangedIsNamed() {
        var rows = rows(5)
        let old = rows[2].entry
        rows[2] = changed(rows[2], entry: JournalEntry(at: old.at, kind: old.kind, facts: [.init("n", "x")], personal: old.personal))
        #expect(verdict(rows) == .link(3))
    }

    @Test func aChangedPersonIsNamed() {
        var rows = rows(5)
        let old = rows[3].entry
        rows[3] = changed(rows[3], entry: JournalEntry(at: old.at, kind: old.kind, facts: old.facts, personal: [.init(.person, "x")]))
        #expect(verdict(rows) == .personal(4))
    }

    @Test func erasedPersonsLeaveItWhole() {
        var rows = rows(5)
        let old = rows[3].entry
        rows[3] = changed(rows[3], entry: JournalEntry(at: old.at, kind: old.kind, facts: old.facts), salt: .some(nil))
        #expect(verdict(rows) == nil)
    }

    @Test func whatWasRemovedIsNamed() {
        var rows = rows(5)
        rows.remove(at: 1)
        #expect(verdict(rows) == .missing(expected: 2, found: 3))
    }

    @Test func theEndCanBeCutOffUnseenButNotBehindACheckpoint() {
        let rows = rows(5)
        #expect(verdict(Array(rows.dropLast(2))) == nil)
        let mark = Checkpoint.Mark(strand: "main", number: 5, mac: rows[4].mac)
        #expect(verdict(Array(rows.dropLast(2)), mark) == .cutOff(last: 3, checkpoint: 5))
        #expect(verdict(rows, mark) == nil)
        #expect(verdict(rows, Checkpoint.Mark(strand: "main", number: 2, mac: rows[4].mac)) == .checkpoint(2))
    }

    @Test func theCommandProvesAndComparesWithACheckpoint() async throws {
        let shell = try await Shell.withCompany()
        let file = shell.folder + "/checkpoint"
        let first = await shell.run(["audit", "verify", "--write-checkpoint", file])
        #expect(first.status == 0)
        #expect(first.out.hasPrefix("whole: main, "))
        #expect(first.err.contains("cannot be seen"))
        try await shell.set("users add late --address late@example.org")
        let second = await shell.run(["audit", "verify", "--checkpoint", file])
        #expect(second.status == 0)
        #expect(second.err.contains("after the checkpoint (main/"))

        let text = try String(contentsOfFile: file, encoding: .utf8)
        let lines = text.split(separator: "\n")
        let words = try #require(lines.last).split(separator: " ")
        let future = try shell.file("future", lines.dropLast().joined(separator: "\n") + "\nmain 99999 \(words[2])\n")
        let cut = await shell.run(["audit", "verify", "--checkpoint", future])
        #expect(cut.status == 1)
        #expect(cut.out.contains("its end was removed"))
        let other = try shell.file("other", lines.dropLast().joined(separator: "\n") + "\nsecond 1 \(words[2])\n")
        #expect(await shell.run(["audit", "verify", "--checkpoint", other]).status == 1)
        let damaged = try shell.file("damaged", "mandate checkpoint 1\nmain one two\n")
        #expect(await shell.run(["audit", "verify", "--checkpoint", damaged]).status == 65)
    }

    /// Whoever can write the file and has no key: none of this may pass for whole.
    @Test(arguments: [
        (
            "inserted before the first",
            "INSERT INTO journal SELECT 0, at, kind, message, facts, personalDigest, mac, salt, parts FROM journal WHERE number = 3"
        ),
        (
            "inserted far before",
            "INSERT INTO journal SELECT -7, at, kind, message, facts, personalDigest, mac, salt, parts FROM journal WHERE number = 3"
        ),
        ("unreadable kind", "UPDATE journal SET kind = 'nonsense' WHERE number = 3"),
        ("unreadable facts", "UPDATE journal SET facts = '[' WHERE number = 3"),
        ("unreadable end", "UPDATE journal SET facts = '[' WHERE number = (SELECT max(number) FROM journal)"),
        ("unreadable personal part", "UPDATE journal SET parts = '[' WHERE number = 3"),
        ("hidden from filters", "DELETE FROM journalRole WHERE entry = 3"),
        ("hidden from a filter by time", "UPDATE journalWindow SET latest = 7, earliest = 7"),
        ("of no time at all", "DELETE FROM journalWindow"),
        ("never filed", "DELETE FROM journalRole; UPDATE meta SET filedThrough = 99999"),
        (
            "shown in another order",
            """
            UPDATE journal SET number = 9999 WHERE number = 3;
            UPDATE journalRole SET entry = 9999 WHERE entry = 3
            """
        ),
        ("emptied", "DELETE FROM journalCount; DELETE FROM journal"),
    ])
    func noTamperingIsTakenForWhole(_ name: String, _ sql: String) async throws {
        let shell = try await Shell.withCompany()
        #expect(await shell.run("audit verify").status == 0)
        try await shell.tamper(sql)
        let answer = await shell.run("audit verify")
        #expect(answer.status == 1, "\(name)")
        #expect(answer.out.split(separator: "\n").last?.hasPrefix("broken: ") == true, "\(name)")
    }

    @Test func theJournalIsFiltered() async throws {
        let shell = try await Shell.withCompany()
        #expect(await shell.run("audit journal --mailbox nobody@example.org --format csv").out.split(separator: "\r\n").count == 1)
        #expect(await shell.run("audit journal --since 2030-01-01 --format csv").out.split(separator: "\r\n").count == 1)
        #expect(await shell.run("audit journal --until 2030-01-01 --format csv").out.split(separator: "\r\n").count > 10)
    }
}

extension Shell {
    /// As someone would who may write the file but has no key.
    fileprivate func tamper(_ sql: String) async throws {
        let store = try await SQLiteStore.open(at: store, vault: nil, random: { [UInt8](repeating: 0, count: $0) })
        try await store.write { transaction in
            for statement in ["PRAGMA ignore_check_constraints = ON", "PRAGMA defer_foreign_keys = ON"]
                + sql.split(separator: ";").map(String.init)
            {
                try transaction.run(statement)
            }
        }
        try await store.close()
    }
}
