import Foundation
import TestSupport

@testable import Main

/// A real submission, IMAP and POP3 server that signs in with tokens; what it takes goes to Postfix's message sink. Everything on free loopback ports, as a
/// user of its own, in a folder of its own.
struct Dovecot {
    /// How it finds out whose a token is.
    enum Tokens {
        /// It asks a provider's userinfo endpoint.
        case userinfo(String)
        /// It knows the key itself.
        case minted(TokenMint)
    }

    /// Free ports, one for each door.
    struct Ports {
        let submission: Int
        /// Implicit TLS.
        let submissions: Int
        let imap: Int
        /// POP3 with TLS from the first octet.
        let pop3s: Int
        /// Where others ask whose a token is.
        let auth: Int
        /// The message sink's.
        let sink: Int
    }

    let folder: String
    let ports: Ports
    /// PEM file of the certificate that both servers show.
    var certificate: String { folder + "/cert.pem" }
    private let sink: Program

    init(folder: String, tokens: Tokens, mechanisms: String) async throws {
        self.folder = folder
        let free = try FreePorts.take(6)
        ports = Ports(submission: free[0], submissions: free[1], imap: free[2], pop3s: free[3], auth: free[4], sink: free[5])
        try await Program.tool(["/usr/bin/mkdir", "-p"] + ["run", "state", "mail", "sink"].map { folder + "/" + $0 })
        try await Program.tool([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem",
        ])
        try Self.configuration(folder, ports, mechanisms)
            .write(toFile: folder + "/dovecot.conf", atomically: true, encoding: .utf8)
        switch tokens {
        case .userinfo(let address):
            try "introspection_mode = auth\nintrospection_url = \(address)\nusername_attribute = email\n"
                .write(toFile: folder + "/oauth2.conf", atomically: true, encoding: .utf8)
        case .minted(let mint):
            try mint.writeKey(under: folder + "/keys")
            try "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix=\(folder)/keys/\nusername_attribute = email\n"
                .write(toFile: folder + "/oauth2.conf", atomically: true, encoding: .utf8)
        }
        if geteuid() == 0 { try await Program.tool(["/usr/bin/chown", "-R", "mailtest:", folder]) }
        sink = try Program(
            Self.asUser(["/usr/sbin/smtp-sink", "-h", "sink.test", "-8", "-d", "%H%M%S.", "127.0.0.1:\(ports.sink)", "100"]),
            in: folder + "/sink")
        try await Program.tool(Self.asUser(["/usr/sbin/dovecot", "-c", folder + "/dovecot.conf"]))
    }

    /// The messages that have come through, envelope and all.
    func messages() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/sink").sorted().map {
            try String(contentsOfFile: folder + "/sink/" + $0, encoding: .utf8)
        }
    }

    func stop() async throws {
        try await Program.tool(Self.asUser(["/usr/bin/doveadm", "-c", folder + "/dovecot.conf", "stop"]))
        _ = await sink.stop()
    }

    static var isInstalled: Bool {
        ["/usr/sbin/dovecot", "/usr/sbin/smtp-sink", "/usr/bin/curl", "/usr/lib/dovecot/submission", "/usr/lib/dovecot/pop3"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    private static var user: String { geteuid() == 0 ? "mailtest" : NSUserName() }

    private static func asUser(_ words: [String]) -> [String] {
        (geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=mailtest", "--regid=mailtest", "--clear-groups"] : []) + words
    }

    private static func configuration(_ folder: String, _ ports: Ports, _ mechanisms: String) -> String {
        """
        base_dir = \(folder)/run
        state_dir = \(folder)/state
        log_path = \(folder)/log
        default_internal_user = \(user)
        default_internal_group = \(user)
        default_login_user = \(user)
        protocols = imap pop3 submission
        listen = 127.0.0.1
        ssl = yes
        ssl_cert = <\(folder)/cert.pem
        ssl_key = <\(folder)/key.pem
        auth_mechanisms = \(mechanisms)
        auth_failure_delay = 0
        mail_location = maildir:\(folder)/mail/%u
        first_valid_uid = 1
        hostname = submission.test
        submission_relay_host = 127.0.0.1
        submission_relay_port = \(ports.sink)
        passdb {
          driver = oauth2
          mechanisms = \(mechanisms)
          args = \(folder)/oauth2.conf
        }
        userdb {
          driver = static
          args = uid=\(user) gid=\(user) home=\(folder)/mail/%u
        }
        service anvil {
          chroot =
          unix_listener anvil-auth-penalty {
            mode = 0
          }
        }
        service imap-login {
          chroot =
          inet_listener imap {
            port = \(ports.imap)
          }
          inet_listener imaps {
            port = 0
          }
        }
        service pop3-login {
          chroot =
          inet_listener pop3 {
            port = 0
          }
          inet_listener pop3s {
            port = \(ports.pop3s)
            ssl = yes
          }
        }
        service submission-login {
          chroot =
          inet_listener submission {
            port = \(ports.submission)
          }
          inet_listener submissions {
            port = \(ports.submissions)
            ssl = yes
          }
        }
        service auth {
          inet_listener {
            address = 127.0.0.1
            port = \(ports.auth)
          }
        }
        """
    }
}
