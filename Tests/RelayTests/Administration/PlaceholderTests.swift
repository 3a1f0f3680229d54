import Mail
import Relay
import TestSupport
import Testing

/// What help and advice leave to be filled in is nothing by itself, wherever it is said.
struct PlaceholderTests {
    @Test(arguments: [
        "NAME", "USER-OR-ADDRESS", "ADDRESS", "@DOMAIN", "HOST:PORT", "<id>", "<client-id>", "@<domain>", "https://NAME:8443",
        "https://HOST/x",
        "…",
    ])
    func isOne(_ text: String) { #expect(Placeholder.isOne(text)) }

    @Test(arguments: ["name", "Name", "NAMES", "ann", "<ann@example.org>", "<>", "@example.org", "https://name.example", "A", "", "*"])
    func isNone(_ text: String) { #expect(!Placeholder.isOne(text)) }

    /// A list of steps that is pasted whole makes nothing.
    @Test func whatTheFirstStepsLeaveOpenIsKnown() {
        let directory = Directory()
        let steps = FirstSteps(directory, HealthReport(directory, Conditions(), uses: [:], at: Samples.start), hasSent: false).steps
        let words = steps.flatMap(\.commands).flatMap { $0.split { " =".contains($0) } }.filter { word in
            word.allSatisfy { $0.isASCII && $0.isUppercase || "@:-".contains($0) } && word.contains(where: \.isUppercase)
        }
        #expect(words.contains("TENANT") && words.contains("HOST:PORT"))
        for word in words { #expect(Placeholder.isOne(String(word)), "\(word)") }
    }

    private let administration = Administration(
        Snapshot(directory: Directory(FakeCompany.entities()), conditions: Conditions()), person: "root", at: Samples.time(0),
        generator: { SystemRandomNumberGenerator() })

    @Test func theFieldIsNamedWhereverItStands() throws {
        let said = try Particulars(.client, DocumentReader(["name": "batch", "new_key": true, "limits": ["addresses": ["@DOMAIN"]]]))
        let refusal = try #require(throws: AdministrationRefusal.self) { try administration.add(said) }
        #expect(
            refusal.description == "limits.addresses[0]: @DOMAIN only stands for what belongs there: put your own in its place"
                && refusal.code == .malformed)
    }

    /// A reason is what somebody writes, and a file has the ids of another program, which may be any word.
    @Test func freeTextAndFilesAreTakenAtTheirWord() throws {
        let deny = Particulars(.deny, ["mailbox": "*", "covers": "x@example.org", "reason": "NAME"])
        #expect(try administration.add(deny).outcome == .added)
        let user = Particulars(.user, ["id": "NAME"])
        #expect(try administration.put([user], of: .user).outcome == .changed)
    }

    @Test func aUserOfThatNameMayBeMeantByASetting() throws {
        #expect(throws: AdministrationRefusal.self) { try administration.set("EMAIL_FROM_USER_ID", to: "USER") }
        var known = administration
        known = known.after(try known.put([Particulars(.user, ["id": "USER"])], of: .user))
        #expect(try known.set("EMAIL_FROM_USER_ID", to: "USER").outcome == .changed)
    }
}
