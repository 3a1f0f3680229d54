import Foundation
import Mail
import NIOPosix
import Relay
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import SMTPGateway

/// The server on real sockets: TLS both ways, limits, reload, and a stop that loses nothing.
@Suite(.timeLimit(.minutes(20)))
struct LiveTests {
    private static let signIn = "AUTH PLAIN AGFwcABzZXNhbWU="

    private func settings(tls: Bool = false, implicit: Bool = false) throws -> GatewaySettings {
        var listeners = [GatewaySettings.Listener(host: "127.0.0.1", port: 0)]
        if implicit { listeners.append(.init(host: "127.0.0.1", port: 0, isImplicitTLS: true)) }
        var settings = GatewaySettings(listeners: listeners, hostName: "mail.example")
        if tls || implicit { settings.identity = try LiveGateway.identity() }
        return settings
    }

    private func hand(over client: LiveClient, _ text: String = "hello") async throws -> String {
        try await client.say("MAIL FROM:<ann@example.org>")
        try await client.say("RCPT TO:<rob@example.com>")
        try await client.say("DATA")
        return try await client.say("From: ann@example.org\r\nSubject: x\r\n\r\n\(text)\r\n.")
    }

    private func signedIn(_ port: Int, tls: String? = nil) async throws -> LiveClient {
        let client = try await LiveClient.connect(port, tls: tls)
        #expect(try await client.reply().hasPrefix("220 mail.example"))
        try await client.say("EHLO cli.test")
        #expect(try await client.say(Self.signIn).hasPrefix("235"))
        return client
    }

    @Test func startTLSProtectsWhatFollows() async throws {
        try await LiveGateway.with(settings(tls: true)) { live in
            let client = try await LiveClient.connect(live.port())
            _ = try await client.reply()
            try await client.say("EHLO cli.test")
            #expect(try await client.say("STARTTLS") == "220 2.0.0 go ahead")
            try await client.startTLS(LiveGateway.authority)
            try await client.say("EHLO cli.test")
            #expect(try await client.say(Self.signIn).hasPrefix("235"))
            #expect(try await hand(over: client).hasPrefix("250 2.0.0 kept as m"))
            await client.close()
            let kept = try #require(await live.store.keptMessages.first)
            let header = try #require(try await live.store.show(kept)).message.header
            #expect(String(decoding: header, as: UTF8.self).contains("with ESMTPSA id"))
        }
    }

    /// CVE-2011-0411 and its kin: a command that is sent in clear behind STARTTLS must not be done within TLS.
    @Test func whatIsSentBehindStartTLSIsNotRead() async throws {
        try await LiveGateway.with(settings(tls: true)) { live in
            let client = try await LiveClient.connect(live.port())
            _ = try await client.reply()
            try await client.say("EHLO cli.test")
            try await client.write("STARTTLS\r\nNOOP injected\r\n")
            #expect(try await client.reply() == "220 2.0.0 go ahead")
            try await client.startTLS(LiveGateway.authority)
            #expect(try await client.say("MAIL FROM:<ann@example.org>") == "503 5.5.1 EHLO comes first", "and no answer to NOOP before it")
            await client.close()
        }
    }

    @Test func implicitTLSBeginsAtOnce() async throws {
        try await LiveGateway.with(settings(implicit: true)) { live in
            let client = try await signedIn(live.port(isImplicitTLS: true), tls: LiveGateway.authority)
            #expect(try await hand(over: client).hasPrefix("250"))
            #expect(try await client.say("STARTTLS") == "503 5.5.1 TLS is on already")
            await client.close()
        }
    }

    /// A line that breaks off in the middle of a big message, again and again, must not fill the disk.
    /// No core is woken for it.
    @Test func aMessageIsTakenWhereItsConnectionIs() async throws {
        let loops = Mutex<[Bool]>([])
        try await LiveGateway.with(deciding: {
            loops.withLock { $0.append(MultiThreadedEventLoopGroup.currentEventLoop != nil) }
        }) { live in
            let client = try await signedIn(live.port())
            #expect(try await hand(over: client).hasPrefix("250"))
        }
        #expect(loops.withLock { $0 } == [true])
    }

    @Test func whatIsCutOffIsDiscarded() async throws {
        let store = MemoryStore()
        let (written, discarded) = (FakeGate(), FakeGate())
        written.open()
        discarded.open()
        await store.stopReturning(.write, at: written)
        await store.stopReturning(.discard, at: discarded)
        try await LiveGateway.with(store: store) { live in
            let client = try await signedIn(live.port())
            try await client.say("MAIL FROM:<ann@example.org>")
            try await client.say("RCPT TO:<rob@example.com>")
            try await client.say("DATA")
            let line = String(repeating: "x", count: 70) + "\r\n"
            try await client.write("From: ann@example.org\r\n\r\n" + String(repeating: line, count: AcceptedMessage.chunkSize / 64))
            await written.arrival()
            await client.close()
            await discarded.arrival()
            #expect(await store.piecesKept == 0)
            #expect(await store.keptMessages.isEmpty)
        }
    }

    @Test func oneAddressHasItsShareAndNoMore() async throws {
        var settings = try settings()
        settings.connectionsPerAddress = 2
        try await LiveGateway.with(settings) { live in
            let first = try await signedIn(live.port())
            let second = try await signedIn(live.port())
            let third = try await LiveClient.connect(live.port())
            #expect(try await third.reply() == "421 4.7.0 too many connections: come again later")
            await third.isClosed()
            await second.close()
            #expect(try await hand(over: first).hasPrefix("250"), "those who are there are not harmed")
            var next: LiveClient?
            // The place is free when the server has seen the end.
            while next == nil {
                let client = try await LiveClient.connect(live.port())
                if try await client.reply().hasPrefix("220") { next = client }
            }
            await next?.close()
            await first.close()
        }
    }

    @Test func guessersAreSentAwayAndTheRightClientIsNot() async throws {
        try await LiveGateway.with(settings()) { live in
            let right = try await signedIn(live.port())
            await withTaskGroup { group in
                for _ in 0..<12 {
                    group.addTask {
                        guard let client = try? await LiveClient.connect(live.port()) else { return }  // then it guesses nothing
                        _ = try? await client.reply()
                        _ = try? await client.say("EHLO cli.test")
                        try? await client.write("AUTH PLAIN AGFwcABndWVzcw==\r\n")
                        // Answers take seconds; nobody waits for them here.
                    }
                }
                await group.waitForAll()
            }
            let again = try await signedIn(live.port())
            for client in [right, again] { #expect(try await hand(over: client).hasPrefix("250")) }
            await right.close()
            await again.close()
        }
    }

    @Test func aStopFinishesWhatIsUnderWay() async throws {
        let store = MemoryStore()
        let gate = FakeGate()
        await store.stop(.accept, at: gate)
        try await LiveGateway.with(settings(), store: store) { live in
            let idle = try await signedIn(live.port())
            let busy = try await signedIn(live.port())
            try await busy.say("MAIL FROM:<ann@example.org>")
            try await busy.say("RCPT TO:<rob@example.com>")
            try await busy.say("DATA")
            try await busy.write("From: ann@example.org\r\n\r\nhello\r\n.\r\n")
            await gate.arrival()
            await live.group.triggerGracefulShutdown()
            #expect(try await idle.reply() == "421 4.3.2 the service stops: come again later")
            await idle.isClosed()
            gate.open()
            #expect(try await busy.reply().hasPrefix("250 2.0.0 kept as m"))
            #expect(try await busy.reply() == "421 4.3.2 the service stops: come again later")
            await busy.isClosed()
        }
        #expect(await store.keptMessages.count == 1)
    }

    @Test func anotherCertificateIsShownFromNowOn() async throws {
        try await LiveGateway.with(settings(implicit: true)) { live in
            let before = try await signedIn(live.port(isImplicitTLS: true), tls: LiveGateway.authority)
            var changed = try settings(implicit: true)
            changed.identity = try LiveGateway.identity("elsewhere")
            try live.gateway.reload(changed)
            await live.isReady(2)
            #expect(try await hand(over: before).hasPrefix("250"), "a connection that is open stays as it is")
            let after = try await LiveClient.connect(live.port(isImplicitTLS: true), tls: LiveGateway.authority)
            // Its name is another now, which this client does not take.
            await #expect(throws: LiveClient.Closed.self) { try await after.reply() }
            await before.close()
        }
    }

    @Test func aBadCertificateChangesNothing() async throws {
        try await LiveGateway.with(settings(tls: true)) { live in
            var changed = try settings(tls: true)
            changed.identity?.key = Array("no key".utf8)
            #expect(throws: GatewayFailure.badCertificate) { try live.gateway.reload(changed) }
            let client = try await signedIn(live.port())
            #expect(try await client.say("STARTTLS") == "220 2.0.0 go ahead")
            await client.close()
        }
    }

    @Test func placesAreMovedWithoutEndingAConnection() async throws {
        try await LiveGateway.with(settings()) { live in
            let before = try await signedIn(live.port())
            let old = live.port()
            var moved = try settings()
            moved.listeners = [.init(host: "localhost", port: 0)]
            try live.gateway.reload(moved)
            await live.listensAgain(2)
            #expect(live.port() != old)
            #expect(try await hand(over: before).hasPrefix("250"))
            let after = try await signedIn(live.port())
            #expect(try await hand(over: after).hasPrefix("250"))
            await before.close()
            await after.close()
        }
    }

    @Test func aTakenPortIsToldInWords() async throws {
        try await LiveGateway.with(settings()) { live in
            let place = GatewaySettings.Listener(host: "127.0.0.1", port: live.port())
            await #expect(throws: GatewayFailure.cannotListen("\(place)", "Address already in use; smtp.listen names another place")) {
                try await LiveGateway.with(GatewaySettings(listeners: [place], hostName: "mail.example")) { _ in }
            }
        }
    }

    /// The kernel says who it is: no name and no key.
    @Test func theLocalSocketKnowsItsCaller() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "mandate-\(UUID().uuidString.prefix(8)).socket").path
        var settings = try settings()
        settings.socketPath = path
        try await LiveGateway.with(settings) { live in
            let client = try await LiveClient.connect(0, path: path)
            #expect(try await client.reply().hasPrefix("220"))
            try await client.say("EHLO cli.test")
            #expect(try await hand(over: client).hasPrefix("250"), "the store's owner needs no client")
            await client.close()
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    /// 40 MB while no more than a piece of it waits at any time.
    @Test func aLargeMessageNeverStandsWhole() async throws {
        try await LiveGateway.with(settings()) { live in
            let client = try await signedIn(live.port())
            try await client.say("MAIL FROM:<ann@example.org>")
            try await client.say("RCPT TO:<rob@example.com>")
            try await client.say("DATA")
            try await client.write("From: ann@example.org\r\n\r\n")
            let line = String(repeating: "x", count: 998) + "\r\n"
            let block = String(repeating: line, count: 1024)
            for _ in 0..<40 { try await client.write(block) }
            #expect(try await client.say(".").hasPrefix("250"))
            let kept = try #require(await live.store.keptMessages.first)
            #expect(try await live.store.show(kept)?.message.bodySize == 40 * 1024 * 1000)
            #expect(await live.store.largestChunk <= AcceptedMessage.chunkSize)
            await client.close()
        }
    }
}
