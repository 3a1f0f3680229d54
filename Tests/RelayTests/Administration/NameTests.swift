import Mail
import Relay
import TestSupport
import Testing

/// One word means one thing, be it an id or a name: `Fixtures/administration` has the names that are another's id, here is the rest.
struct NameTests {
    private func administration(_ entities: DirectoryEntity...) -> Administration {
        Administration(
            Snapshot(directory: Directory([.provider(.microsoft)] + entities), conditions: Conditions()), person: "root",
            at: Samples.time(0), generator: { SystemRandomNumberGenerator() })
    }

    private func client(_ id: String, _ name: String) -> Client {
        Client(id: ClientID(trusted: id), name: name, credential: .key(sha256: ClientKey(name).digest), roles: [.sender])
    }

    @Test func anIDThatIsAnothersNameIsRefused() throws {
        let administration = administration(.client(client("c-1", "batch")))
        let said = try Particulars(.client, DocumentReader(["id": "Batch", "name": "other", "new_key": true]))
        let refusal = try #require(throws: AdministrationRefusal.self) { try administration.add(said) }
        #expect(refusal.code == .taken && refusal.description == "\"Batch\" means client batch (c-1) already; choose another id")
        #expect(throws: AdministrationRefusal.self) { try administration.put([said], of: .client) }
    }

    @Test func itsOwnIDIsNobodyElsesName() throws {
        let administration = administration(.client(client("batch", "batch")))
        #expect(try administration.revoke(ClientID(trusted: "batch")).outcome == .changed)
    }

    /// What was so before anybody looked can still be mended, and turned off.
    @Test func whatIsMistakableAlreadyCanBeChanged() throws {
        let administration = administration(.client(client("c-1", "c-2")), .client(client("c-2", "other")))
        #expect(try administration.revoke(ClientID(trusted: "c-1")).outcome == .changed)
        #expect(try administration.change(EntityKey(.client, "c-1"), by: [.init("name", "batch")]).outcome == .changed)
        #expect(throws: AdministrationRefusal.self) { try administration.change(EntityKey(.client, "c-2"), by: [.init("name", "c-1")]) }
    }

    /// An id that looks like an address comes before the address: a setting would mean somebody else's from one moment to the next.
    @Test func aUsersIDTakesNoSettingOver() throws {
        let tracker = "tracker@example.org"
        let administration = administration(.setting(SettingKey(.emailFromUserID), tracker))
        func add(_ id: String, _ address: String) throws -> Plan {
            try administration.add(try Particulars(.user, DocumentReader(["id": .text(id), "addresses": [.text(address)]])))
        }
        let refusal = try #require(throws: AdministrationRefusal.self) { try add(tracker, "ann@example.org") }
        #expect(refusal.description.contains("EMAIL_FROM_USER_ID means the address tracker@example.org"), "\(refusal)")
        #expect(try add(tracker, tracker).outcome == .added, "it means the same")
        #expect(try add("ann@example.org", "ann@example.org").outcome == .added)
    }

    /// Commands take a mailbox or a family in the same place.
    @Test func aMailboxIsNotCalledWhatAFamilyIs() throws {
        let application = Application(
            id: ApplicationID(trusted: "app"), name: "app", provider: Provider.microsoft.id, tenant: "t", clientID: "c")
        let grant = Grant(id: GrantID(trusted: "staff"), name: "staff", kind: .appOnly, application: application.id)
        let member = try AddressPattern("@example.org")
        let family = Family(id: FamilyID(trusted: "fam"), name: "everyone", members: [member], grant: grant.id)
        let administration = administration(.application(application), .grant(grant), .family(family))
        for (id, login) in [("everyone", "a@example.org"), ("fam", "a@example.org"), ("m-a", "Everyone")] {
            let said = try Particulars(
                .mailbox,
                DocumentReader(["id": .text(id), "address": "a@example.org", "login": .text(login), "grant": "staff"]))
            let refusal = try #require(throws: AdministrationRefusal.self) { try administration.add(said) }
            #expect(refusal.code == .taken && refusal.sentence.contains("means family everyone (fam) already"), "\(refusal)")
        }
    }
}
