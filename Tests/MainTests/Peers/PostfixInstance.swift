import Foundation
import TestSupport

@testable import Main

/// A Postfix of its own on free ports: the settings and services that any has, and what makes one special. Its master needs root.
struct PostfixInstance {
    let folder: String
    var settings: String { folder + "/etc" }

    /// `doors`: where it takes mail in, as master.cf has them. `own`: its main.cf beside what every instance needs.
    init(folder: String, doors: [String], own: String) async throws {
        self.folder = folder
        try await Program.tool(["/usr/bin/mkdir", "-p"] + ["etc", "spool", "data"].map { folder + "/" + $0 })
        try await Program.tool(["/usr/bin/chown", "postfix", folder + "/data"])
        try (mainFile + own + "\n").write(toFile: settings + "/main.cf", atomically: true, encoding: .utf8)
        try (doors.joined(separator: "\n") + "\n" + Self.services)
            .write(toFile: settings + "/master.cf", atomically: true, encoding: .utf8)
    }

    func start() async throws { try await Program.tool(["/usr/sbin/postfix", "-c", settings, "start"]) }
    func stop() async throws { try await Program.tool(["/usr/sbin/postfix", "-c", settings, "stop"]) }

    static var isInstalled: Bool { geteuid() == 0 && FileManager.default.isExecutableFile(atPath: "/usr/lib/postfix/sbin/smtpd") }

    private var mainFile: String {
        """
        compatibility_level = 3.6
        queue_directory = \(folder)/spool
        data_directory = \(folder)/data
        command_directory = /usr/sbin
        daemon_directory = /usr/lib/postfix/sbin
        mail_owner = postfix
        setgid_group = postdrop
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        mydestination =
        maillog_file = \(folder)/maillog
        maillog_file_prefixes = \(folder)
        alias_maps =
        local_recipient_maps =

        """
    }

    private static let services = """
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
