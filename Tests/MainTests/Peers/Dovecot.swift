import Foundation

@testable import Main

/// A real submission and IMAP server that signs in with tokens, asking a real provider's userinfo endpoint whose they are; what it takes goes to
/// Postfix's message sink. Everything on free loopback ports, as a user of its own, in a folder of its own.
struct Dovecot {
    let folder: String
    let submission: Int
    let imap: Int
    /// PEM file of the certificate that both servers show.
    var certificate: String { folder + "/cert.pem" }
    private let sink: Program

    init(folder: String, userinfo: String, mechanisms: String) async throws {
        self.folder = folder
        let ports = try FreePorts.take(3)
        submission = ports[0]
        imap = ports[1]
        try await Self.tool(["/usr/bin/mkdir", "-p"] + ["run", "state", "mail", "sink"].map { folder + "/" + $0 })
        try await Self.tool([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem",
        ])
        try Self.configuration(folder, submission: submission, imap: imap, relay: ports[2], mechanisms)
            .write(toFile: folder + "/dovecot.conf", atomically: true, encoding: .utf8)
        try "introspection_mode = auth\nintrospection_url = \(userinfo)\nusername_attribute = email\n"
            .write(toFile: folder + "/oauth2.conf", atomically: true, encoding: .utf8)
        if geteuid() == 0 { try await Self.tool(["/usr/bin/chown", "-R", "mailtest:", folder]) }
        sink = try Program(
            Self.asUser(["/usr/sbin/smtp-sink", "-h", "sink.test", "-8", "-d", "%H%M%S.", "127.0.0.1:\(ports[2])", "100"]),
            in: folder + "/sink")
        try await Self.tool(Self.asUser(["/usr/sbin/dovecot", "-c", folder + "/dovecot.conf"]))
    }

    /// The messages that have come through, envelope and all.
    func messages() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/sink").sorted().map {
            try String(contentsOfFile: folder + "/sink/" + $0, encoding: .utf8)
        }
    }

    func stop() async throws {
        try await Self.tool(Self.asUser(["/usr/bin/doveadm", "-c", folder + "/dovecot.conf", "stop"]))
        _ = await sink.stop()
    }

    static var isInstalled: Bool {
        ["/usr/sbin/dovecot", "/usr/sbin/smtp-sink", "/usr/bin/curl", "/usr/lib/dovecot/submission"].allSatisfy {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    }

    private static var user: String { geteuid() == 0 ? "mailtest" : NSUserName() }

    private static func asUser(_ words: [String]) -> [String] {
        (geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=mailtest", "--regid=mailtest", "--clear-groups"] : []) + words
    }

    private static func tool(_ words: [String]) async throws {
        let status = await (try Program(words)).end()
        guard status == 0 else { throw CommandFailure.data("\(words[0]) ended with \(status)") }
    }

    private static func configuration(_ folder: String, submission: Int, imap: Int, relay: Int, _ mechanisms: String) -> String {
        """
        base_dir = \(folder)/run
        state_dir = \(folder)/state
        log_path = \(folder)/log
        default_internal_user = \(user)
        default_internal_group = \(user)
        default_login_user = \(user)
        protocols = imap submission
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
        submission_relay_port = \(relay)
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
            port = \(imap)
          }
          inet_listener imaps {
            port = 0
          }
        }
        service submission-login {
          chroot =
          inet_listener submission {
            port = \(submission)
          }
          inet_listener submissions {
            port = 0
          }
        }
        """
    }
}

/// Ports that were free a moment ago, for programs that cannot take port 0.
enum FreePorts {
    static func take(_ count: Int) throws -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard descriptor >= 0 else { throw CommandFailure.data("no socket") }
            sockets.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let bound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
                }
            }
            guard bound else { throw CommandFailure.data("no free port") }
            return Int(UInt16(bigEndian: address.sin_port))
        }
    }
}
