/// How a crowd hands its mail over, and what it hears.
package enum CrowdWay: String, Sendable, CaseIterable {
    case smtp = "SMTP"
    case http = "HTTP"

    package func crowd(at port: Int, name: String, key: String, senders: [String], octets: Int) -> SubmissionCrowd {
        SubmissionCrowd(senders: senders, octets: octets) { () throws(LoopbackSocket.Trouble) in
            switch self {
            case .smtp:
                let client = try SubmissionClient(port: port)
                try client.signIn(name, key: key)
                return client
            case .http: return try HTTPSubmission(port: port, key: key)
            }
        }
    }

    /// What is answered where there is no room: 451 and 452 (RFC 5321 section 4.2.3), 507 (RFC 4918 section 11.5), or 503 while the store cannot be written.
    package var isFull: Set<Int> {
        switch self {
        case .smtp: [451, 452]
        case .http: [503, 507]
        }
    }
}
