package import Relay
internal import Mail
internal import Testing

/// The directory comes back as it was put, one edition after the other.
package struct DirectoryContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("everyKindComesBack", everyKindComesBack), Fact("anEditIsOneEdition", anEditIsOneEdition),
        Fact("equalIsUnchanged", equalIsUnchanged), Fact("newSpellingIsAChange", newSpellingIsAChange),
        Fact("movedEditionIsRefused", movedEditionIsRefused), Fact("lastChangeOfAThingCounts", lastChangeOfAThingCounts),
        Fact("onlyChangesAreLoaded", onlyChangesAreLoaded), Fact("changesLeadToTheSameDirectory", changesLeadToTheSameDirectory),
        Fact("unknownEditionIsNoticed", unknownEditionIsNoticed), Fact("pagesAreSortedById", pagesAreSortedById),
        Fact("sliceHasWhatAQuestionTouches", sliceHasWhatAQuestionTouches),
        Fact("mailboxThatIsReadComesBack", mailboxThatIsReadComesBack), Fact("aProviderComesBackWhole", aProviderComesBackWhole),
        Fact("whoAnswersForAThingComesBack", whoAnswersForAThingComesBack),
        Fact("anApplicationComesBackWithEachCredential", anApplicationComesBackWithEachCredential),
    ]

    @Sendable func whoAnswersForAThingComesBack() async throws {
        let store = try await make()
        let stewardship = Stewardship(owner: "Ann's team", purpose: "ticket mail", review: Samples.time(86_400))
        let entities = try Samples.everyKind().map { $0.with(stewardship) }
        _ = try await store.apply(DirectoryEdit(entities.map { .put($0) }, by: "root", at: Samples.start))
        let kept = entities.filter { $0.stewardship == stewardship }
        #expect(Set(kept.map(\.kind)) == [.grant, .mailbox, .family, .delegation, .client])
        for entity in kept { #expect(try await store.entity(entity.key) == entity) }
    }

    @Sendable func everyKindComesBack() async throws {
        let store = try await make()
        let entities = try Samples.everyKind()
        #expect(Set(entities.map(\.key.kind)) == Set(EntityKind.allCases))
        let edition = try await store.apply(DirectoryEdit(entities.map { .put($0) }, by: "root", at: Samples.start))
        for entity in entities { #expect(try await store.entity(entity.key) == entity) }
        let directory = try await store.directory()
        #expect(directory.edition == edition)
        #expect(directory.userCount == 2)
        #expect(directory.delegationCount == 2)
        #expect(directory.settings.all.map(\.text) == ["u1", "reply-to"])
        #expect(
            directory.user(UserID(trusted: "u1"))?.addresses.map(\.address.description) == [
                "Ann@example.org", "\"a b\"@xn--bcher-kva.example",
            ])
        #expect(directory.client(ClientID(trusted: "uid"))?.credential == .uid(.max))
        #expect(directory.family(FamilyID(trusted: "fam"))?.transports == [.graph, .smtp])
        #expect(try await store.entity(EntityKey(.user, "nobody")) == nil)
    }

    /// Newer than the oldest stores there are, so the samples of every kind have none.
    @Sendable func mailboxThatIsReadComesBack() async throws {
        let store = try await make()
        var mailbox = try Samples.mailbox()
        mailbox.isRead = true
        _ = try await store.apply(
            Samples.edit(.provider(Samples.provider), .application(Samples.application), .grant(Samples.grant), .mailbox(mailbox)))
        #expect(try await store.directory().mailbox(mailbox.id) == mailbox)
        mailbox.isRead = false
        _ = try await store.apply(Samples.edit(.mailbox(mailbox)))
        #expect(try await store.directory().mailbox(mailbox.id) == mailbox)
    }

    @Sendable func aProviderComesBackWhole() async throws {
        let store = try await make()
        _ = try await store.apply(Samples.edit(.provider(Samples.wholeProvider), .provider(Samples.bareProvider)))
        for provider in [Samples.wholeProvider, Samples.bareProvider] {
            #expect(try await store.directory().provider(provider.id) == provider)
        }
    }

    @Sendable func anApplicationComesBackWithEachCredential() async throws {
        let store = try await make()
        _ = try await store.apply(Samples.edit(.provider(Samples.provider)))
        let place = FederatedTokenAddress(
            url: "https://token.example/?a=b", headers: ["X-Key: env:KEY", "Metadata: true"], member: "value")
        let changes: [@Sendable (inout Application) -> Void] = [
            { $0.certificate = "PEM" }, { $0.serviceAccount = ServiceAccount(address: "a@b.example", keyID: "k") },
            { $0.federatedCredential = .file("/run/\"token\"") }, { $0.federatedCredential = .address(place) },
            { $0.federatedCredential = .address(FederatedTokenAddress(url: "https://token.example/")) },
            { $0.federatedCredential = .managedIdentity(clientID: "c-2") }, { $0.licences = 100 }, { _ in },
        ]
        for change in changes {
            var application = Samples.application
            change(&application)
            _ = try await store.apply(Samples.edit(.application(application)))
            #expect(try await store.directory().application(application.id) == application)
        }
    }

    @Sendable func anEditIsOneEdition() async throws {
        let store = try await make()
        #expect(try await store.directory().edition == Edition(0))
        let first = try await store.apply(Samples.edit(.provider(Samples.provider), .application(Samples.application)))
        let second = try await store.apply(Samples.edit(.grant(Samples.grant)))
        #expect([first, second] == [Edition(1), Edition(2)])
        #expect(try await store.directory().edition == second)
    }

    @Sendable func equalIsUnchanged() async throws {
        let store = try await make()
        let edit = DirectoryEdit(try Samples.everyKind().map { .put($0) }, by: "root", at: Samples.start)
        let edition = try await store.apply(edit)
        let written = try await store.entries(JournalFilter()).count
        #expect(try await store.apply(edit) == edition)
        let nothing = DirectoryEdit([.remove(EntityKey(.user, "nobody"))], by: "root", at: Samples.start)
        #expect(try await store.apply(nothing) == edition)
        #expect(try await store.apply(DirectoryEdit([], by: "root", at: Samples.start)) == edition)
        #expect(try await store.entries(JournalFilter()).count == written)
    }

    @Sendable func newSpellingIsAChange() async throws {
        let store = try await make()
        let before = try await store.apply(Samples.edit(.user(try Samples.user("u", "ann@example.org"))))
        let after = try await store.apply(Samples.edit(.user(try Samples.user("u", "Ann@Example.org"))))
        #expect(after > before)
        #expect(try await store.directory().user(UserID(trusted: "u"))?.primaryAddress?.address.description == "Ann@example.org")
    }

    @Sendable func movedEditionIsRefused() async throws {
        let store = try await make()
        var edit = Samples.edit(.provider(Samples.provider))
        edit.expecting = Edition(5)
        let refused = edit
        #expect(await failure { () throws(StoreFailure) in try await store.apply(refused) } == .editionMoved(now: Edition(0)))
        #expect(try await store.entity(DirectoryEntity.provider(Samples.provider).key) == nil)
        edit.expecting = Edition(0)
        #expect(try await store.apply(edit) == Edition(1))
    }

    @Sendable func lastChangeOfAThingCounts() async throws {
        let store = try await make()
        let key = EntityKey(.user, "u")
        let edit = DirectoryEdit(
            [.put(.user(try Samples.user("u", "a@b.example"))), .remove(key), .put(.user(try Samples.user("u", "c@d.example")))],
            by: "root", at: Samples.start)
        #expect(try await store.apply(edit) == Edition(1))
        #expect(try await store.entity(key) == .user(try Samples.user("u", "c@d.example")))
        let gone = DirectoryEdit([.put(.user(try Samples.user("u", "e@f.example"))), .remove(key)], by: "root", at: Samples.start)
        #expect(try await store.apply(gone) == Edition(2))
        #expect(try await store.entity(key) == nil)
    }

    @Sendable func onlyChangesAreLoaded() async throws {
        let store = try await make()
        let first = try await store.apply(DirectoryEdit(try Samples.everyKind().map { .put($0) }, by: "root", at: Samples.start))
        #expect(try await store.changes(since: first).changes.isEmpty)
        let user = DirectoryEntity.user(try Samples.user("new", "new@example.org"))
        let second = try await store.apply(Samples.edit(user))
        let third = try await store.apply(DirectoryEdit([.remove(EntityKey(.deny, "no"))], by: "root", at: Samples.start))
        let found = try await store.changes(since: first)
        #expect(found.changes == [.put(user), .remove(EntityKey(.deny, "no"))])
        #expect(found.edition == third)
        #expect(try await store.changes(since: second).changes == [.remove(EntityKey(.deny, "no"))])
        #expect(try await store.changes(since: Edition(0)).changes.count == (try Samples.everyKind().count) + 1)
    }

    @Sendable func changesLeadToTheSameDirectory() async throws {
        let store = try await make()
        _ = try await store.apply(DirectoryEdit(try Samples.everyKind().map { .put($0) }, by: "root", at: Samples.start))
        var directory = try await store.directory()
        for edit in [
            Samples.edit(.user(try Samples.user("u1", "other@example.org"))),
            Samples.edit(.mailbox(try Samples.mailbox("box", "moved@example.org"))),
            DirectoryEdit([.remove(EntityKey(.mailbox, "box"))], by: "root", at: Samples.start, cascades: true),
        ] {
            _ = try await store.apply(edit)
            let found = try await store.changes(since: directory.edition)
            directory.apply(found.changes, edition: found.edition)
            let whole = try await store.directory()
            #expect(directory.edition == whole.edition)
            #expect(Set(directory.allUsers) == Set(whole.allUsers))
            #expect(Set(directory.allMailboxes) == Set(whole.allMailboxes))
            #expect(Set(directory.allDelegations) == Set(whole.allDelegations))
            #expect(Set(directory.allDenials) == Set(whole.allDenials))
        }
    }

    /// A store that was restored from a copy stands before what a reader knows.
    @Sendable func unknownEditionIsNoticed() async throws {
        let store = try await make()
        let ahead = await failure { () throws(StoreFailure) in try await store.changes(since: Edition(7)).edition }
        #expect(ahead == .editionMoved(now: Edition(0)))
    }

    @Sendable func pagesAreSortedById() async throws {
        let store = try await make()
        let users = try ["c", "a", "d", "b"].map { DirectoryEntity.user(try Samples.user($0, "\($0)1@example.org", "\($0)2@example.org")) }
        _ = try await store.apply(DirectoryEdit(users.map { .put($0) }, by: "root", at: Samples.start))
        let first = try await store.entities(.user, after: nil, limit: 3)
        #expect(first == [users[1], users[3], users[0]])
        #expect(try await store.entities(.user, after: first.last?.key.id, limit: 3) == [users[2]])
        #expect(try await store.entities(.mailbox, after: nil, limit: 3).isEmpty)
    }

    @Sendable func sliceHasWhatAQuestionTouches() async throws {
        let store = try await make()
        _ = try await store.apply(DirectoryEdit(try Samples.everyKind().map { .put($0) }, by: "root", at: Samples.start))
        _ = try await store.apply(
            Samples.edit(
                .user(try Samples.user("other", "other@elsewhere.example")), .user(try Samples.user("asked", "asked@bücher.example")),
                .delegation(try Samples.delegation("other", "other@elsewhere.example"))))
        let slice = try await store.directory(of: DirectorySlice(addresses: [try EmailAddress("ASKED@xn--bcher-kva.example")]))
        #expect(slice.user(UserID(trusted: "asked")) != nil)
        #expect(slice.user(UserID(trusted: "u1")) != nil, "a setting names it")
        #expect(slice.user(UserID(trusted: "other")) == nil)
        #expect(slice.delegation(DelegationID(trusted: "domain")) != nil)
        #expect(slice.delegation(DelegationID(trusted: "may")) != nil, "for the address of the setting's user")
        #expect(slice.delegation(DelegationID(trusted: "other")) == nil)
        #expect(slice.mailbox(MailboxID(trusted: "box")) != nil)
        let byID = try await store.directory(of: DirectorySlice(users: [UserID(trusted: "other")]))
        #expect(byID.delegation(DelegationID(trusted: "other")) != nil)
    }
}
