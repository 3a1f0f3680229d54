/// One client of a crowd, on a connection that it keeps from message to message.
package protocol CrowdMember {
    /// The code that the message was answered with.
    func handOver(_ message: CrowdMessage) throws(CrowdTrouble) -> Int
}

package enum CrowdTrouble: Error {
    /// It was not said to its end, so that nobody can have taken it.
    case brokeOff
    /// It was said, and the connection ended: nobody knows what became of it.
    case noAnswer
}

package struct CrowdMessage: Sendable {
    package let number: Int
    package let sender: String
    package let recipient = "customer@elsewhere.example"
    package let body: [UInt8]

    package var id: String { "<\(number)@crowd.test>" }

    package var content: [UInt8] {
        Array("From: <\(sender)>\r\nTo: <\(recipient)>\r\nMessage-ID: \(id)\r\nSubject: number \(number)\r\n\r\n".utf8) + body
    }
}

extension SubmissionClient: CrowdMember {
    package func handOver(_ message: CrowdMessage) throws(CrowdTrouble) -> Int {
        do throws(Trouble) {
            try begin(from: message.sender, to: message.recipient)
            try send(message.content + Array(".\r\n".utf8))
        } catch { throw .brokeOff }
        do throws(Trouble) { return try reply().code } catch { throw .noAnswer }
    }
}
