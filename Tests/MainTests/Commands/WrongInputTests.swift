import Foundation
import Testing
@testable import Main

/// Wrong input of every kind at every command: one sentence on standard error, nothing on standard output, the right status, the store as it was.
struct WrongInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let line: String
        let status: Int32
        let words: String
        var testDescription: String { line }
        init(_ line: String, _ status: Int32, _ words: String = "") { (self.line, self.status, self.words) = (line, status, words) }
    }

    static let cases =
        providerCases + [
            Case("nonsense", 64, "nonsense"), Case("users nonsense", 64), Case("user list", 64, "did you mean users?"),
            Case("users lis", 64, "did you mean list?"), Case("delegations alow x y", 64, "did you mean allow?"),
            Case("--nonsense", 64, "--nonsense"),
            Case("users list --format xml", 64, "xml"), Case("users list extra", 64, "extra"),
            Case("init --key-file", 64, "--key-file"),

            Case("settings get", 64), Case("settings get EMAIL_FORM_USER_ID", 64, "EMAIL_FROM_USER_ID"),
            Case("settings show mode.adhoc", 64, "no such"),
            Case("settings set mode sideways", 65, "choose from, reply-to"), Case("settings set mode", 64),
            Case("settings set reply x", 65),
            Case("settings set fallback x", 65), Case("settings set signatures x", 65), Case("settings set envelope x", 65),
            Case("settings set original-from x", 65), Case("settings set intake ann@example.org", 65, "user"),
            Case("settings set intake ann", 65),
            Case("settings set intake tracker@example.org", 65), Case("settings set public-url ftp://x", 65),
            Case("settings set EMAIL_FROM_USER_ID intake@example.org", 65, "loop"), Case("settings unset nothing", 65, "no setting"),

            Case("users show ghost", 67, "ghost"), Case("users show anna", 67, "did you mean ann"), Case("users set ghost --name x", 67),
            Case("users remove ghost", 67), Case("users remove tracker", 65, "EMAIL_FROM_USER_ID"), Case("users add", 64),
            Case("users add carl --address carl", 64, "@"), Case("users add carl --address intake@example.org", 65, "loop"),
            Case("users add carl --address c@example.org --address C@EXAMPLE.ORG", 65, "twice"),
            Case("users add ann --address other@example.org", 65, "mandate users set"),
            Case("users set ann --off bob@example.org", 65, "not an address of"),
            Case("users set ann --remove-address x@example.org", 65), Case("users set ann --add-address intake@example.org", 65),
            Case("users import /nonexistent/users.csv", 66, "no such file"), Case("users import /", 66, "folder"), Case("users import", 64),

            Case("applications show ghost", 65), Case("applications set ghost --tenant x", 65), Case("applications remove ghost", 65),
            Case("applications remove tracker", 65, "--cascade"),
            Case("applications add x --provider ghost --client-id 1 --no-secret", 65, "ghost"),
            Case("applications add x --provider microsoft --client-id 1 --no-secret", 65, "--tenant: it is missing"),
            Case("applications add x --provider google --client-id 1", 64, "never taken as an argument"),
            Case("applications add x --provider google --client-id 1 --secret-from -", 65, "empty"),
            Case("applications add x --provider google --client-id 1 --secret-from /nonexistent", 66),
            Case("applications add x --provider google --client-id 1 --secret-from prompt", 64, "no terminal"),
            Case("settings set public-url http://mail.example.org", 65, "localhost"),
            Case("settings set public-url http://127.evil.example", 65, "localhost"),
            Case("settings set public-url https://mail.example.org:99999", 65, "web address"),
            Case("settings set public-url https://mail.example.org/?x", 65, "web address"),
            Case("applications add x --provider google --client-id 1 --no-secret --secret-from -", 64, "contradict"),
            Case("applications add x --provider google --client-id 1 --no-secret --secret-expires soon", 64, "2026-11-23"),
            Case("applications add x --provider google --client-id 1 --no-secret --domain a..b", 64, "dot"),
            Case("applications add tracker --provider google --client-id 1 --no-secret", 65, "applications set"),
            Case("applications set tracker --domain a.example --domains-unknown", 64, "contradict"),

            Case("grants show ghost", 65), Case("grants show staf", 65, "did you mean staff"), Case("grants remove staff", 65, "family"),
            Case("grants remove ghost", 65), Case("grants set ghost --disable", 65),
            Case("grants set staff --enable --disable", 64, "contradict"),
            Case("grants add x --application ghost --kind app-only", 65),
            Case("grants add x --application tracker --kind command", 64, "program"),
            Case("grants add x --application tracker --kind password", 64, "RFC 9700"),
            Case("grants add x --application tracker", 64, "--kind"),
            Case("grants add x --application tracker --kind app-only --refresh-token-from -", 64, "app-only"),
            Case("grants add x --application tracker --kind app-only --principal a", 64),
            Case("grants set staff --refresh-token-from -", 65, "empty"),
            Case("grants set staff --refresh-token-from /etc/hostname", 64, "no refresh token"),
            Case("grants set staff --principal ann@example.org", 64, "nobody's consent"),
            Case("grants forget staff", 65, "app-only"), Case("grants forget ghost", 65),
            Case("grants add staff --application tracker --kind consent --refresh-token-from /etc/hostname", 65, "grants set"),
            Case("grants set staff --name person", 65, "there is a grant person"),

            Case("mailboxes show ghost@example.org", 65), Case("mailboxes remove ghost@example.org", 65),
            Case("mailboxes set ghost --disable", 65),
            Case("mailboxes remove tracker@example.org", 65, "delegation"), Case("mailboxes add x@example.org --grant ghost", 65),
            Case("mailboxes add x@example.org", 64, "--grant"), Case("mailboxes add x --grant staff", 64, "@"),
            Case("mailboxes add --grant staff", 64),
            Case("mailboxes add x@example.org --family @b.example --grant staff", 64),
            Case("mailboxes add --family * --grant staff", 64, "not possible"),
            Case("mailboxes add --family @b.example --grant person", 65, "app-only"),
            Case("mailboxes add x@example.org --grant staff --transport pigeon", 64),
            Case("mailboxes add x@example.org --grant staff --transport smtp --transport smtp", 64, "twice"),
            Case("mailboxes add --family @b.example --grant staff --login x", 64),
            Case("mailboxes set tracker@example.org --member @b.example", 64, "families"),
            Case("mailboxes add tracker@example.org --grant staff", 65, "mailboxes set"),
            Case("mailboxes set @staff.example.org --grant person", 65),

            Case("delegations show ghost", 65), Case("delegations revoke ghost", 65),
            Case("delegations revoke ghost@x.example bob@example.org", 65),
            Case("delegations grant ghost@example.org bob@example.org", 65), Case("delegations grant tracker@example.org bob", 64, "@"),
            Case("delegations grant tracker@example.org *", 64, "hand out"),
            Case("delegations grant tracker@example.org b@example.org --kind odd", 64),
            Case("delegations grant tracker@example.org b@example.org --priority high", 64),
            Case("delegations grant tracker@example.org", 64),
            Case("delegations grant tracker@example.org b@example.org --from 2027-01-02 --until 2027-01-01", 65, "after"),
            Case("delegations grant tracker@example.org b@example.org --until 2027-02-30", 64),
            Case("delegations deny * *", 64, "all mail"),
            Case("delegations grant tracker@example.org @b.example --proven yes", 64, "one address"),
            Case("delegations deny ghost@x.example a@b.example", 65),
            Case("delegations allow ghost", 65), Case("delegations list --mailbox ghost@x.example", 65),
            Case("delegations list --address x", 64),

            Case("clients show ghost", 65), Case("clients revoke ghost", 65), Case("clients limit ghost --unlimited", 65),
            Case("clients add x", 64, "--key"),
            Case("clients add x --key --uid 1", 64), Case("clients add x --network 192.0.2.0/24", 65, "limited"),
            Case("clients add x --uid -1", 64),
            Case("clients add x --network 192.0.2.1/24 --purpose notification", 64, "prefix"),
            Case("clients limit printer --unlimited", 65, "network"),
            Case("clients limit batch", 64, "--unlimited"), Case("clients add printer --network 192.0.2.18 --address scan@example.org", 65),
            Case("clients add x --key --purpose ad-hoc --default-purpose notification", 65, "--default-purpose: "),
            Case("clients add x --key --purpose fun", 64),
            Case("clients add x --key --address @a.example --author-if-unusable x@b.example", 65, "--author-if-unusable: "),

            Case("queue show ghost", 65), Case("queue retry ghost", 65), Case("queue retry", 64), Case("queue hold ghost", 65),
            Case("queue release ghost", 65),
            Case("queue remove ghost", 65), Case("queue list --state lost", 64, "lost"),

            Case("audit journal --since yesterday", 64), Case("audit journal --since 2026-02-02 --until 2026-02-01", 64, "after"),
            Case("audit verify --checkpoint /nonexistent", 66), Case("audit verify --checkpoint /etc/hostname", 65, "no checkpoint"),
            Case("audit verify --write-checkpoint /nonexistent/c", 73), Case("audit senders --as x", 64),
            Case("audit senders --mailbox ghost@x.example", 65),
        ]

    @Test func isOneSentenceTheRightStatusAndNoChange() async throws {
        let shell = try await Shell.withCompany()
        let edition = try await shell.edition()
        for example in Self.cases {
            let answer = await shell.run(example.line)
            #expect(answer.status == example.status, "\(example.line): \(answer.err)")
            #expect(example.words.isEmpty || answer.err.contains(example.words), "\(example.line): \(answer.err)")
            #expect(answer.err.hasPrefix("mandate: ") && answer.err.split(separator: "\n").count == 1, "\(example.line): \(answer.err)")
            #expect(answer.out.isEmpty || example.line.hasPrefix("audit verify --write"), "\(example.line): \(answer.out)")
            #expect(!answer.err.contains("s3cret"))
        }
        #expect(try await shell.edition() == edition)
    }

    @Test func emptyNamesAndControlCharactersAreRefused() async throws {
        let shell = try await Shell.withStore()
        let lines = [
            ["users", "add", ""], ["users", "add", "a\u{7}"], ["clients", "add", "", "--key"], ["clients", "add", "a\nb", "--key"],
            ["users", "add", String(repeating: "x", count: 256)], ["users", "add", "ann", "--name", "\u{7}\u{1B}[2J"],
            ["users", "add", "ann", "--name", "a\r\nBcc: x@example.org"], ["users", "add", "ann", "--login", "a\u{1}"],
            ["users", "add", String(repeating: "x", count: 1_000_000)], ["delegations", "deny", "*", "a@b.example", "--reason", "\u{7}"],
            ["delegations", "grant", "a@b.example", "c@b.example", "--reason", "\u{7}"],
            ["applications", "add", "x", "--provider", "microsoft", "--client-id", "1", "--no-secret", "--tenant", "../common?x#"],
            ["applications", "add", "x", "--provider", "microsoft", "--client-id", "1", "--no-secret", "--tenant", ".."],
            ["providers", "add", "x", "--token-endpoint", "https://x.example/", "--smtp", "x.example:25", "--scope-app-only", "a\u{7}"],
            ["applications", "add", "", "--provider", "google", "--client-id", "1", "--no-secret"],
        ]
        for line in lines {
            let answer = await shell.run(line)
            #expect(answer.status == 64, "\(line)")
            #expect(!answer.err.contains("\u{7}"))
            #expect(answer.err.utf8.count < 4000)
        }
        #expect(try await shell.edition() == 1)
    }

    /// Six lines that stand for half a million values: what a file may become is bounded by what it is.
    @Test func aliasesToAliasesAreRefused() async throws {
        let shell = try Shell()
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...5 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        let answer = await shell.run(["decide", "--from", "a@b.example", "--directory", try shell.file("company.yaml", text)])
        #expect(answer.status == 65)
        #expect(answer.err.contains("too large or too deep"), "\(answer.err)")
    }

    /// Help of what there is not is no answer; that of a noun alone is one, as with git and kubectl.
    @Test func helpOfACommandThatIsNoneIsRefused() async throws {
        let shell = try Shell()
        for (line, words) in [
            ("help usrs", "there is no command usrs; did you mean users? (see 'mandate --help')"),
            ("usrs --help", "there is no command usrs; did you mean users?"),
            ("help users shw", "there is no command shw; did you mean show? (see 'mandate users --help')"),
            ("users shw --help", "there is no command shw; did you mean show?"),
        ] {
            let answer = await shell.run(line)
            #expect(answer.status == 64 && answer.err.contains(words) && answer.out.isEmpty, "\(line): \(answer.err)")
        }
        for line in ["", "help", "users", "help users", "users show --help", "help users show"] {
            let answer = await shell.run(line)
            #expect(answer.status == 0 && answer.out.contains("OVERVIEW"), "\(line): \(answer.err)")
        }
    }

    @Test func whatBeginsWithAHyphenIsToldWhereItStands() async throws {
        let shell = try Shell()
        for (line, words) in [
            ("users show -x", "-x was taken for an option: what begins with a hyphen stands behind --, as in -- -x (see"),
            ("users show -x y", "stands behind --"), ("users show --store s -x", "stands behind --"),
            ("users add x --name -y", "; what begins with a hyphen is written --name=-y (see"),
        ] {
            let answer = await shell.run(line)
            #expect(answer.status == 64 && answer.err.contains(words), "\(line): \(answer.err)")
        }
        for line in ["users show --store s", "users show", "providers add --smtp x:25", "users show ann --nme x"] {
            let answer = await shell.run(line)
            #expect(answer.status == 64 && !answer.err.contains("hyphen"), "\(line): \(answer.err)")
        }
    }

    @Test func everyCommandTeaches() async throws {
        let shell = try Shell()
        let nouns = [
            "settings": ["list", "get", "set", "unset", "show"], "users": ["list", "show", "add", "set", "remove", "import"],
            "providers": ["list", "show", "add", "set", "import", "trust", "reset", "remove"],
            "applications": ["list", "show", "add", "set", "remove"],
            "grants": ["list", "show", "add", "set", "authorize", "forget", "remove"],
            "mailboxes": ["list", "show", "add", "set", "check", "resume", "remove"],
            "delegations": ["list", "show", "allow", "revoke", "deny", "lift", "grant"],
            "clients": ["list", "show", "add", "limit", "role", "tokens", "rekey", "password", "revoke", "remove"],
            "queue": ["list", "show", "retry", "hold", "release", "remove"], "audit": ["unauthorized", "senders", "journal", "verify"],
        ]
        for (noun, verbs) in nouns {
            for words in [[noun]] + verbs.map({ [noun, $0] }) {
                let answer = await shell.run(words + ["--help"])
                #expect(answer.status == 0)
                #expect(answer.err.isEmpty)
                #expect(answer.out.contains("OVERVIEW") && answer.out.contains("mandate \(noun)"), "\(words)")
                #expect(answer.out.contains("Example"), "\(words)")
            }
        }
        #expect(await shell.run("--version").out == "0.1.0\n")
    }
}
