internal import Foundation
internal import Synchronization

/// A PostgreSQL server of the tests' own, in a folder of its own, on a socket there; it ends with the process that started it.
package final class PostgresCluster: Sendable {
    package let folder: String
    private let keeper: Program
    /// As long as its writing end is open the server lives.
    private let leash: ProgramPipe
    private let schemas = Mutex(0)

    /// One for all tests of a process that only want a database. Nothing it holds has to survive, so it does not flush.
    package static func shared() async throws -> PostgresCluster { try await common.value }
    private static let common = Task { try await PostgresCluster(settings: ["fsync=off", "max_connections=400"]) }

    private static let programs = "/usr/lib/postgresql/15/bin"
    package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: programs + "/postgres") }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    package init(settings: [String] = []) async throws {
        // Short: a socket's path has at most 107 octets.
        folder = "/tmp/mandate-pg-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let isRoot = geteuid() == 0
        if isRoot, let nobody = getpwnam("nobody"), chown(folder, nobody.pointee.pw_uid, nobody.pointee.pw_gid) != 0 {
            throw Failure(description: "\(folder) cannot be given to nobody")
        }
        let options = (["listen_addresses=", "unix_socket_directories=\(folder)"] + settings).map { "-c '\($0)'" }.joined(separator: " ")
        let script = """
            cd \(folder) && \(Self.programs)/initdb -D data -U mandate -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 &&
            \(Self.programs)/pg_ctl -D data -o "\(options)" -l log -w start >/dev/null 2>&1 && echo ready || cat log
            cat >/dev/null
            \(Self.programs)/pg_ctl -D data -m immediate stop >/dev/null 2>&1
            rm -rf \(folder)
            """
        leash = try ProgramPipe()
        let output = try ProgramPipe()
        let asNobody = isRoot ? ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : []
        keeper = try Program(
            asNobody + ["/bin/sh", "-c", script],
            Program.Streams(input: leash.reading.fileDescriptor, output: output.writing.fileDescriptor))
        var said = ""
        for await piece in try output.pieces() {
            said += piece
            if said.hasSuffix("\n") { break }
        }
        guard said == "ready\n" else { throw Failure(description: "PostgreSQL does not start: \(said)") }
    }

    /// Ends it, and removes its folder.
    package func stop() async {
        try? leash.writing.close()  // gone already is as well
        _ = await keeper.end()
    }

    /// Where a store can be made that nobody else has.
    package func address() -> String {
        let number = schemas.withLock { number in
            number += 1
            return number
        }
        return "postgres:///postgres?host=\(folder)&user=mandate&schema=t\(number)"
    }
}
