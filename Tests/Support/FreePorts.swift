internal import Glibc
internal import Synchronization

/// Ports of this machine that nobody listens at, for programs that cannot be given port 0, or are to come back at the same one. They are not among those that
/// the system gives to connections (ip_local_port_range begins at 32,768), or one of these could sit there meanwhile; and none is given twice.
package enum FreePorts {
    private static let range = 20_000..<32_000
    private static let given = Mutex<Set<Int>>([])

    package static func take(_ count: Int) throws(LoopbackSocket.Trouble) -> [Int] {
        var ports: [Int] = []
        for _ in 0..<count { ports.append(try take()) }
        return ports
    }

    package static func take() throws(LoopbackSocket.Trouble) -> Int {
        for _ in 0..<1_000 {
            let port = Int.random(in: range)
            if given.withLock({ $0.insert(port).inserted }), isFree(port) { return port }
        }
        throw LoopbackSocket.Trouble("a thousand ports were taken: \(LoopbackSocket.reason)")
    }

    /// A port that nobody else can have until the descriptor is closed.
    package static func occupied() throws(LoopbackSocket.Trouble) -> (port: Int, descriptor: Int32) {
        let port = try take()
        let taken = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard LoopbackSocket.with("127.0.0.1", port: port, { Glibc.bind(taken, $0, $1) == 0 }), Glibc.listen(taken, 1) == 0 else {
            throw LoopbackSocket.Trouble("\(port) cannot be occupied: \(LoopbackSocket.reason)")
        }
        return (port, taken)
    }

    private static func isFree(_ port: Int) -> Bool {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(probe) }
        return LoopbackSocket.with("127.0.0.1", port: port) { Glibc.bind(probe, $0, $1) == 0 }
    }
}
