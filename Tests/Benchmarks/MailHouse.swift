import Crypto
import Foundation
import FoundationEssentials
import Mail
import PostgresEngine
import Relay
import SQLiteEngine
import Store
import TestSupport

/// A store with mailboxes at one provider, messages to send, and the built program to send them.
struct MailHouse: Sendable {
    let folder: String
    /// As --store takes it.
    let place: String
    let store: DatabaseStore
    let vault: Vault
    let logins: [String]

    private static let random: RandomBytes = { count in (0..<count).map { _ in UInt8.random(in: 0...255) } }
    private static let application = ApplicationID(trusted: "app-house")

    /// `secret`: of an application that opens every mailbox; nil: a program prints the token, whatever it is worth.
    /// `more`: what else its directory has. `cluster`: where the store is; nil: in a file. `hosts`: its servers, where it has several.
    static func open(
        _ provider: Relay.Provider, logins: [String], tenant: String = "", secret: Secret?, more: [DirectoryEntity] = [],
        on cluster: PostgresCluster? = nil, hosts: String? = nil
    ) async throws -> MailHouse {
        let folder = FileManager.default.temporaryDirectory.appending(path: "house-\(getpid())-\(UInt16.random(in: 0...(.max)))")
            .path
        let key = random(32)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let isWritten = FileManager.default.createFile(
            atPath: folder + "/mandate.key", contents: Data(Data(key).base64EncodedString().utf8), attributes: [.posixPermissions: 0o600])
        guard isWritten else { throw Unexpected("no key file could be written in \(folder)") }
        let vault = try Vault(key: Secret(key))
        let store: DatabaseStore
        let address = cluster.map { $0.address().replacing($0.folder, with: hosts ?? $0.folder) }
        if let address {
            let made = try PostgresAddress(address)
            // Where `mandate init` makes this machine's part of it.
            let part = folder + "/mandate/postgres/" + made.folderName
            try FileManager.default.createDirectory(atPath: part, withIntermediateDirectories: true)
            store = try await PostgresStore.create(at: made, folder: part, vault: vault, random: random)
        } else {
            store = try await SQLiteStore.create(at: folder, vault: vault, random: random)
        }
        let kind: Grant.Kind = secret == nil ? .command : .appOnly
        var entities: [DirectoryEntity] = [
            .provider(provider),
            .application(Application(id: application, name: "house", provider: provider.id, tenant: tenant, clientID: "client")),
            .grant(
                Grant(
                    id: GrantID(trusted: "grant-house"), name: "house", kind: kind, application: application,
                    command: secret == nil ? ["/bin/echo", "a-token-that-the-sink-takes"] : [])),
            .setting(SettingKey(.emailFromUserID), logins[0]), .setting(SettingKey(.emailAdministratorUserID), logins[0]),
        ]
        for (number, login) in logins.enumerated() {
            entities.append(
                .mailbox(
                    Mailbox(
                        id: MailboxID(trusted: "box-\(number)"), address: try EmailAddress(login), grant: GrantID(trusted: "grant-house"))))
        }
        let name = SecretName(.clientSecret, of: application.text)
        entities += more
        let secrets = try secret.map { [SecretChange(name: name, sealed: try vault.seal($0, for: name))] } ?? []
        _ = try await store.apply(DirectoryEdit(entities.map { .put($0) }, secrets: secrets, by: "benchmark", at: Date()))
        return MailHouse(folder: folder, place: address ?? folder, store: store, vault: vault, logins: logins)
    }

    func close() async throws {
        try await store.close()
        try FileManager.default.removeItem(atPath: folder)
    }

    /// Accepts one message of about so many octets; returns its Message-ID.
    func accept(_ number: Int, octets: Int, decider: Decider) async throws -> String {
        let login = logins[number % logins.count]
        var stage = AcceptStage(
            Submission(recipients: [Recipient(address: try EmailAddress("customer\(number)@elsewhere.example"))]),
            AcceptStage.Surroundings(
                store: store, decider: { _ throws(StoreFailure) in decider }, now: { Date() },
                generator: { SystemRandomNumberGenerator() }, domain: try Domain("bench.mandate.example")))
        let header = "From: Somebody <\(login)>\r\nTo: customer\(number)@elsewhere.example\r\nSubject: number \(number)\r\n\r\n"
        let line = Array("A line of the body, as long as lines in letters usually are, ends here.\r\n".utf8)
        var bytes = Array(header.utf8)
        while bytes.count < octets { bytes += line }
        try await stage.consume(bytes)
        return try await stage.finish().messageID
    }

    /// Many at once, as they come in.
    func accept(_ numbers: Range<Int>, octets: Int) async throws -> Set<String> {
        let decider = Decider(directory: try await store.directory(), conditions: Conditions())
        return try await withThrowingTaskGroup(of: String.self) { group in
            var accepted: Set<String> = []
            for number in numbers {
                if number - numbers.lowerBound >= 32, let id = try await group.next() { accepted.insert(id) }
                group.addTask { try await accept(number, octets: octets, decider: decider) }
            }
            for try await id in group { accepted.insert(id) }
            return accepted
        }
    }

    /// The client that hands mail over at the service's own door.
    static let client = (name: "app", key: "a key that a program has")

    static var clientEntity: DirectoryEntity {
        .client(
            Client(
                id: ClientID(trusted: "app"), name: client.name, credential: .key(sha256: Array(SHA256.hash(data: Data(client.key.utf8))))))
    }

    /// `mandate serve` on this store. `port`: where it takes mail in by SMTP, `httpPort`: by HTTP; 0: any free one.
    func serve(port: Int = 0, httpPort: Int = 0) throws -> Process {
        try start(["serve", "--set", "http.port=\(httpPort)", "--set", "smtp.listen=127.0.0.1:\(port)"])
    }

    /// The same, once it takes mail in. A minute at most: a million addresses are loaded first.
    func serving(port: Int, httpPort: Int = 0) async throws -> Process {
        let service = try serve(port: port, httpPort: httpPort)
        for _ in 0..<6_000 where service.isRunning {
            do {
                _ = try SubmissionClient(port: port)
                if httpPort != 0 { _ = try LoopbackSocket(port: httpPort) }
                return service
            } catch { try await Task.sleep(for: .milliseconds(10)) }
        }
        throw Unexpected("the service does not take mail in at \(port)")
    }

    /// A command on this store, built beside this program.
    func start(_ words: [String]) throws -> Process {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(filePath: own).deletingLastPathComponent().appending(path: "mandate")
        process.arguments = words + ["--store", place]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["MANDATE_KEY_FILE": folder + "/mandate.key", "XDG_STATE_HOME": folder]) { $1 }
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        return process
    }
}

extension Process {
    /// Seconds of CPU it has used, kernel included (Linux: fields 14 and 15 of /proc/PID/stat).
    var cpuSeconds: Double {
        guard let text = try? String(contentsOfFile: "/proc/\(processIdentifier)/stat", encoding: .utf8), let end = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[end...].split(separator: " ").dropFirst()
        let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Octets in memory now (VmRSS) and at most so far (VmHWM), of /proc/PID/status.
    var memory: (now: Int, most: Int) {
        guard let text = try? String(contentsOfFile: "/proc/\(processIdentifier)/status", encoding: .utf8) else { return (0, 0) }
        let kilobytes = { (name: String) in
            text.split(separator: "\n").first { $0.hasPrefix(name + ":") }?.split(whereSeparator: \.isWhitespace).dropFirst().first
                .flatMap { Int($0) } ?? 0
        }
        return (kilobytes("VmRSS") << 10, kilobytes("VmHWM") << 10)
    }
}
