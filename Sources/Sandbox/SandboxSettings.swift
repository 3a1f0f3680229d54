/// Where a sandbox listens and what it keeps.
package struct SandboxSettings: Sendable, Hashable {
    package var host = "127.0.0.1"
    /// 0: any free port.
    package var submissionPort = 0
    package var tokenPort = 0
    /// Where mail is read, over TLS from the first octet.
    package var imapPort = 0
    package var popPort = 0
    package var habits = Habits.microsoft
    /// Opens `/_sandbox/…`, where other processes ask for faults and see requests.
    package var isControlled = false
    /// Octets of message content kept in memory, all together; beyond that only digests. 0: only digests.
    package var contentLimit = 256 << 20
    /// Each accepted message also goes into this folder, as a file.
    package var messageFolder: String?
    /// Seconds without a word from the client; Exchange gives five minutes.
    package var idleLimit = 300.0

    package init() {}
}

package enum SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Port: Sendable, Hashable { case submission, imap, pop, web }

    case cannotListen(Port, at: String, why: String)
    case alreadyStarted
    case notListening
    case unknownLogin(String)
    case unknownApplication(String)

    package var description: String {
        switch self {
        case .cannotListen(_, let place, let why): "\(place) cannot be listened on: \(why)"
        case .alreadyStarted: "The sandbox runs already."
        case .notListening: "The sandbox has no address to listen on; is the port free?"
        case .unknownLogin(let login): "The sandbox's tenant has no mailbox with the login \(login)."
        case .unknownApplication(let clientID): "The sandbox's tenant has no application \(clientID)."
        }
    }
}
