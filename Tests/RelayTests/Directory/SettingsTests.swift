import Mail
import Testing

@testable import Relay

/// What settings mean is worked out when they are set, and must be what their texts say at any time.
struct SettingsTests {
    @Test func whatIsNotSetIsAsUsual() {
        let settings = Settings()
        for purpose in [nil] + Purpose.allCases {
            #expect(settings.mode(purpose) == .from)
            #expect(settings.replyPolicy(purpose) == .author)
            #expect(settings.fallback(purpose) == .replyTo)
            #expect(settings.carrier(purpose) == nil)
        }
        #expect(settings.sender(.emailFromUserID) == nil)
        #expect(settings.intake == nil)
        #expect(settings.organisation == nil)
        #expect(settings.signaturePolicy == .strip)
        #expect(settings.envelopePolicy == .byRoute)
        #expect(!settings.keepsOriginalFrom)
        #expect(settings.template.phrase(name: "Ann", organisation: "Example") == "Ann via Example")
    }

    @Test func aPurposeHasItsOwnOrWhatHoldsForAll() {
        var settings = Settings([SettingKey(.mode): "reply-to", SettingKey(.carrier): "batch@example.org"])
        settings[SettingKey(.mode, for: .adHoc)] = "from"
        settings[SettingKey(.fallback, for: .administrator)] = "hold"
        settings[SettingKey(.reply, for: .notification)] = "both"
        settings[SettingKey(.carrier, for: .adHoc)] = "ann"
        #expect(([nil] + Purpose.allCases).map { settings.mode($0) } == [.replyTo, .replyTo, .from, .replyTo])
        #expect(([nil] + Purpose.allCases).map { settings.fallback($0) } == [.replyTo, .replyTo, .replyTo, .hold])
        #expect(([nil] + Purpose.allCases).map { settings.replyPolicy($0) } == [.author, .both, .author, .author])
        #expect(
            ([nil] + Purpose.allCases).map { settings.carrier($0)?.text } == [
                "batch@example.org", "batch@example.org", "ann", "batch@example.org",
            ])
        settings[SettingKey(.mode)] = nil
        settings[SettingKey(.mode, for: .adHoc)] = nil
        #expect(settings.mode(.adHoc) == .from)
    }

    /// A user may come to be, or to be no more, after the setting was made.
    @Test func whomATextNamesIsSeenWhenItIsRead() throws {
        let ann = UserID(trusted: "ann@example.org")
        let settings = Settings([SettingKey(.emailFromUserID): " ann@example.org ", SettingKey(.adHocEmailFromAddress): "* current USER *"])
        let sender = try #require(settings.sender(.emailFromUserID))
        #expect(sender.text == " ann@example.org ")
        #expect(sender.meaning { $0 == ann } == .user(ann))
        #expect(sender.meaning { _ in false } == .address(try EmailAddress("ann@example.org")))
        #expect(settings.sender(.adHocEmailFromAddress)?.meaning { _ in false } == .currentUser)
    }

    @Test(arguments: [
        ("{name} via {organisation}", "Ann {organisation} via O{name}"), ("{organisation}: {name}", "O{name}: Ann {organisation}"),
        ("{name}", "Ann {organisation}"), ("{name}{name} {", "Ann {organisation}Ann {organisation} {"),
        ("– {name} –", "– Ann {organisation} –"),
    ])
    func noPlaceInWhatIsFilledInIsFilled(_ template: String, _ phrase: String) {
        let settings = Settings([SettingKey(.template): template])
        #expect(settings.template.phrase(name: "Ann {organisation}", organisation: "O{name}") == phrase)
    }
}
