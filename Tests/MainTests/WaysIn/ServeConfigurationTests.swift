import Foundation
import SMTPGateway
import TestSupport
import Testing

@testable import Main

/// The configuration is read as a whole, and what is wrong in it is said with its key.
struct ServeConfigurationTests {
    private func read(_ yaml: String? = nil, set: [String] = [], environment: [String: String] = [:]) async throws -> ServeConfiguration {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mandate-configuration-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }  // what is left in a temporary folder harms no test
        if let yaml { try Data(yaml.utf8).write(to: URL(filePath: folder + "/serve.yaml")) }
        var live = Live.system()
        live.environment = environment
        return try await ConfigurationReading(file: nil, settings: set, store: folder, live: live).read()
    }

    @Test func withoutAnythingItIsSafe() async throws {
        let it = try await read()
        #expect(it.smtp.listeners.map(\.description) == ["127.0.0.1:2525"] && !it.smtp.allowsClear && it.node == "main")
        #expect(it.size == 157_286_400 && it.pickup == nil && it.localFolder?.hasSuffix("/door") == true)
    }

    @Test func theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() async throws {
        let yaml = "node: file\nsmtp:\n  listen: [127.0.0.1:2001, '[::1]:2002']\n  size: 2000\n  recipients: 7\n"
        let it = try await read(yaml, set: ["node=line"], environment: ["MANDATE_NODE": "environment", "MANDATE_SMTP_SIZE": "3000"])
        #expect(it.node == "line" && it.size == 3000 && it.recipients == 7)
        #expect(it.smtp.listeners.map(\.description) == ["127.0.0.1:2001", "[::1]:2002"])
        #expect(try await read(environment: ["MANDATE_SMTP_LISTEN": "127.0.0.1:1, 127.0.0.1:2"]).smtp.listeners.count == 2)
        #expect(try await read(set: ["smtp.listen=off", "local.folder=off"]).smtp.listeners.isEmpty)
    }

    @Test func aFileThatIsNotThereIsSaidToBeMissing() async throws {
        let reading = ConfigurationReading(file: "/nonexistent/serve.yaml", settings: [], store: "/nonexistent", live: Live.system())
        let failure = try #require(await #expect(throws: CommandFailure.self) { try await reading.read() })
        #expect(failure.status == .noInput && failure.sentence == "there is no file /nonexistent/serve.yaml")
    }

    /// What is written into a file goes on from there, what is typed from where one is.
    @Test func aRelativePathBeginsWhereItIsWritten() async throws {
        let yaml = "checkpoint: heads/head\nhttp: {certificate: tls/chain.pem, key: /etc/key.pem}\n"
        func paths(_ set: [String], _ environment: [String: String] = [:]) async throws -> [String?] {
            let shell = try Shell()
            var live = shell.live()
            live.environment = environment
            let file = try shell.file("serve.yaml", yaml)
            let it = try await ConfigurationReading(file: file, settings: set, store: "/nonexistent", live: live).readKeys()
            return [it.checkpoint, it.httpFiles?.certificate.path, it.httpFiles?.key.path].map { path in
                path?.hasPrefix(shell.folder) == true ? path.map { "HERE" + $0.dropFirst(shell.folder.count) } : path
            }
        }
        #expect(try await paths([]) == ["HERE/heads/head", "HERE/tls/chain.pem", "/etc/key.pem"])
        #expect(
            try await paths(["checkpoint=head"], ["MANDATE_HTTP_CERTIFICATE": "c.pem", "MANDATE_HTTP_KEY": "k.pem"])
                == ["head", "c.pem", "k.pem"])
    }

    @Test func aFileOfCommentsIsNoMistake() async throws { #expect(try await read("# nothing\n").node == "main") }

    @Test(arguments: [
        ("smtp:\n  lisen: 1\n", "there is no key smtp.lisen; did you mean smtp.listen?"), ("smtp: [1]\n", "there is no key smtp"),
        ("smtp:\n  size: big\n", "smtp.size is a number from 1024 to 1073741824, not big"), ("smtp:\n  size: 1\n", "smtp.size is a number"),
        ("smtp:\n  listen: here\n", "smtp.listen is HOST:PORT, not here"),
        ("smtp:\n  listen: 127.0.0.1:99999\n", "smtp.listen is HOST:PORT"),
        ("smtp:\n  allow-clear: perhaps\n", "smtp.allow-clear is yes or no, not perhaps"), ("a: [\n", "is no YAML that can be used"),
        ("text\n", "it must be keys with values"), ("smtp:\n  certificate: /x.pem\n", "smtp.certificate wants its smtp.key"),
        ("smtp:\n  key: /x.pem\n", "smtp.key wants its smtp.certificate"),
        ("http:\n  key: /x.pem\n", "http.key wants its http.certificate"),
        ("http:\n  host: 0.0.0.0\n", "where keys and passwords do not go without TLS: set http.certificate and http.key"),
        ("http:\n  host: mail.internal\n  allow-clear: no\n", "http.host mail.internal is reached from other machines"),
        ("smtp:\n  certificate: /nowhere\n  key: /nowhere\n", "smtp.certificate: /nowhere: there is no such file"),
        ("smtp:\n  listen: 0.0.0.0:25\n", "where a key is not given without TLS"),
        ("smtp:\n  listen-tls: 127.0.0.1:465\n", "wants smtp.certificate and smtp.key"),
        ("pickup:\n  folder: here\n", "pickup.folder is a path from the root, not here"),
        ("smtp:\n  host-name: 'a b'\n", "smtp.host-name: "),
        ("node: [a, b]\n", "node must have one value"), ("checkpoint:\n", "checkpoint has no value: leave it out"),
    ])
    func mistakesNameTheirKey(_ yaml: String, _ words: String) async throws {
        let failure = await #expect(throws: CommandFailure.self) { try await read(yaml) }
        #expect(failure?.sentence.contains(words) == true, "\(failure?.sentence ?? "")")
    }

    @Test func clearBeyondThisMachineMustBeAskedFor() async throws {
        #expect(try await read("smtp:\n  listen: 0.0.0.0:25\n  allow-clear: yes\n").smtp.allowsClear)
        #expect(try await read("http:\n  host: 0.0.0.0\n  allow-clear: yes\n").httpHost == "0.0.0.0")
        #expect(try await read("http:\n  host: '::1'\n").httpHost == "::1")
    }

    @Test func aMistypedVariableIsAMistakeToo() async throws {
        let failure = await #expect(throws: CommandFailure.self) { try await read(environment: ["MANDATE_SMTP_LISTN": "127.0.0.1:1"]) }
        #expect(failure?.sentence.contains("MANDATE_SMTP_LISTN") == true)
        #expect(try await read(environment: ["MANDATE_STORE": "/x", "MANDATE_KEY_FILE": "/y", "MANDATE_DOOR": "/z"]).node == "main")
    }

    @Test(arguments: ["nonsense", "no.such=1"]) func whatIsSetMustBeAKey(_ setting: String) async throws {
        await #expect(throws: CommandFailure.self) { try await read(set: [setting]) }
    }

    /// The catalogue promises each key.
    @Test func theCatalogueHasEachKey() throws {
        let page = try String(contentsOf: FixtureFolder.repository.appending(path: "Sources/Main/Main.docc/WaysIn.md"), encoding: .utf8)
        for key in ServeKey.allCases { #expect(page.contains("`\(key.rawValue)`"), "\(key.rawValue) is not in the catalogue") }
    }

    /// Whoever replaces a file in two steps does not wish for the defaults between them.
    @Test func aFileThatIsGoneIsAMistake() async throws {
        let shell = try await Shell.withStore()
        let file = shell.store + "/serve.yaml"
        try Data("node: a\n".utf8).write(to: URL(filePath: file))
        let reading = ConfigurationReading(file: nil, settings: [], store: shell.store, live: .system()).again
        #expect(try await reading.read().node == "a")
        try FileManager.default.removeItem(atPath: file)
        await #expect(throws: CommandFailure.self) { try await reading.read() }
    }

    @Test func aPickupClientMustBeThere() async throws {
        let shell = try await Shell.withStore()
        let settings = ["http.port=0", "smtp.listen=off", "pickup.folder=\(shell.folder)/in", "pickup.client=nobody"]
        let answer = await shell.run(["serve"] + settings.flatMap { ["--set", $0] })
        #expect(answer.status == 78 && answer.err.contains("pickup.client: there is no client nobody"))
    }

    @Test func aHangupReadsTheConfigurationAgain() async throws {
        try await ServedHouse.with { house in
            let file = house.folder + "/serve.yaml"
            try Data("smtp:\n  timeout: 77\n".utf8).write(to: URL(filePath: file))
            house.service.signal(SIGHUP)
            try await house.log.shows("were read again")
            try Data("smtp:\n  timeot: 77\n".utf8).write(to: URL(filePath: file))
            house.service.signal(SIGHUP)
            try await house.log.shows("the configuration stays as it was")
            #expect(house.log.all.contains("did you mean smtp.timeout?"))
            try Data("smtp:\n  size: 5000\n".utf8).write(to: URL(filePath: file))
            house.service.signal(SIGHUP)
            try await house.log.shows("smtp.size: only from the next start")
        }
    }
}
