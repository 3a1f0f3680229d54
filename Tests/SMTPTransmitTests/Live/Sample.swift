import Foundation
import Mail
import NIOPosix
import Relay
import TestSupport

@testable import SMTPTransmit

/// Messages and clients for the live tests.
enum Sample {
    static func client(_ change: (inout TransmitSettings) -> Void = { _ in }) -> SMTPTransmit {
        var settings = TransmitSettings(now: { Date(timeIntervalSince1970: 1_795_000_000) })  // 2027: between the fixtures' dates
        // A busy machine may keep a test from its turn for longer than a connection is kept.
        settings.idleLimit = .seconds(1200)
        change(&settings)
        return SMTPTransmit(group: MultiThreadedEventLoopGroup.singleton, settings: settings)
    }

    static func message(
        _ port: Int, login: String = "robot@example.org", token: String = "token-of-robot", to: [String] = ["bob@example.net"],
        header: String = "Subject: x\r\n", body: [String] = ["Hello.\r\n"], security: MailEndpoint.Security = .startTLS,
        host: String = "localhost", trust: String? = nil
    ) throws -> OutgoingMessage {
        let pieces = body.map { Array($0.utf8) }
        let recipients = try to.map { Recipient(address: try EmailAddress($0)) }
        return OutgoingMessage(
            endpoint: MailEndpoint(host: host, port: port, security: security),
            trustedCertificates: try trust ?? ServerManners.pem("authority"), login: login, token: Secret(token),
            envelope: Envelope(sender: .address(try EmailAddress("ann@example.org")), recipients: recipients),
            header: Array(header.utf8), bodySize: pieces.reduce(0) { $0 + $1.count },
            wholeBody: pieces.count > 1 ? nil : pieces.first ?? [],
            body: { index in index < pieces.count ? pieces[index] : nil })
    }

    /// The failure of a send that must fail.
    static func failure(_ client: SMTPTransmit, _ message: OutgoingMessage) async -> TransmitFailure? {
        do throws(TransmitFailure) {
            _ = try await client.send(message)
            return nil
        } catch {
            return error
        }
    }
}
