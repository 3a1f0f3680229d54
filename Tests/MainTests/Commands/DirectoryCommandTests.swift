import Foundation
import Mail
import Relay
import Store
import TestSupport
import Testing
@testable import Main

/// What commands write is what the directory then says; the same again changes nothing.
struct DirectoryCommandTests {
    @Test func theSameAgainIsUnchanged() async throws {
        let shell = try await Shell.withCompany()
        let edition = try await shell.edition()
        let lines = [
            "users add ann --address ann@example.org", "users set ann --on ann@example.org", "settings set EMAIL_FROM_USER_ID tracker",
            "applications add tracker --provider microsoft --tenant contoso.example --client-id 1234 --secret-from - --domain example.org",
            "applications set tracker --tenant contoso.example", "grants add staff --application tracker --kind app-only",
            "grants set staff --enable",
            "grants add person --application tracker --kind consent --principal ann@example.org --refresh-token-from -",
            "mailboxes add tracker@example.org --grant person", "mailboxes add --family @staff.example.org --grant staff",
            "mailboxes set tracker@example.org --enable", "delegations grant tracker@example.org bob@example.org --kind send-as",
            "delegations revoke tracker@example.org ann@example.org", "delegations deny * ann@example.org",
            "delegations allow * bob@example.org",
            "clients add printer --network 192.0.2.17 --address scan@example.org", "settings unset mode",
            "clients limit printer --address scan@example.org",
        ]
        for line in lines {
            let answer = await shell.run(line, input: "s3cret\n")
            #expect(answer.status == 0, "\(line): \(answer.err)")
            #expect(answer.err.hasPrefix("unchanged: "), "\(line): \(answer.err)")
            #expect(answer.out.isEmpty)
        }
        #expect(try await shell.edition() == edition)
    }

    @Test func thingsAreNamedByIdNameOrAddress() async throws {
        let shell = try await Shell.withCompany()
        let mailbox = try #require(try await shell.directory().allMailboxes.first { _ in true })
        for name in [mailbox.id.text, "tracker@example.org", "TRACKER@EXAMPLE.ORG"] {
            #expect(await shell.run(["mailboxes", "show", name]).out.contains(mailbox.id.text))
        }
        #expect(await shell.run("users show robert@example.org").out.contains("bob"))
        #expect(await shell.run("mailboxes show @staff.example.org").out.contains("fam-"))
        try await shell.set("users add rob --address robert@example.org")
        let answer = await shell.run("users show robert@example.org")
        #expect(answer.status == 65)
        #expect(answer.err.contains("bob") && answer.err.contains("rob") && answer.err.contains("by its id"))
    }

    @Test func aMailboxIsReadWhereSomebodySaysSo() async throws {
        let shell = try await Shell.withCompany()
        func isRead() async throws -> Bool? {
            try await shell.directory().allMailboxes.first { $0.address.description == "tracker@example.org" }?.isRead
        }
        #expect(try await isRead() == false)
        let set = await shell.run("mailboxes set tracker@example.org --read")
        #expect(set.status == 0 && set.err.contains("next: mandate grants authorize person"), "\(set.err)")
        #expect(try await isRead() == true)
        #expect(await shell.run("mailboxes show tracker@example.org").out.contains("read"))
        #expect(await shell.run("applications show tracker").out.contains("IMAP.AccessAsUser.All"))
        try await shell.set("mailboxes set tracker@example.org --no-read")
        #expect(try await isRead() == false)
        #expect(await shell.run("mailboxes add --family @else.example.org --grant staff --read").status == 64)
        #expect(await shell.run("mailboxes set @staff.example.org --read").status == 64)
    }

    @Test func whatIsUsedStaysUnlessItCascades() async throws {
        let shell = try await Shell.withCompany()
        let answer = await shell.run("applications remove tracker --cascade")
        #expect(answer.status == 0)
        #expect(answer.err.contains("delegation") && answer.err.contains("family"))
        let directory = try await shell.directory()
        #expect(directory.allGrants.first { _ in true } == nil)
        #expect(directory.allMailboxes.first { _ in true } == nil)
        #expect(directory.delegationCount == 0)
        #expect(await shell.run("audit verify").status == 0)
    }

    @Test func addressesOfAUserAreSwitchedMovedAndRemoved() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "users add bob --address a@example.org --address b@example.org",
            "users set bob --off a@example.org --primary b@example.org --login bob.b",
            "users set bob --add-address c@example.org", "users set bob --remove-address a@example.org --off c@example.org")
        let user = try #require(try await shell.directory().user(UserID(trusted: "bob")))
        #expect(user.login == "bob.b")
        #expect(user.addresses.map { "\($0.address) \($0.isOn)" } == ["b@example.org true", "c@example.org false"])
    }

    @Test func secretsAreSealedAndNeverShown() async throws {
        let shell = try await Shell.withCompany()
        for line in ["applications show tracker --format json", "grants show person --format json", "audit journal --format json"] {
            let answer = await shell.run(line)
            #expect(answer.status == 0)
            #expect(!(answer.out + answer.err).contains("s3cret"))
        }
        #expect(await shell.run("applications show tracker --format json").out.contains("\"has_secret\": true"))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: shell.store + "/mandate.sqlite"))
        #expect(bytes.range(of: Data("s3cret".utf8)) == nil)
    }

    @Test func aPersonTypesTheSecretUnseen() async throws {
        let shell = try await Shell.withStore()
        let line = ["applications", "add", "x", "--provider", "google", "--client-id", "1"]
        let answer = await shell.run(line, typed: "t0psecret", isTerminal: true)
        #expect(answer.status == 0)
        #expect(answer.err.contains("client secret: "))
        #expect(!(answer.out + answer.err).contains("t0psecret"))
        #expect(await shell.run(line, typed: "another", isTerminal: true).status == 65)
        #expect(await shell.run(line, typed: "", isTerminal: true).status == 65)
    }

    @Test func aSecretComesFromAFileWithoutItsLineEnd() async throws {
        let shell = try await Shell.withStore()
        let path = try shell.file("secret", "abc\r\n")
        try await shell.set("applications add x --provider google --client-id 1 --secret-from \(path)")
        let answer = await shell.run("applications add x --provider google --client-id 1 --secret-from -", input: "abc")
        #expect(answer.err.hasPrefix("unchanged"))
    }

    /// A line that somebody wrote into a script goes on working, and says what it is called now.
    @Test func oldWordsWorkAndNameTheNew() async throws {
        let shell = try await Shell.withStore()
        let secret = try shell.file("secret", "s3cret")
        let added = await shell.run("applications add x --provider google --client-id 1 --secret-file \(secret)")
        #expect(added.status == 0 && added.err.contains("--secret-from is the word"), "\(added.err)")
        #expect(await shell.run("applications add x --provider google --client-id 1 --secret-from \(secret)").err.hasPrefix("unchanged"))
        #expect(!(await shell.run("applications add --help").out.contains("--secret-file")))
        let folder = FixtureFolder.at("import/autoconfig").url.path
        let imported = await shell.run("providers import --apply \(folder)/plain-valid.xml")
        #expect(imported.status == 0 && imported.err.contains("without --apply"), "\(imported.err)")
        #expect(try await shell.directory().provider(ProviderID(trusted: "house.example")) != nil)
    }

    /// The next step stands beside what was done, as long as it is due.
    @Test func aMailboxSaysThatItsGrantNeedsAConsent() async throws {
        let shell = try await Shell.withCompany()
        let person = await shell.run("mailboxes add other@example.org --grant person")
        #expect(person.status == 0 && !person.err.contains("authorize"), "a refresh token was brought: \(person.err)")
        let added = await shell.run("grants add new --application tracker --kind consent")
        #expect(added.err.contains("next: mandate mailboxes add ADDRESS --grant new"), "\(added.err)")
        #expect(added.err.contains("next: mandate grants authorize new"), "\(added.err)")
        let mailbox = await shell.run("mailboxes add new@example.org --grant new")
        #expect(mailbox.err.contains("next: mandate grants authorize new"), "\(mailbox.err)")
        #expect(
            await shell.run("mailboxes add staff@example.org --grant staff").err.contains("next: mandate mailboxes check staff@example.org")
        )
        let second = await shell.run("mailboxes add new@example.org --grant staff --login svc")
        #expect(second.status == 0 && second.err.contains("warning: mailbox mbx-") && second.err.contains("has this address, too"))
    }

    @Test func onBehalfAtGoogleIsWarnedOf() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "applications add mailer --provider google --client-id 1 --secret-from -", "grants add g --application mailer --kind consent",
            "mailboxes add g@example.org --grant g")
        let behalf = await shell.run("delegations allow g@example.org bob@example.org --kind on-behalf")
        #expect(behalf.status == 0 && behalf.err.contains("warning: Google") && behalf.err.contains("knows no sending on behalf"))
        #expect(
            await shell.run("delegations allow g@example.org eve@example.org --kind alias").err.contains("no sending on behalf") == false)
    }

    @Test func delegationsCarryDatesPriorityAndReason() async throws {
        let shell = try await Shell.withCompany()
        try await shell.set(
            "delegations grant tracker@example.org @partner.example --kind on-behalf --priority 7 --from 2026-01-01 --until 2027-01-01T12:00Z --allow-unaligned --reason Atlas"
        )
        let found = try #require(try await shell.directory().allDelegations.first { $0.kind == .onBehalf })
        #expect(found.covers == .domain(try Domain("partner.example")))
        #expect(found.priority == 7 && found.allowsUnaligned && found.reason == "Atlas" && found.grantedBy == "tester")
        #expect(found.validUntil == DocumentDate.date("2027-01-01T12:00:00Z"))
        try await shell.set("delegations revoke tracker@example.org @partner.example")
        #expect(try await shell.directory().allDelegations.first { $0.kind == .onBehalf } == nil)
    }

    /// Of a pair that is known to work nobody waits for the provider.
    @Test func onlyAPairThatIsNotProvenWaitsForTheProvider() async throws {
        let shell = try await Shell.withCompany()
        func allow(_ covers: String, _ more: [String] = []) async -> Shell.Answer {
            await shell.run(["delegations", "allow", "tracker@example.org", covers, "--kind", "send-as"] + more)
        }
        #expect(await allow("carl@example.org").err.contains("needs up to 2 h"))
        for more in [["--proven", "a test on Monday"], ["--priority", "7"]] {
            let answer = await allow("dora@example.org", more)
            #expect(answer.status == 0 && !answer.err.contains("needs up to"), "\(more): \(answer.err)")
        }
    }

    @Test func aProvenStandingIsRecordedAndJournalled() async throws {
        let shell = try await Shell.withCompany()
        let answer = await shell.run(["delegations", "grant", "tracker@example.org", "bob@example.org", "--proven", "tested on Monday"])
        #expect(answer.status == 0)
        let account = Account(provider: Provider.microsoft.id, login: "tracker@example.org")
        let key = StandingKey(account, from: try EmailAddress("bob@example.org"), transport: .smtp)
        let standing = try await shell.read { try await $0.conditions(of: nil).standing(key) }
        #expect(standing == .proven(at: shell.now, how: "tested on Monday"))
        #expect(await shell.run("audit journal --mailbox tracker@example.org").out.contains("tested on Monday"))
        #expect(await shell.run("delegations list --address bob@example.org").out.contains("proven 2026-11-18"))
    }

    @Test func keysArePrintedOnceAndMadeAnew() async throws {
        let shell = try await Shell.withStore()
        let first = await shell.run("clients add batch --key --purpose notification")
        #expect(first.out.hasPrefix("mandate-") && first.out.count == 61)
        try await shell.set("clients revoke batch")
        let second = await shell.run("clients add batch --key --purpose notification")
        #expect(second.status == 0 && second.out != first.out)
        let client = try #require(try await shell.directory().allClients.first { _ in true })
        #expect(client.isEnabled)
        #expect(client.credential == .key(sha256: ClientKey(String(second.out.dropLast())).digest))
    }

    /// Whoever writes the answer to a file has emptied it by then: that must not look like success.
    @Test func aKeyThatWasShownIsNotShownAgainButMadeAnew() async throws {
        let shell = try await Shell.withStore()
        let first = await shell.run("clients add batch --key --purpose notification")
        let again = await shell.run("clients add batch --key --purpose notification")
        #expect(again.status == 65 && again.out.isEmpty)
        #expect(again.err.contains("its key was shown when it was made; `mandate clients rekey batch` makes a new one"), "\(again.err)")
        let second = await shell.run("clients rekey batch")
        #expect(second.status == 0 && second.out.hasPrefix("mandate-") && second.out != first.out)
        let client = try #require(try await shell.directory().allClients.first { _ in true })
        #expect(client.credential == .key(sha256: ClientKey(String(second.out.dropLast())).digest))
    }

    @Test func aPasswordIsChangedAndNothingElse() async throws {
        let shell = try await Shell.withStore()
        #expect(await shell.run("clients add ann --password --role administrator", input: "long enough for anybody\n").status == 0)
        let again = await shell.run("clients add ann --password --role administrator", input: "another that is long enough\n")
        #expect(again.status == 65 && again.err.contains("`mandate clients password ann` changes it"), "\(again.err)")
        #expect(await shell.run("clients password ghost", input: "").err.contains("there is no client \"ghost\""))
        #expect(await shell.run("clients password ann", input: "short\n").status == 65)
        #expect(await shell.run("clients password ann", input: "another that is long enough\n").status == 0)
        let client = try #require(try await shell.directory().allClients.first { _ in true })
        guard case .password(let hash) = client.credential else { return #expect(Bool(false), "\(client.credential)") }
        #expect(hash.matches(Secret("another that is long enough")) && client.roles == [.administrator])
    }

    @Test func theListSaysWhoseTokensAClientMayHave() async throws {
        let shell = try await Shell.withStore()
        try await shell.set(
            "applications add app --provider microsoft --tenant t --client-id c --no-secret",
            "grants add g --application app --kind consent --principal a@b.example",
            "mailboxes add a@b.example --grant g", "clients add batch --key --address a@b.example",
            "clients tokens batch --mailbox a@b.example")
        #expect(await shell.run("clients list --format csv").out.contains(",a@b.example,a@b.example,"))
        #expect(await shell.run("clients show batch").out.contains("a@b.example"))
    }

    @Test func settingsWarnOfNamesThatNobodyHas() async throws {
        let shell = try await Shell.withStore()
        let unknown = await shell.run("settings set EMAIL_FROM_USER_ID carl")
        #expect(unknown.status == 0)
        #expect(unknown.err.contains("warning: there is no user \"carl\""))
        #expect(await shell.run("settings set EMAIL_FROM_USER_ID x@example.org").err.contains("used as an address"))
        let current = await shell.run(["settings", "set", "AD_HOC_EMAIL_FROM_ADDRESS", "* Current User *"])
        #expect(current.status == 0 && !current.err.contains("warning"))
        #expect(await shell.run("settings get AD_HOC_EMAIL_FROM_ADDRESS").out == "* Current User *\n")
        #expect(await shell.run("settings list --all --format csv").out.split(separator: "\r\n").count == SettingKey.all.count + 1)
    }

    @Test func customProvidersAreAdded() async throws {
        let shell = try await Shell.withStore()
        let pem = try shell.file("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        try await shell.set(
            "providers add house --token-endpoint https://login.example.org/{tenant}/token --smtp mail.example.org:465 --scope-app-only smtp --trust \(pem)"
        )
        let directory = try await shell.directory()
        let provider = try #require(directory.provider(ProviderID(trusted: "house")))
        #expect(provider.smtp == MailEndpoint(host: "mail.example.org", port: 465, security: .implicit))
        #expect(provider.trustedCertificates?.contains("AAAA") == true)
    }

    @Test func everyListingIsATableJSONOrCSV() async throws {
        let shell = try await Shell.withCompany()
        let listings = [
            "users list", "settings list", "providers list", "applications list", "grants list", "mailboxes list", "delegations list",
            "clients list",
            "queue list", "audit journal", "audit senders", "audit unauthorized",
        ]
        for line in listings {
            let json = await shell.run(line + " --format json")
            #expect(try JSONSerialization.jsonObject(with: Data(json.out.utf8)) is [[String: Any]], "\(line)")
            let csv = await shell.run(line + " --format csv")
            #expect(csv.out.hasSuffix("\r\n"), "\(line)")
            #expect(await shell.run(line).status == json.status, "\(line)")
        }
    }
}
