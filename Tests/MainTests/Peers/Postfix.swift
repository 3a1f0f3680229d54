import Foundation

@testable import Main

/// A stricter submission server than Dovecot, which it asks whose a token is: nobody may be the sender but the owner of the address. Its master needs root.
struct Postfix {
    let submission: Int
    /// Implicit TLS.
    let submissions: Int
    /// Octets of a command line that it takes. What answers a 334 may have 12,288, and no setting makes that less.
    private let lineLimit: Int
    private let folder: String
    private var settings: String { folder + "/etc" }

    init(folder: String, beside dovecot: Dovecot, lineLimit: Int = 16_384) async throws {
        self.folder = folder
        self.lineLimit = lineLimit
        let free = try FreePorts.take(2)
        submission = free[0]
        submissions = free[1]
        try await Program.tool(["/usr/bin/mkdir", "-p"] + ["etc", "spool", "data"].map { folder + "/" + $0 })
        try await Program.tool(["/usr/bin/chown", "postfix", folder + "/data"])
        try mainFile(dovecot).write(toFile: settings + "/main.cf", atomically: true, encoding: .utf8)
        try masterFile.write(toFile: settings + "/master.cf", atomically: true, encoding: .utf8)
        // An address is its login's own and nobody else's.
        try "/^(.*)$/ $1\n".write(toFile: settings + "/logins", atomically: true, encoding: .utf8)
        try await start()
    }

    func start() async throws { try await Program.tool(["/usr/sbin/postfix", "-c", settings, "start"]) }
    func stop() async throws { try await Program.tool(["/usr/sbin/postfix", "-c", settings, "stop"]) }

    static var isInstalled: Bool { geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/lib/postfix/sbin/smtpd") }

    private func mainFile(_ dovecot: Dovecot) -> String {
        """
        compatibility_level = 3.6
        queue_directory = \(folder)/spool
        data_directory = \(folder)/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        myhostname = pf.test
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mydestination =
        mynetworks =
        relayhost = [127.0.0.1]:\(dovecot.ports.sink)
        smtpd_sasl_auth_enable = yes
        smtpd_sasl_type = dovecot
        smtpd_sasl_path = inet:127.0.0.1:\(dovecot.ports.auth)
        smtpd_sasl_security_options = noanonymous
        smtpd_relay_restrictions = permit_sasl_authenticated, reject
        smtpd_sender_login_maps = regexp:\(settings)/logins
        smtpd_sender_restrictions = reject_sender_login_mismatch
        smtpd_tls_security_level = may
        smtpd_tls_auth_only = yes
        smtpd_tls_cert_file = \(dovecot.folder)/cert.pem
        smtpd_tls_key_file = \(dovecot.folder)/key.pem
        line_length_limit = \(lineLimit)
        maillog_file = \(folder)/maillog
        maillog_file_prefixes = \(folder)
        alias_maps =
        local_recipient_maps =

        """
    }

    private var masterFile: String {
        """
        127.0.0.1:\(submission) inet n - n - - smtpd
        127.0.0.1:\(submissions) inet n - n - - smtpd
          -o smtpd_tls_wrappermode=yes
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        flush unix n - n 1000? 0 flush
        proxymap unix - - n - - proxymap
        smtp unix - - n - - smtp
        error unix - - n - - error
        retry unix - - n - - error
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """
    }
}
