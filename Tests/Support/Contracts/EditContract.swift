package import Relay
internal import Mail
internal import Testing

/// An edit leaves nothing dangling, and tells the journal who changed what.
package struct EditContract: StoreContract {
    let make: @Sendable () async throws -> any Store

    package init(make: @escaping @Sendable () async throws -> any Store) { self.make = make }

    package static let facts: [Fact<Self>] = [
        Fact("whatIsUsedIsNotRemoved", whatIsUsedIsNotRemoved), Fact("longListsAreCutShort", longListsAreCutShort),
        Fact("cascadeTakesDependents", cascadeTakesDependents), Fact("removingAllTogetherIsFine", removingAllTogetherIsFine),
        Fact("replacingIsFine", replacingIsFine), Fact("danglingReferenceIsRefused", danglingReferenceIsRefused),
        Fact("refusedEditChangesNothing", refusedEditChangesNothing), Fact("trialChangesNothing", trialChangesNothing),
        Fact("clientsCanBeToldApart", clientsCanBeToldApart),
        Fact("settingThatNamesAUserIsAReference", settingThatNamesAUserIsAReference), Fact("referencesAreListed", referencesAreListed),
        Fact("journalTellsFromAndTo", journalTellsFromAndTo), Fact("factsHoldNothingPersonal", factsHoldNothingPersonal),
        Fact("journalTellsOfRemovals", journalTellsOfRemovals),
    ]

    private func filled() async throws -> any Store {
        let store = try await make()
        _ = try await store.apply(DirectoryEdit(try Samples.everyKind().map { .put($0) }, by: "root", at: Samples.start))
        return store
    }

    private func removal(_ kind: EntityKind, _ id: String, cascades: Bool = false) -> DirectoryEdit {
        DirectoryEdit([.remove(EntityKey(kind, id))], by: "root", at: Samples.start, cascades: cascades)
    }

    @Sendable func whatIsUsedIsNotRemoved() async throws {
        let store = try await filled()
        let cases: [(EntityKind, String, String)] = [
            (.provider, "microsoft", "provider microsoft is used by application app"),
            (.application, "app", "application app is used by grant grant"),
            (.grant, "grant", "grant grant is used by mailbox box, family fam"),
            (.mailbox, "box", "mailbox box is used by delegation domain, delegation may, deny no"),
            (.user, "u1", "user u1 is used by setting EMAIL_FROM_USER_ID"),
        ]
        for (kind, id, why) in cases {
            let edit = removal(kind, id)
            #expect(await failure { () throws(StoreFailure) in try await store.apply(edit) } == .conflict(why))
        }
        #expect(try await store.directory().edition == Edition(1))
    }

    @Sendable func longListsAreCutShort() async throws {
        let store = try await filled()
        let more = try (1...9).map { DirectoryEntity.delegation(try Samples.delegation("d\($0)", "d\($0)@example.org")) }
        _ = try await store.apply(DirectoryEdit(more.map { .put($0) }, by: "root", at: Samples.start))
        let edit = removal(.mailbox, "box")
        let refused = await failure { () throws(StoreFailure) in try await store.apply(edit) }
        #expect(refused?.description.hasSuffix("delegation d4, delegation d5 and 7 more") == true)
    }

    @Sendable func cascadeTakesDependents() async throws {
        let store = try await filled()
        let edition = try await store.apply(removal(.application, "app", cascades: true))
        #expect(edition == Edition(2))
        for kind in [EntityKind.application, .grant, .mailbox, .family, .delegation] {
            #expect(try await store.entities(kind, after: nil, limit: 10).isEmpty)
        }
        #expect(try await store.entities(.deny, after: nil, limit: 10).map(\.key.id) == ["none"])
        #expect(try await store.entities(.provider, after: nil, limit: 10).count == 2)
        let removed = try await store.changes(since: Edition(1)).changes
        #expect(removed.count == 7)
        #expect(removed.allSatisfy { if case .remove = $0 { true } else { false } })
    }

    @Sendable func removingAllTogetherIsFine() async throws {
        let store = try await filled()
        let keys = try Samples.everyKind().map(\.key).reversed()
        #expect(try await store.apply(DirectoryEdit(keys.map { .remove($0) }, by: "root", at: Samples.start)) == Edition(2))
        let directory = try await store.directory()
        #expect(directory.userCount + directory.delegationCount == 0)
        #expect(Array(directory.allMailboxes).isEmpty)
    }

    /// The old grant goes in the same edit in which its last mailbox turns to the new one.
    @Sendable func replacingIsFine() async throws {
        let store = try await make()
        _ = try await store.apply(
            Samples.edit(
                .provider(Samples.provider), .application(Samples.application), .grant(Samples.grant), .mailbox(try Samples.mailbox())))
        let new = Grant(id: GrantID(trusted: "new"), name: "New", kind: .consent, application: Samples.application.id, principal: "ann")
        var mailbox = try Samples.mailbox()
        mailbox.grant = new.id
        let edit = DirectoryEdit(
            [.remove(EntityKey(.grant, "grant")), .put(.mailbox(mailbox)), .put(.grant(new))], by: "root", at: Samples.start)
        #expect(try await store.apply(edit) == Edition(2))
        #expect(try await store.entities(.grant, after: nil, limit: 5) == [.grant(new)])
    }

    @Sendable func danglingReferenceIsRefused() async throws {
        let store = try await make()
        let cases: [(DirectoryEntity, String)] = [
            (.application(Samples.application), "application app names the provider microsoft, which does not exist"),
            (.grant(Samples.grant), "grant grant names the application app, which does not exist"),
            (.mailbox(try Samples.mailbox()), "mailbox box names the grant grant, which does not exist"),
            (.delegation(try Samples.delegation()), "delegation may names the mailbox box, which does not exist"),
        ]
        for (entity, why) in cases {
            #expect(await failure { () throws(StoreFailure) in try await store.apply(Samples.edit(entity)) } == .conflict(why))
        }
        #expect(try await store.directory().edition == Edition(0))
    }

    @Sendable func refusedEditChangesNothing() async throws {
        let store = try await make()
        let edit = Samples.edit(.user(try Samples.user("u", "u@example.org")), .grant(Samples.grant))
        #expect(await failure { () throws(StoreFailure) in try await store.apply(edit) }?.isConflict == true)
        #expect(try await store.entity(EntityKey(.user, "u")) == nil)
        #expect(try await store.entries(JournalFilter()).isEmpty)
        #expect(try await store.apply(Samples.edit(.user(try Samples.user("u", "u@example.org")))) == Edition(1))
    }

    /// It ends as the edit would, and leaves nothing, not even in the journal.
    @Sendable func trialChangesNothing() async throws {
        let store = try await filled()
        let entries = try await store.entries(JournalFilter()).count
        var edit = Samples.edit(.user(try Samples.user("late", "late@example.org")))
        edit.isTrial = true
        #expect(try await store.apply(edit) == Edition(2))
        #expect(try await store.entity(EntityKey(.user, "late")) == nil)
        #expect(try await store.directory().edition == Edition(1))
        var refused = removal(.grant, "grant")
        refused.isTrial = true
        let refusal = refused
        #expect(await failure { () throws(StoreFailure) in try await store.apply(refusal) }?.isConflict == true)
        #expect(try await store.entries(JournalFilter()).count == entries)
        // The chain goes on from where it was.
        edit.isTrial = false
        #expect(try await store.apply(edit) == Edition(2))
        #expect(try await store.entries(JournalFilter()).count == entries + 1)
    }

    @Sendable func clientsCanBeToldApart() async throws {
        let store = try await filled()
        let twin = Client(id: ClientID(trusted: "twin"), name: "Twin", credential: .key(sha256: Array(repeating: 9, count: 32)))
        #expect(await failure { () throws(StoreFailure) in try await store.apply(Samples.edit(.client(twin))) }?.isConflict == true)
    }

    @Sendable func settingThatNamesAUserIsAReference() async throws {
        let store = try await filled()
        _ = try await store.apply(removal(.user, "u1", cascades: true))
        #expect(try await store.entity(EntityKey(.setting, "EMAIL_FROM_USER_ID")) == nil)
        #expect(try await store.apply(removal(.user, "bob@example.org")) == Edition(3))
    }

    @Sendable func referencesAreListed() async throws {
        let store = try await filled()
        #expect(
            try await store.references(to: EntityKey(.grant, "grant")) == [EntityKey(.mailbox, "box"), EntityKey(.family, "fam")])
        #expect(try await store.references(to: EntityKey(.client, "printer")).isEmpty)
        #expect(try await store.references(to: EntityKey(.grant, "nothing")).isEmpty)
    }

    @Sendable func journalTellsFromAndTo() async throws {
        let store = try await filled()
        let seen = try await store.entries(JournalFilter()).last?.position
        var mailbox = try Samples.mailbox("box", "new@example.org")
        mailbox.isEnabled = false
        _ = try await store.apply(DirectoryEdit([.put(.mailbox(mailbox))], by: "carol", at: Samples.time(9)))
        let rows = try await store.entries(JournalFilter(after: seen))
        let entry = try #require(rows.first?.entry)
        #expect(rows.count == 1)
        #expect(entry.kind == .changed)
        #expect(entry.at == Samples.time(9))
        #expect(
            entry.facts == [
                .init("entity", "mailbox"), .init("id", "box"), .init("action", "changed"), .init("changed", "address"),
                .init("enabled", "yes → no"),
            ])
        #expect(entry.personal == [.init(.person, "carol"), .init(.mailbox, "box@example.org"), .init(.mailbox, "new@example.org")])
        #expect(try await store.entries(JournalFilter(mailbox: "new@example.org")).count == 1)
    }

    @Sendable func factsHoldNothingPersonal() async throws {
        let store = try await filled()
        for row in try await store.entries(JournalFilter()) {
            let facts = row.entry.facts.map(\.value).joined(separator: " ")
            for personal in ["ann@", "Ann", "bob@", "rob@", "printer@", "root@", "x@y", "ann.login", "login-box"] {
                #expect(!facts.contains(personal), "\(row.entry.facts)")
            }
        }
    }

    @Sendable func journalTellsOfRemovals() async throws {
        let store = try await filled()
        _ = try await store.apply(removal(.delegation, "may"))
        let entry = try #require(try await store.entries(JournalFilter(author: "ann@example.org")).last?.entry)
        #expect(
            entry.facts.prefix(4) == [
                .init("entity", "delegation"), .init("id", "may"), .init("action", "removed"), .init("mailbox", "box"),
            ])
    }
}
