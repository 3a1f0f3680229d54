internal import Glibc
internal import Logging
internal import Relay
internal import Store

/// What somebody who tries the demo is given: its doors on this machine, a log-in and a key made for this run, and things to type that work.
struct DemoVisit: Sendable {
    /// That of a service: a second one on the demo's store is refused, as on any other.
    static let node = "main"

    private let folder: String
    private let webPort: Int
    private let smtpPort: Int
    private let password: String
    private let key: ClientKey

    init(_ folder: String, _ live: Live) {
        self.folder = folder
        webPort = Self.freePort(like: PublicAddress.usual.port)
        smtpPort = Self.freePort(like: 2525)
        var generator = live.generator
        key = ClientKey(using: &generator)
        password = ClientKey(using: &generator).text.split(separator: "-").suffix(1).joined().prefix(16).description
    }

    /// Where the pretend provider puts what it takes.
    var received: String { folder + "/received" }

    /// A person for the console, a program for SMTP, and where the console is.
    func admit(to store: DatabaseStore, _ live: Live) async throws {
        guard let hash = PasswordHash(of: Secret(password), salt: live.randomBytes(16)) else {
            throw CommandFailure(.fault, "the demo's password could not be hashed")
        }
        let clients = [
            Client(id: ClientID(trusted: "demo"), name: "demo", credential: .password(hash), roles: [.administrator]),
            Client(id: ClientID(trusted: "app"), name: "app", credential: .key(sha256: key.digest)),
        ]
        let changes = clients.map { DirectoryChange.put(.client($0)) } + [.put(.setting(SettingKey(.publicURL), console))]
        _ = try await store.apply(DirectoryEdit(changes, by: "demo", at: live.now()))
    }

    /// As `serve` opens them, and untouched by what this machine's own service is told.
    func waysIn(_ service: RelayService, _ live: Live, _ log: Logger) async throws -> WaysIn {
        var live = live
        live.environment = live.environment.filter { !$0.key.hasPrefix("MANDATE_") }
        let reading = ConfigurationReading(
            file: nil, settings: ["smtp.listen=127.0.0.1:\(smtpPort)", "http.port=\(webPort)", "node=\(Self.node)"], store: folder,
            live: live)
        return try WaysIn(service, try await reading.read(), live: live, log: log)
    }

    private var console: String { "http://localhost:\(webPort)" }

    /// This port if nobody has it, else any: a service of one's own may be running beside the demo.
    private static func freePort(like wanted: Int) -> Int {
        for port in [wanted, 0] {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { break }
            defer { close(descriptor) }
            var on: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
                }
            }
            if isBound { return Int(in_port_t(bigEndian: address.sin_port)) }
        }
        return wanted
    }
}

/// What is printed.
extension DemoVisit {
    func invitation(_ live: Live) -> String {
        let begin = [live.pathLine, "export MANDATE_STORE=\(folder.shellQuoted)"].compactMap(\.self).map { "  \($0)" }.joined(
            separator: "\n")
        let letter = "printf 'From: carla@fabrikam.example\\nTo: you@elsewhere.example\\nSubject: Hello\\n\\nBy an old program.\\n'"
        return """

            The service and the pretend provider stay up. Ctrl-C ends them and removes the store.

            console   \(console)/  name demo, password \(password)
            SMTP      127.0.0.1:\(smtpPort)  name app, key \(key.text)
            sendmail  \(LocalFolder(folder + "/door").socket)
            arrived   \(received)  a file for each message that the provider took

            In another terminal, first:
            \(begin)

            Five things to try:

            1. Ask why: Hana has no mailbox, and nobody may send for her.
              mandate decide --purpose ad-hoc --user hana --explain
            2. Send as Carla, and look at the header that arrived.
              \(letter) | mandate sendmail you@elsewhere.example
              sleep 2; ls -t "$MANDATE_STORE"/received/* | head -n 1 | xargs head -n 12
            3. The same as a program that knows nothing but SMTP.
              \(letter) | curl -sS --crlf smtp://127.0.0.1:\(smtpPort) --user app:\(key.text) --mail-from carla@fabrikam.example --mail-rcpt you@elsewhere.example --upload-file -
            4. Have a mailbox checked, by a message there and back.
              mandate mailboxes check tracker@fabrikam.example --outgoing --incoming
            5. See what happened.
              mandate audit journal --limit 10

            Ann has withdrawn her consent: `mandate doctor` says so, and what to do.
            """
    }
}
