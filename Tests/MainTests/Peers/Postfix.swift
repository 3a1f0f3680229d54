import Foundation
import TestSupport

@testable import Main

/// A stricter submission server than Dovecot, which it asks whose a token is: nobody may be the sender but the owner of the address.
struct Postfix {
    let submission: Int
    /// Implicit TLS.
    let submissions: Int
    private let instance: PostfixInstance

    /// `lineLimit`: octets of a command line that it takes. What answers a 334 may have 12,288, and no setting makes that less.
    init(folder: String, beside dovecot: Dovecot, lineLimit: Int = 16_384) async throws {
        let free = try FreePorts.take(2)
        submission = free[0]
        submissions = free[1]
        let doors = [
            "127.0.0.1:\(submission) inet n - n - - smtpd", "127.0.0.1:\(submissions) inet n - n - - smtpd",
            "  -o smtpd_tls_wrappermode=yes",
        ]
        instance = try await PostfixInstance(folder: folder, doors: doors, own: Self.own(folder, dovecot, lineLimit))
        // An address is its login's own and nobody else's.
        try "/^(.*)$/ $1\n".write(toFile: instance.settings + "/logins", atomically: true, encoding: .utf8)
        try await start()
    }

    func start() async throws { try await instance.start() }
    func stop() async throws { try await instance.stop() }

    static var isInstalled: Bool { PostfixInstance.isInstalled }

    private static func own(_ folder: String, _ dovecot: Dovecot, _ lineLimit: Int) -> String {
        """
        myhostname = pf.test
        mynetworks =
        relayhost = [127.0.0.1]:\(dovecot.ports.sink)
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = inet:127.0.0.1:\(dovecot.ports.auth)
        smtpd_sasl_security_options = noanonymous
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        smtpd_sender_login_maps = regexp:\(folder)/etc/logins
        smtpd_sender_restrictions = reject_sender_login_mismatch
        smtpd_tls_security_level = may
        smtpd_tls_auth_only = yes
        smtpd_tls_cert_file = \(dovecot.folder)/cert.pem
        smtpd_tls_key_file = \(dovecot.folder)/key.pem
        line_length_limit = \(lineLimit)
        """
    }
}
