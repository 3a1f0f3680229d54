internal import Foundation

/// Visitors who keep a connection for as long as they are let, each in a manner of his own. One thread speaks for all.
///
/// A class because its visitors own their connections.
package final class SlowVisitors {
    package enum Manner: Int, CaseIterable {
        case silent, headByTheOctet, bodyByTheOctet, messageByTheOctet, asksAndReadsNothing
    }

    private struct Visitor {
        let manner: Manner
        let port: Int
        let socket: LoopbackSocket
        /// What he has not said yet.
        var rest: ArraySlice<UInt8>
    }

    private let port: Int
    private var visitors: [Visitor] = []

    /// `perAddress`: so many call from one of this machine's addresses, and the next ones from the next.
    package init(_ count: Int, port: Int, key: String, perAddress: Int) throws {
        self.port = port
        for number in 0..<count {
            let manner = Manner.allCases[number % Manner.allCases.count]
            let socket = try LoopbackSocket(port: port, source: "127.0.0.\(2 + number / perAddress)")
            let (now, later) = Self.words(manner, key: key)
            if !now.isEmpty { try socket.send(now) }
            visitors.append(Visitor(manner: manner, port: socket.ownPort, socket: socket, rest: later[...]))
        }
    }

    private static func words(_ manner: Manner, key: String) -> (now: [UInt8], later: [UInt8]) {
        func head(_ line: String, _ type: String) -> [UInt8] {
            Array(
                "POST \(line) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(key)\r\nContent-Type: \(type)\r\nContent-Length: 100000\r\n\r\n"
                    .utf8)
        }
        let much = [UInt8](repeating: UInt8(ascii: " "), count: 90_000)
        switch manner {
        case .silent: return ([], [])
        case .headByTheOctet: return ([], Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Word: ".utf8) + much)
        case .bodyByTheOctet: return (head("/v1/decisions", "application/json"), much)
        case .messageByTheOctet: return (head("/v1/messages", "message/rfc822"), much)
        case .asksAndReadsNothing:
            let question = "GET /assets/console.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
            // Two hundred times some twenty kilobytes: more than the system takes for somebody who does not read.
            return (Array(String(repeating: question, count: 200).utf8), [])
        }
    }

    /// Each who has something to say says his next octet.
    package func sayOctet() {
        for index in visitors.indices {
            guard let octet = visitors[index].rest.popFirst() else { continue }
            // Who is shut out says nothing more; `staying` counts him.
            do throws(LoopbackSocket.Trouble) { try visitors[index].socket.send([octet]) } catch {}
        }
    }

    /// How many the service still holds a connection for, as the system has it (/proc/net/tcp): what it has let go of has no inode any more, though the
    /// system itself may still wait for somebody to read the rest.
    package func staying(_ manner: Manner) throws -> Int {
        // To its end: it has no length that could be asked for, and grows while it is read.
        let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/net/tcp"))
        let table = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        var held: Set<Int> = []
        for line in table.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ")
            guard columns.count > 9, Self.port(columns[1]) == port, columns[9] != "0", let remote = Self.port(columns[2]) else { continue }
            held.insert(remote)
        }
        return visitors.count { $0.manner == manner && held.contains($0.port) }
    }

    /// Of `0100007F:1F90`.
    private static func port(_ address: Substring) -> Int? { address.split(separator: ":").last.flatMap { Int($0, radix: 16) } }
}
