import Mail
import Relay
import Testing

import struct FoundationEssentials.Date

@testable import Web

/// Cookies of log-ins, and what is guessed in vain.
struct SessionTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)
    private static let keeper = SessionKeeper(key: Secret(Array(repeating: 7, count: 32)))

    private static func client(_ digest: UInt8 = 1, isEnabled: Bool = true) -> Client {
        Client(
            id: ClientID(trusted: "ann.lee"), name: "ann", credential: .key(sha256: Array(repeating: digest, count: 32)),
            roles: [.administrator],
            isEnabled: isEnabled)
    }

    private static func directory(_ client: Client) -> Directory { Directory([.client(client)]) }

    private static let session = Session(client: ClientID(trusted: "ann.lee"), startedAt: start, nonce: "0123456789abcdef")

    /// What is no time of ours ends neither the process nor in a log-in.
    @Test(arguments: ["inf", "nan", "1e300", "-inf", "9223372036854775808", "", "1.5"]) func aTimeThatIsNoneIsNobodys(_ time: String) {
        let id = Array("ann.lee".utf8).hexadecimal
        #expect(Self.keeper.session("\(id).\(time).00.00", in: Self.directory(Self.client()), at: Self.start) == nil)
    }

    @Test func aCookieIsItsClientsForTwelveHours() {
        let cookie = Self.keeper.cookie(Self.session, of: Self.client())
        for (seconds, isGood) in [(0.0, true), (Session.life - 1, true), (Session.life, false), (-59, true), (-61, false)] {
            let found = Self.keeper.session(cookie, in: Self.directory(Self.client()), at: Self.start.addingTimeInterval(seconds))
            #expect((found?.session == Self.session) == isGood, "\(seconds)")
        }
    }

    @Test func anotherKeyOrARevocationEndsIt() {
        let cookie = Self.keeper.cookie(Self.session, of: Self.client())
        #expect(Self.keeper.session(cookie, in: Self.directory(Self.client(2)), at: Self.start) == nil)
        #expect(Self.keeper.session(cookie, in: Self.directory(Self.client(isEnabled: false)), at: Self.start) == nil)
        #expect(Self.keeper.session(cookie, in: Directory(), at: Self.start) == nil)
        let other = SessionKeeper(key: Secret(Array(repeating: 8, count: 32)))
        #expect(other.session(cookie, in: Self.directory(Self.client()), at: Self.start) == nil)
    }

    /// Every octet of it is signed.
    @Test func noOctetOfACookieCanBeChanged() {
        let cookie = Array(Self.keeper.cookie(Self.session, of: Self.client()).utf8)
        for place in cookie.indices {
            var changed = cookie
            changed[place] = changed[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            let text = String(decoding: changed, as: UTF8.self)
            #expect(Self.keeper.session(text, in: Self.directory(Self.client()), at: Self.start) == nil, "\(place)")
        }
        for text in ["", ".", "...", "a.b.c.d", String(repeating: ".", count: 1000)] {
            #expect(Self.keeper.session(text, in: Self.directory(Self.client()), at: Self.start) == nil)
        }
    }

    @Test func aLogOutIsForEver() {
        let keeper = SessionKeeper(key: Secret(Array(repeating: 9, count: 32)))
        let cookie = keeper.cookie(Self.session, of: Self.client())
        keeper.end(Self.session, at: Self.start)
        #expect(keeper.session(cookie, in: Self.directory(Self.client()), at: Self.start) == nil)
        keeper.end(
            Session(client: ClientID(trusted: "x"), startedAt: Self.start, nonce: "other"),
            at: Self.start.addingTimeInterval(Session.life - 1))
        #expect(keeper.session(cookie, in: Self.directory(Self.client()), at: Self.start) == nil)
    }

    @Test func aFormsTokenIsItsSessionsOwn() {
        let other = Session(client: Self.session.client, startedAt: Self.start, nonce: "fedcba9876543210")
        #expect(Self.keeper.formToken(Self.session) != Self.keeper.formToken(other))
        #expect(Self.keeper.formToken(Self.session) != Self.keeper.formToken(stranger: Self.session.nonce))
    }

    @Test func guessingIsMadeSlow() throws {
        let tries = PasswordTries()
        let home = try #require(IPAddress("192.0.2.1"))
        let one = tries.visitors(name: "a", from: home, browser: nil)
        for _ in 0..<4 { tries.failed(one, at: Self.start) }
        #expect(tries.wait(one, at: Self.start) == 0)
        let waits = (0..<12).map { _ in
            tries.failed(one, at: Self.start)
            return tries.wait(one, at: Self.start)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
        #expect(tries.wait(one, at: Self.start.addingTimeInterval(900)) == 0)
        // Neither another name there, nor the same from elsewhere.
        #expect(tries.wait(tries.visitors(name: "b", from: home, browser: nil), at: Self.start) == 0)
        let elsewhere = try #require(IPAddress("192.0.2.2"))
        #expect(tries.wait(tries.visitors(name: "a", from: elsewhere, browser: nil), at: Self.start) == 0)
        tries.succeeded(one)
        #expect(tries.wait(one, at: Self.start) == 0)
    }

    /// From a thousand places at once a name is guessed at no faster, and a browser that it was let in with stays in.
    @Test func aCrowdIsOneGuesserAndKnownBrowsersAreNot() throws {
        let tries = PasswordTries()
        for number in 0..<110 {
            let place = try #require(IPAddress("2001:db8:0:\(String(number, radix: 16))::1"))
            tries.failed(tries.visitors(name: "Ann", from: place, browser: nil), at: Self.start)
        }
        let home = try #require(IPAddress("192.0.2.1"))
        #expect(tries.wait(tries.visitors(name: "ann", from: home, browser: nil), at: Self.start) > 0)
        let known = tries.visitors(name: "ann", from: home, browser: "0123")
        #expect(tries.wait(known, at: Self.start) == 0)
        for _ in 0..<6 { tries.failed(known, at: Self.start) }
        #expect(tries.wait(known, at: Self.start) > 0, "a browser that was stolen guesses no faster")
    }

    @Test func aBrowserIsKnownByWhomItLetInForHalfAYear() throws {
        let browsers = KnownBrowsers(vault: try Vault(key: Secret(Array(repeating: 3, count: 32))))
        let ann = Self.session.client
        let cookie = browsers.cookie(of: ann, nonce: "77", at: Self.start)
        #expect(browsers.nonce(cookie, of: ann, at: Self.start.addingTimeInterval(KnownBrowsers.life - 1)) == "77")
        #expect(browsers.nonce(cookie, of: ann, at: Self.start.addingTimeInterval(KnownBrowsers.life)) == nil)
        #expect(browsers.nonce(cookie, of: ClientID(trusted: "rob"), at: Self.start) == nil)
        let other = KnownBrowsers(vault: try Vault(key: Secret(Array(repeating: 4, count: 32))))
        #expect(other.nonce(cookie, of: ann, at: Self.start) == nil)
        for text in ["", "...", cookie + "0", String(cookie.dropLast()), cookie.replacing("77", with: "78")] {
            #expect(browsers.nonce(text, of: ann, at: Self.start) == nil, "\(text)")
        }
    }
}
