import Foundation

@testable import Main

/// A real Postfix that hands everything to us, as a company's mail server does: signed in with a client's name and key. Its master needs root.
struct RelayingPostfix {
    let port: Int
    private let folder: String
    private var settings: String { folder + "/etc" }

    init(folder: String, to house: ServedHouse) async throws {
        self.folder = folder
        port = try FreePorts.take(1)[0]
        try await Program.tool(["/usr/bin/mkdir", "-p"] + ["etc", "spool", "data"].map { folder + "/" + $0 })
        try await Program.tool(["/usr/bin/chown", "postfix", folder + "/data"])
        try mainFile(house).write(toFile: settings + "/main.cf", atomically: true, encoding: .utf8)
        try masterFile.write(toFile: settings + "/master.cf", atomically: true, encoding: .utf8)
        try await Program.tool(["/usr/sbin/postfix", "-c", settings, "start"])
    }

    func stop() async throws { try await Program.tool(["/usr/sbin/postfix", "-c", settings, "stop"]) }

    private func mainFile(_ house: ServedHouse) -> String {
        """
        compatibility_level = 3.6
        queue_directory = \(folder)/spool
        data_directory = \(folder)/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        myhostname = pf.fabrikam.example
        myorigin = fabrikam.example
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mydestination =
        mynetworks = 127.0.0.0/8
        smtpd_relay_restrictions = permit_mynetworks, reject
        relayhost = [127.0.0.1]:\(house.port)
        smtp_sasl_auth_enable = yes
        smtp_sasl_password_maps = inline:{[127.0.0.1]:\(house.port)=app:\(house.key)}
        smtp_sasl_security_options = noanonymous
        smtp_tls_security_level = none
        maillog_file = \(folder)/maillog
        maillog_file_prefixes = \(folder)
        alias_maps =
        local_recipient_maps =

        """
    }

    private var masterFile: String {
        """
        127.0.0.1:\(port) inet n - n - - smtpd
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
