import Mail
import Relay
import TestSupport
import Testing

/// Whose token a consent's is: Graph's `/me` is the token's owner, whatever mailbox was meant.
struct GrantOwnerTests {
    private func isOwner(_ login: String, principal: String?, logins: [String], kind: Grant.Kind = .consent) throws -> Bool {
        let grant = Grant(id: GrantID(trusted: "g"), name: "G", kind: kind, application: FakeCompany.application, principal: principal)
        let mailboxes = try logins.map {
            DirectoryEntity.mailbox(
                Mailbox(id: MailboxID(trusted: "box-\($0)"), address: try EmailAddress($0), login: $0, grant: grant.id))
        }
        return Directory([.grant(grant)] + mailboxes).isOwner(login, of: grant)
    }

    @Test func thePrincipalOwnsItsOwnMailboxAlone() throws {
        let logins = ["ann@example.org", "desk@example.org"]
        #expect(try isOwner("Ann@example.org", principal: "ann@example.org", logins: logins))
        #expect(try !isOwner("desk@example.org", principal: "ann@example.org", logins: logins))
    }

    @Test func nobodyIsNamedAndThereIsOneMailbox() throws {
        #expect(try isOwner("ann@example.org", principal: nil, logins: ["ann@example.org"]))
    }

    @Test func nobodyIsNamedAndThereAreSeveral() throws {
        let logins = ["ann@example.org", "desk@example.org"]
        #expect(try logins.allSatisfy { try !isOwner($0, principal: nil, logins: logins) })
    }

    @Test func anApplicationOwnsNone() throws {
        #expect(try !isOwner("ann@example.org", principal: nil, logins: ["ann@example.org"], kind: .appOnly))
    }
}
