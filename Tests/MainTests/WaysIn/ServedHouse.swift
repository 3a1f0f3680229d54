import Foundation
import Mail
import Relay
import Store
import Sandbox
import Synchronization
import TestSupport
import Testing

@testable import Main

/// The demo's company with the built service running on it: a port to hand mail over at, a folder for sendmail, and the pretend provider at the other end.
struct ServedHouse: Sendable {
    let premises: Premises
    let port: Int
    /// Of the client `app`, who may send as anyone.
    let key: String
    let service: Program
    let log: ServiceLog

    var sandbox: Sandbox { premises.sandbox }
    var folder: String { premises.folder }

    static func with(_ settings: [String] = [], on disk: String? = nil, _ body: (ServedHouse) async throws -> Void) async throws {
        try await Premises.with(keepingContent: true, on: disk) { premises in
            let key = try await admitClients(to: premises)
            let (service, log) = try await start(premises, settings)
            let house = ServedHouse(premises: premises, port: try await log.port(), key: key.text, service: service, log: log)
            let result: Result<Void, any Error>
            do { result = .success(try await body(house)) } catch { result = .failure(error) }
            _ = await service.stop()
            try result.get()
        }
    }

    /// `app`, who may send as anyone, and the account that runs the tests; the key of the first.
    static func admitClients(to premises: Premises) async throws -> ClientKey {
        let key = ClientKey("mandate-sesame")
        let client = Client(id: ClientID(trusted: "app"), name: "app", credential: .key(sha256: key.digest))
        let own = Client(
            id: ClientID(trusted: "me"), name: "me", credential: .uid(geteuid()), defaultPurpose: nil,
            authorIfUnusable: try EmailAddress("tracker@fabrikam.example"))
        _ = try await premises.store.apply(
            DirectoryEdit([.put(.client(client)), .put(.client(own))], by: "test", at: premises.live.now()))
        return key
    }

    static func start(_ premises: Premises, _ settings: [String]) async throws -> (Program, ServiceLog) {
        let errors = try ProgramPipe()
        let words = ["serve", "--store", premises.folder, "--set", "http.port=0", "--set", "smtp.listen=127.0.0.1:0"]
        let service = try Program(
            [try Premises.program()] + words + settings.flatMap { ["--set", $0] }, Program.Streams(errors: errors.writing.fileDescriptor))
        return (service, ServiceLog(try errors.pieces()))
    }

    /// Runs a program in the house's folder; what it says is in the failure.
    @discardableResult
    func run(_ words: [String], input: String = "", environment: [String: String] = [:], expecting status: Int32 = 0) async throws -> (
        status: Int32, text: String
    ) {
        let file = folder + "/input-" + premises.live.identifier("x")
        try Data(input.utf8).write(to: URL(filePath: file))
        let standardInput = open(file, O_RDONLY | O_CLOEXEC)
        defer { close(standardInput) }
        let output = try ProgramPipe()
        let all = ["MANDATE_STORE": folder, "HOME": folder].merging(environment) { $1 }
        let program = try Program(
            words, in: folder, environment: all,
            Program.Streams(input: standardInput, output: output.writing.fileDescriptor, errors: output.writing.fileDescriptor))
        let said = try await output.text()
        let ended = await program.end()
        #expect(ended == status, "\(words.prefix(3)) ended with \(ended): \(said)")
        return (ended, said)
    }

    func mandate(_ words: String..., input: String = "", expecting status: Int32 = 0) async throws -> String {
        try await run([try Premises.program()] + words, input: input, expecting: status).text
    }

    /// What has arrived at the provider, once it is so many messages.
    func arrived(_ count: Int) async -> [Arrival] {
        _ = await sandbox.messages(atLeast: count)
        return sandbox.messages.map {
            Arrival(sender: $0.sender.address, recipients: $0.recipients.map(\.address), content: $0.content ?? [])
        }
    }
}

/// A message as the pretend provider took it.
struct Arrival: Sendable {
    let sender: String
    let recipients: [String]
    let header: String
    let body: String

    init(sender: String, recipients: [String], content: [UInt8]) {
        self.sender = sender
        self.recipients = recipients
        let text = String(decoding: content, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        header = String(parts.first ?? "") + "\r\n"
        body = parts.count > 1 ? String(parts[1]) : ""
    }

    func field(_ name: String) -> String? {
        header.replacing("\r\n ", with: " ").replacing("\r\n\t", with: " ").split(separator: "\r\n")
            .first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}

/// What the service says, and when.
final class ServiceLog: Sendable {
    private let text = Mutex("")
    private let reading = Mutex<Task<Void, Never>?>(nil)

    init(_ pieces: AsyncStream<String>) {
        let task = Task { [weak self] in
            for await piece in pieces { self?.text.withLock { $0 += piece } }
        }
        reading.withLock { $0 = task }
    }

    var all: String { text.withLock { $0 } }

    func port() async throws -> Int { try await port(behind: "listening for mail at 127.0.0.1:") }

    func webPort() async throws -> Int { try await port(behind: "listening for browsers at 127.0.0.1:") }

    private func port(behind words: String) async throws -> Int {
        try await shows(words)
        let rest = all.split(separator: words)
        return try #require(rest.count > 1 ? Int(rest[1].prefix { $0.isNumber }) : nil)
    }

    /// Until it has said that.
    func shows(_ words: String) async throws {
        for _ in 0..<600 {
            if all.contains(words) { return }
            await Live.system().wait(0.05)
        }
        throw CommandFailure(.temporary, "the service never said \(words): \(all)")
    }
}
