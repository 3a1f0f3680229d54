/// A client that hands mail over by HTTP, each message under a key of its own (Idempotency-Key), so that it may ask again as often as it likes.
///
/// A class because it owns its connection.
package final class HTTPSubmission: CrowdMember {
    private let socket: LoopbackSocket
    private let port: Int
    private let key: String

    package init(port: Int, key: String) throws(LoopbackSocket.Trouble) {
        socket = try LoopbackSocket(port: port)
        self.port = port
        self.key = key
    }

    package func handOver(_ message: CrowdMessage) throws(CrowdTrouble) -> Int {
        let content = message.content
        let head = """
            POST /v1/messages?sender=\(message.sender)&recipient=\(message.recipient) HTTP/1.1\r
            Host: 127.0.0.1:\(port)\r
            Authorization: Bearer \(key)\r
            Content-Type: message/rfc822\r
            Idempotency-Key: crowd-\(message.number)\r
            Content-Length: \(content.count)\r
            \r

            """
        do throws(LoopbackSocket.Trouble) { try socket.send(Array(head.utf8) + content) } catch { throw .brokeOff }
        var heard: [UInt8] = []
        do throws(LoopbackSocket.Trouble) {
            while !WebClient.isWhole(heard) {
                let piece = try socket.receive()
                guard !piece.isEmpty else { throw LoopbackSocket.Trouble("the connection was closed") }
                heard += piece
            }
        } catch { throw .noAnswer }
        guard let answer = try? WebClient.read(heard) else { throw .noAnswer }
        return answer.status
    }
}
