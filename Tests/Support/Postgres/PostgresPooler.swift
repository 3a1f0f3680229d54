internal import Foundation

/// PgBouncer in front of a cluster, in transaction mode.
package final class PostgresPooler: Sendable {
    package let folder: String
    private let program: Program

    package init(of cluster: PostgresCluster) async throws {
        folder = cluster.folder + "/pooler"
        let isRoot = geteuid() == 0
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try """
        [databases]
        * = host=\(cluster.folder) user=mandate
        [pgbouncer]
        listen_addr =
        unix_socket_dir = \(folder)
        auth_type = any
        pool_mode = transaction
        default_pool_size = 3
        listen_port = 5432
        logfile = \(folder)/log
        pidfile = \(folder)/pid
        """.write(toFile: folder + "/pgbouncer.ini", atomically: true, encoding: .utf8)
        if isRoot { try await Program.tool(["/usr/bin/chown", "-R", "nobody:nogroup", folder]) }
        let asNobody = isRoot ? ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] : []
        program = try Program(asNobody + ["/usr/sbin/pgbouncer", "-q", folder + "/pgbouncer.ini"])
        // It says that it listens by being there.
        try await Program.tool([
            "/bin/sh", "-c",
            "for i in $(seq 100); do psql -qX -h \(folder) -U mandate -d postgres -c 'SELECT 1' >/dev/null 2>&1 && exit 0; sleep 0.05; done; exit 1",
        ])
    }

    package func address(_ address: String, of cluster: PostgresCluster) -> String { address.replacing(cluster.folder, with: folder) }

    package func stop() async { _ = await program.stop() }
}
