import Mail
import Relay
import TestSupport
import Testing

@testable import Store

/// What the journal tells of a setting: whom it names in the part he plays there, and its own words as words.
struct StoryTests {
    private func entry(_ key: SettingKey, _ before: String?, _ after: String?) -> JournalEntry {
        EntityStory(
            key: EntityKey(.setting, key.description), before: before.map { .setting(key, $0) }, after: after.map { .setting(key, $0) }
        ).entry(by: "carol", at: Samples.start)
    }

    @Test func aSenderIsAnAuthorAndNoPerson() {
        let entry = entry(SettingKey(.emailFromUserID), nil, "ann")
        #expect(entry.personal == [.init(.person, "carol"), .init(.author, "ann")])
        #expect(self.entry(SettingKey(.adHocEmailFromAddress), nil, "* Current User *").facts.last == .init("value", "* Current User *"))
    }

    @Test func aWordOfASettingIsNobody() {
        let entry = entry(SettingKey(.delivery), "live", "hold")
        #expect(entry.facts.last == .init("value", "live → hold") && entry.personal == [.init(.person, "carol")])
        #expect(self.entry(SettingKey(.envelope), nil, "by-route").personal.count == 1)
    }

    /// From a word to an address: the address can be erased, the word stays.
    @Test func aWordBesideAnAddressIsAFact() {
        let entry = entry(SettingKey(.delivery), "hold", "redirect test@example.org")
        #expect(entry.facts.suffix(2) == [.init("changed", "value"), .init("from", "hold")])
        #expect(entry.personal == [.init(.person, "carol"), .init(.recipient, "redirect test@example.org")])
    }

    /// A client's own setting is known by its id, which no one knows.
    @Test func aSettingOfAClientIsToldByTheClientsName() {
        let client = Client(id: ClientID(trusted: "c-1"), name: "batch", credential: .uid(7), roles: [.sender])
        let entry = entry(SettingKey(deliveryOf: client.id), nil, "hold")
        let words = entry.facts.map { Directory([.client(client)]).words(of: $0, in: entry) }
        #expect(words == ["setting", "delivery.batch", "added", "hold"])
    }
}
