import Mail
import Relay
import Testing

import struct FoundationEssentials.Date

@testable import Web

/// Cookies of log-ins, and what is guessed in vain.
struct SessionTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)
    private static var keeper: SessionKeeper { SessionKeeper(key: Secret(Array(repeating: 7, count: 32))) }

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

    @Test func aCookieIsItsClientsForTwelveHoursInUse() {
        let keeper = Self.keeper
        let cookie = keeper.begin(Self.session, of: Self.client())
        func goesOn(_ seconds: Double) -> Bool {
            keeper.session(cookie, in: Self.directory(Self.client()), at: Self.start.addingTimeInterval(seconds))?.session == Self.session
        }
        #expect(goesOn(0) && goesOn(-59))
        #expect(!goesOn(-61))
        for hour in 1..<12 { #expect(goesOn(Double(hour) * 3600), "\(hour)") }
        #expect(goesOn(Session.life - 1))
        #expect(!goesOn(Session.life))
    }

    /// Who goes away from the desk is signed out; who works is not, and a look that came too late does not revive it.
    @Test func aSessionThatNobodyUsesEnds() {
        let keeper = Self.keeper
        let cookie = keeper.begin(Self.session, of: Self.client())
        func goesOn(_ seconds: Double) -> Bool {
            keeper.session(cookie, in: Self.directory(Self.client()), at: Self.start.addingTimeInterval(seconds)) != nil
        }
        #expect(goesOn(Session.idle - 1))
        #expect(goesOn(2 * Session.idle - 2))
        #expect(!goesOn(3 * Session.idle))
        #expect(!goesOn(3 * Session.idle))
    }

    @Test func somebodySeesAndEndsTheOwnSessionsAlone() {
        let keeper = Self.keeper
        let ann = Self.client()
        let cookie = keeper.begin(Self.session, of: ann, from: "192.0.2.1", with: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
        let other = Session(client: ann.id, startedAt: Self.start.addingTimeInterval(60), nonce: "77")
        let otherCookie = keeper.begin(other, of: ann)
        let stranger = Session(client: ClientID(trusted: "rob"), startedAt: Self.start, nonce: "88")
        _ = keeper.begin(stranger, of: ann)
        let records = keeper.sessions(of: ann.id, at: Self.start.addingTimeInterval(60))
        #expect(records.map(\.session) == [other, Self.session])
        #expect(records.last?.address == "192.0.2.1")
        #expect(records.allSatisfy { !$0.id.contains($0.session.nonce) })
        #expect(!keeper.end(records[0].id, of: stranger.client), "it is not his")
        #expect(keeper.end(records[0].id, of: ann.id))
        #expect(keeper.session(otherCookie, in: Self.directory(ann), at: Self.start.addingTimeInterval(61)) == nil)
        #expect(keeper.session(cookie, in: Self.directory(ann), at: Self.start.addingTimeInterval(61)) != nil)
        _ = keeper.begin(other, of: ann)
        #expect(keeper.endOthers(than: Self.session, at: Self.start.addingTimeInterval(62)) == 1)
        #expect(keeper.sessions(of: ann.id, at: Self.start.addingTimeInterval(62)).map(\.session) == [Self.session])
        #expect(keeper.sessions(of: stranger.client, at: Self.start).count == 1)
    }

    /// Two instances on one host, by port or by path, do not sign each other's people out.
    @Test(arguments: [
        ("http://localhost:8025", false, "mandate-session-8025"), ("http://localhost:8026", false, "mandate-session-8026"),
        ("https://mail.example.org", true, "__Host-mandate-session-443"),
        ("https://mail.example.org/one/two", true, "__Secure-mandate-session-443-one-two"),
    ]) func aCookiesNameIsItsInstancesOwn(_ address: String, _ isSecure: Bool, _ name: String) throws {
        let authenticator = Authenticator(
            address: try #require(PublicAddress(address)), isSecure: isSecure, proxies: [], sessions: Self.keeper,
            browsers: KnownBrowsers(vault: try Vault(key: Secret(Array(repeating: 3, count: 32)))), directory: { Directory() },
            now: { Self.start })
        #expect(authenticator.cookieName == name)
    }

    @Test func anotherKeyOrARevocationEndsIt() {
        let keeper = Self.keeper
        let cookie = keeper.begin(Self.session, of: Self.client())
        #expect(keeper.session(cookie, in: Self.directory(Self.client(2)), at: Self.start) == nil)
        #expect(keeper.session(cookie, in: Self.directory(Self.client(isEnabled: false)), at: Self.start) == nil)
        #expect(keeper.session(cookie, in: Directory(), at: Self.start) == nil)
        let other = SessionKeeper(key: Secret(Array(repeating: 8, count: 32)))
        #expect(other.session(cookie, in: Self.directory(Self.client()), at: Self.start) == nil)
    }

    /// Every octet of it is signed.
    @Test func noOctetOfACookieCanBeChanged() {
        let keeper = Self.keeper
        let cookie = Array(keeper.begin(Self.session, of: Self.client()).utf8)
        for place in cookie.indices {
            var changed = cookie
            changed[place] = changed[place] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            let text = String(decoding: changed, as: UTF8.self)
            #expect(keeper.session(text, in: Self.directory(Self.client()), at: Self.start) == nil, "\(place)")
        }
        for text in ["", ".", "...", "a.b.c.d", String(repeating: ".", count: 1000)] {
            #expect(keeper.session(text, in: Self.directory(Self.client()), at: Self.start) == nil)
        }
    }

    @Test func aLogOutIsForEver() {
        let keeper = Self.keeper
        let cookie = keeper.begin(Self.session, of: Self.client())
        keeper.end(Self.session)
        #expect(keeper.session(cookie, in: Self.directory(Self.client()), at: Self.start) == nil)
    }

    @Test func aFormsTokenIsItsSessionsOwn() {
        let other = Session(client: Self.session.client, startedAt: Self.start, nonce: "fedcba9876543210")
        let keeper = Self.keeper
        #expect(keeper.formToken(Self.session) != keeper.formToken(other))
        #expect(keeper.formToken(Self.session) != keeper.formToken(stranger: Self.session.nonce))
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
