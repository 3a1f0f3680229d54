/// Clients that say an octet at a time, each in the middle of something: half of them of a command, half of a message. One thread speaks for all.
///
/// A class because its clients own their sockets.
package final class SlowCrowd {
    private struct Member {
        let client: SubmissionClient
        let isInContent: Bool
        /// What it has not said yet.
        var rest: ArraySlice<UInt8>
    }

    /// Connections of one address are limited (`smtp.connections-per-address`), so they call from several of this machine's.
    private static let perAddress = 250

    private var members: [Member] = []
    private let sender: String
    private let recipient = "customer@elsewhere.example"
    private let content: [UInt8]

    /// All are signed in and have begun when this returns.
    package init(_ count: Int, port: Int, name: String, key: String, sender: String) throws {
        self.sender = sender
        content = Array("From: <\(sender)>\r\nTo: <\(recipient)>\r\nSubject: slow\r\n\r\nA line, letter by letter, and its end.\r\n".utf8)
        for number in 0..<count {
            let client = try SubmissionClient(port: port, source: "127.0.0.\(2 + number / Self.perAddress)")
            try client.signIn(name, key: key)
            let isInContent = number.isMultiple(of: 2)
            if isInContent { try client.begin(from: sender, to: recipient) }
            let script = isInContent ? content + Array(".\r\n".utf8) : Array("MAIL FROM:<\(sender)>\r\n".utf8)
            members.append(Member(client: client, isInContent: isInContent, rest: script[...]))
        }
    }

    /// Each says its next octet; none comes to its end by that.
    package func sayOctet() throws {
        for index in members.indices where members[index].rest.count > 1 {
            guard let octet = members[index].rest.popFirst() else { continue }
            try members[index].client.send([octet])
        }
    }

    /// They say the rest at once, message and all; how many heard 250.
    package func finish() throws -> Int {
        var accepted = 0
        for member in members { try member.client.send(Array(member.rest)) }
        for member in members {
            var reply = try member.client.reply()
            if !member.isInContent {
                _ = try member.client.ask("RSET")
                reply = try member.client.handOver(content, from: sender, to: recipient)
            }
            if reply.code == 250 { accepted += 1 }
        }
        members = []
        return accepted
    }
}
