internal import Foundation
internal import Synchronization

/// A PostgreSQL server of the tests' own, in a folder of its own, on a socket there; it ends with the process that started it.
package final class PostgresCluster: Sendable {
    package let folder: String
    private let keeper: Program
    /// As long as its writing end is open the server lives.
    private let leash: ProgramPipe
    private let schemas = Mutex(0)
    let options: String

    /// One for all tests of a process that only want a database. Nothing it holds has to survive, so it does not flush.
    package static func shared() async throws -> PostgresCluster { try await common.value }
    private static let common = Task { try await PostgresCluster(settings: ["fsync=off", "max_connections=400"]) }

    static let programs = "/usr/lib/postgresql/15/bin"
    package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: programs + "/postgres") }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// `primary`: whose standby it is; nil: it is nobody's.
    package init(settings: [String] = [], standbyOf primary: PostgresCluster? = nil) async throws {
        // Short: a socket's path has at most 107 octets.
        folder = "/tmp/mandate-pg-\(UInt32.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let isRoot = geteuid() == 0
        if isRoot, let nobody = getpwnam("nobody"), chown(folder, nobody.pointee.pw_uid, nobody.pointee.pw_gid) != 0 {
            throw Failure(description: "\(folder) cannot be given to nobody")
        }
        options = (["listen_addresses=", "unix_socket_directories=\(folder)"] + settings).map { "-c '\($0)'" }.joined(separator: " ")
        let script = """
            cd \(folder) && \(Self.making(standbyOf: primary)) >log 2>&1 &&
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

    private static func making(standbyOf primary: PostgresCluster?) -> String {
        guard let primary else { return "\(programs)/initdb -D data -U mandate -A trust -E UTF8 --locale=C.UTF-8 --no-sync" }
        return "\(programs)/pg_basebackup -h \(primary.folder) -U mandate -D data -R -X stream -c fast"
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

extension PostgresCluster {
    /// Statements as the cluster's administrator.
    package func ask(_ statements: String...) async throws {
        try await Program.tool(
            ["/usr/bin/psql", "-qX", "-h", folder, "-U", "mandate", "-v", "ON_ERROR_STOP=1", "-d", "postgres"]
                + statements.flatMap { ["-c", $0] })
    }

    /// kill -9 of one of its processes that serves somebody: the server ends all others, and recovers.
    package func killProcess() async throws {
        try await asNobody(
            "pid=$(psql -AtqX -h \(folder) -U mandate -d postgres -c \"SELECT pid FROM pg_stat_activity WHERE application_name = 'mandate' ORDER BY random() LIMIT 1\"); kill -9 $pid"
        )
    }

    /// kill -9 of the server itself; it is started again once its processes have noticed.
    package func killServer() async throws {
        try await asNobody("kill -9 $(head -1 \(folder)/data/postmaster.pid)")
        try await start()
    }

    /// Starts it, however it ended.
    package func start() async throws {
        // Its processes hold its memory for a moment longer.
        try await asNobody(
            "for i in $(seq 100); do \(Self.programs)/pg_ctl -D \(folder)/data -o \"\(options)\" -l \(folder)/log -w start >/dev/null 2>&1 && exit 0; sleep 0.1; done; exit 1"
        )
    }

    /// Ends it as a machine that stops does.
    package func halt() async throws {
        try await asNobody("\(Self.programs)/pg_ctl -D \(folder)/data -m immediate -w stop >/dev/null 2>&1")
    }

    /// From now on it can be written; the primary is gone.
    package func promote() async throws { try await asNobody("\(Self.programs)/pg_ctl -D \(folder)/data -w promote >/dev/null 2>&1") }

    /// Made anew as another's standby, in the same place.
    package func follow(_ primary: PostgresCluster) async throws {
        try await asNobody("cd \(folder) && rm -rf data && \(Self.making(standbyOf: primary)) >>log 2>&1")
        try await start()
    }

    /// kill -9 of all that it is, and it stays dead.
    package func kill() async throws {
        try await asNobody("pkill -9 -P $(head -1 \(folder)/data/postmaster.pid); kill -9 $(head -1 \(folder)/data/postmaster.pid); true")
    }

    /// Waits until it answers.
    package func isBack() async throws {
        try await asNobody(
            "for i in $(seq 200); do psql -qX -h \(folder) -U mandate -d postgres -c 'SELECT 1' >/dev/null 2>&1 && exit 0; sleep 0.05; done; exit 1"
        )
    }

    package func asNobody(_ script: String) async throws {
        let user = geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : []
        try await Program.tool(user + ["/bin/sh", "-c", script])
    }

    /// Asks until it answers with a row: in the server, which waits in between.
    package func askUntil(_ query: String) async throws {
        try await ask(
            "DO $$ BEGIN LOOP PERFORM 1 FROM (\(query)) AS found; EXIT WHEN FOUND; PERFORM pg_sleep(0.05), pg_stat_clear_snapshot(); END LOOP; END $$"
        )
    }
}
