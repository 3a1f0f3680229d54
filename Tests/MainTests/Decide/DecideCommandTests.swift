import Foundation
import Testing
@testable import Main

/// `decide` and `rewrite` on a directory file and on a store: what is printed, and with which status it ends.
struct DecideCommandTests {
    private static let directory = """
        settings: {EMAIL_FROM_USER_ID: shell, AD_HOC_EMAIL_FROM_ADDRESS: "* Current User *", fallback.administrator: refuse,
                   EMAIL_ADMINISTRATOR_USER_ID: root@example.org}
        users: [{id: shell, name: Shell, addresses: [desk@example.org]}, {id: ann, name: Ann, addresses: [ann@example.org]}]
        applications: [{name: app, provider: microsoft, tenant: t.example, client_id: c, domains: [example.org]}]
        grants: [{name: shell, kind: consent, application: app}]
        mailboxes: [{address: desk@example.org, grant: shell}]
        deny: [{mailbox: "*", covers: boss@example.org}]
        clients: [{name: batch, uid: 1, limits: {addresses: [desk@example.org]}}]

        """

    private static func shell() throws -> (shell: Shell, file: String) {
        let shell = try Shell()
        return (shell, try shell.file("company.yaml", directory))
    }

    @Test func theAnswerIsASheet() async throws {
        let (shell, file) = try Self.shell()
        let answer = await shell.run("decide --directory \(file) --purpose ad-hoc --user ann --explain")
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.out.contains("from             Ann via Shell <desk@example.org>\nreply to         Ann <ann@example.org>\n"))
        #expect(answer.out.contains("no mailbox, family or delegation speaks of ann@example.org"))
        #expect(answer.err.isEmpty)
    }

    @Test func theAnswerIsJSON() async throws {
        let (shell, file) = try Self.shell()
        let answer = await shell.run("decide --directory \(file) --purpose notification --format json")
        let json = try #require(try JSONSerialization.jsonObject(with: Data(answer.out.utf8)) as? [String: Any])
        #expect(json["route"] as? String == "own")
        #expect((json["mailbox"] as? [String: Any])?["login"] as? String == "desk@example.org")
        #expect((json["explanation"] as? [String])?.isEmpty == false)
    }

    @Test(arguments: [
        ("--purpose ad-hoc", 65, "current-user-missing"), ("--purpose ad-hoc --user ghost", 67, "unknown-user"),
        ("--from boss@example.org", 77, "denied"), ("--from ann@example.org --client batch", 77, "client-not-permitted"),
        ("--purpose administrator", 78, "no-route"), ("--from root@localhost", 65, "author-missing"), ("--from ann", 65, "author-missing"),
        ("--purpose ad-hoc --user ann --client ghost", 65, "client"), ("", 64, "--from"), ("--purpose sideways", 64, "sideways"),
        ("--from a@x.org --message m.eml", 64, "contradict"), ("--at yesterday --from a@x.org", 64, "2026-11-23"),
        ("--message /nonexistent.eml", 66, "no such file"),
    ])
    func aRefusalHasItsStatus(_ words: String, _ status: Int32, _ says: String) async throws {
        let (shell, file) = try Self.shell()
        let answer = await shell.run("decide --directory \(file) \(words)")
        #expect(answer.status == status, "\(answer.err)")
        #expect(answer.err.contains(says), "\(answer.err)")
        #expect(answer.err.split(separator: "\n").count == 1, "\(answer.err)")
    }

    @Test func whatPassesByItselfIsTemporary() async throws {
        let shell = try Shell()
        let observed = "observed: {health: [{state: stopped, mailbox: desk@example.org, until: 2099-01-01}]}\n"
        let file = try shell.file("company.yaml", Self.directory + observed)
        let answer = await shell.run("decide --directory \(file) --purpose notification")
        #expect(answer.status == 75, "\(answer.err)")
    }

    @Test(arguments: [
        ("mailboxs: []\n", 65, "did you mean mailboxes?"), ("users: [{id: a}\n", 65, "is not YAML"),
        ("a: &a b\nb: *c\n", 65, "is not YAML"),
        ("users: [{id: a}, {id: a}]\n", 65, "users[1]"), ("users: []\nusers: []\n", 65, "twice"),
    ])
    func aFileThatIsWrongIsNamed(_ text: String, _ status: Int32, _ says: String) async throws {
        let shell = try Shell()
        let answer = await shell.run("decide --from a@example.org --directory \(try shell.file("wrong.yaml", text))")
        #expect(answer.status == status)
        #expect(answer.err.contains("wrong.yaml"), "\(answer.err)")
        #expect(answer.err.contains(says), "\(answer.err)")
        #expect(answer.out.isEmpty)
    }

    @Test func aliasesCannotFillTheMemory() async throws {
        let levels = (1..<12).map { level in
            "l\(level): &l\(level) [\(Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ","))]\n"
        }
        let shell = try Shell()
        let answer = await shell.run(
            "decide --from a@example.org --directory \(try shell.file("wrong.yaml", "l0: &l0 x\n" + levels.joined()))")
        #expect(answer.status == 65)
        #expect(answer.err.contains("too large"), "\(answer.err)")
    }

    @Test func aMessageSaysItsOwnFrom() async throws {
        let (shell, file) = try Self.shell()
        let message = try shell.file("m.eml", "From: Shell Two <DESK@example.org>\nTo: x@example.com\n\nHello\n")
        let answer = await shell.run("decide --directory \(file) --message \(message)")
        #expect(answer.out.contains("route            own"), "\(answer.err)")
        #expect(answer.out.contains("from             Shell Two <DESK@example.org>"), "\(answer.out)")
    }

    @Test func aStoreAnswersAsItsFileWould() async throws {
        let shell = try await Shell.withCompany()
        let answer = await shell.run("decide --purpose notification --explain")
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.out.contains("mailbox          tracker@example.org"), "\(answer.out)")
        #expect(await shell.run("decide --from ann@example.org").status == 77)
        #expect(await shell.run("decide --from bob@example.org --client printer").status == 77)
    }
}
