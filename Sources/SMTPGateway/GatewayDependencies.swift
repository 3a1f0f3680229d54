package import Logging
package import Mail
package import Relay

/// What the submission server needs of the rest: who may come in, how a message is accepted, whom to tell.
package struct GatewayDependencies: Sendable {
    let directory: @Sendable () -> Directory
    let surroundings: AcceptStage.Surroundings
    /// Where mail to an account of this machine goes.
    let address: @Sendable (_ account: String) -> EmailAddress?
    /// The store's owner, who needs no client of his own at the local socket; nor does root.
    let owner: UInt32
    let accepted: @Sendable (_ isLocal: Bool) -> Void
    let refused: @Sendable () -> Void
    let logger: Logger
    let connectionLimit = ConnectionLimit()
    /// Forgotten after ten minutes without another.
    let failures = FailedSignIns(memory: 600)

    /// `accepted` is called after each 250, and told whether that was at the local socket, `refused` after each log-in that failed;
    /// neither may wait.
    package init(
        directory: @escaping @Sendable () -> Directory, surroundings: AcceptStage.Surroundings,
        address: @escaping @Sendable (_ account: String) -> EmailAddress?, owner: UInt32,
        accepted: @escaping @Sendable (_ isLocal: Bool) -> Void, refused: @escaping @Sendable () -> Void, logger: Logger
    ) {
        self.directory = directory
        self.surroundings = surroundings
        self.address = address
        self.owner = owner
        self.accepted = accepted
        self.refused = refused
        self.logger = logger
    }

    /// Who the caller is by the place it calls from.
    func admission(_ origin: ConnectionOrigin) -> Admission? {
        switch origin.terms.origin {
        case .local(let uid): directory().admission(ofUID: uid, owner: owner)
        case .network: origin.address.flatMap { directory().client(.address($0)) }.map { .client($0) }
        }
    }

    func submission(_ transaction: Transaction, _ session: SubmissionSession, _ origin: ConnectionOrigin) -> Submission {
        // As it stands now: who was shut out a minute ago, or has another key since, is shut out on connections that are open, too.
        let client = session.admission?.client.map { client in
            guard let current = directory().client(client.id), current.credential == client.credential else { return client.shutOut }
            return current
        }
        var submission = Submission(
            client: client, envelopeSender: transaction.sender, recipients: transaction.recipients, ret: transaction.ret,
            envelopeID: transaction.envelopeID)
        switch origin.terms.origin {
        case .local(let uid): submission.origin = .account(uid: uid)
        case .network:
            guard let address = origin.address?.unmapped else { break }
            submission.origin = .connection(
                name: session.clientName ?? "", address: address,
                Origin.Manner(
                    isExtended: session.isExtended, isEncrypted: session.isEncrypted, isSignedIn: session.signedIn != nil,
                    isUTF8: transaction.isUTF8))
        }
        return submission
    }
}

extension Client {
    /// Removed while it was connected: it is refused like one that was revoked.
    fileprivate var shutOut: Client {
        var client = self
        client.isEnabled = false
        return client
    }
}
