internal import Mail
internal import Relay
internal import Store
internal import Sandbox

/// What goes wrong at the pretend provider while a message is on its way.
enum DemoTrouble: String, Sendable, Decodable {
    /// Nobody may send as the author any more, from the moment between MAIL and its answer.
    case delegationRevoked = "delegation-revoked"
    /// The owner of the author's mailbox has taken back what the application may do.
    case consentWithdrawn = "consent-withdrawn"
    /// Neither the mail server nor the token endpoint answers, until the first attempt has failed.
    case providerDown = "provider-down"

    /// What is announced before the message is handed over.
    var words: String {
        switch self {
        case .delegationRevoked: "the right to send as its author is taken back while the provider reads MAIL"
        case .consentWithdrawn: "the author's consent is withdrawn at the provider"
        case .providerDown: "the provider answers nobody until the first attempt has failed"
        }
    }
}

extension DemoRun {
    /// Seconds that something may take which takes milliseconds: on a machine with much else to do, the trouble must still come in the middle.
    private static let patience: Double = 180

    /// Hands one message over, lets that go wrong, and waits for the message to arrive nevertheless.
    func handOver(_ message: DemoMessage, during trouble: DemoTrouble, to service: RelayService) async throws -> Passage {
        let author = message.sidecar.user.flatMap { UserID($0) }.flatMap {
            service.snapshots.current.directory.user($0)?.addresses.first?.address
        }
        switch trouble {
        case .delegationRevoked:
            let stall = sandbox.add(.at(.mail, .stall))
            let passage = try await handOver([message], to: service)[0]
            _ = try await holds(within: Self.patience) { sandbox.held > 0 }
            sandbox.changeTenant { $0.grants.removeAll { $0.address == author?.description } }
            sandbox.removeFault(stall)
            sandbox.release()
            return passage
        case .consentWithdrawn:
            let login = service.snapshots.current.directory.allMailboxes.first { $0.address == author }?.login ?? ""
            sandbox.setConsent(.revoked, login: login)
            sandbox.revokeAccessTokens(of: login)
            // Its open connections end with it; the next one must sign in anew.
            let ended = sandbox.add(.at(.mail, .drop, .always, login: login))
            defer { sandbox.removeFault(ended) }
            let passage = try await handOver([message], to: service)[0]
            _ = try await settled(within: Self.patience)
            return passage
        case .providerDown:
            let faults = [Fault.at(.connect, .drop, .always), .at(.mail, .drop, .always), .atToken(.unavailable(), .always)].map {
                sandbox.add($0)
            }
            let passage = try await handOver([message], to: service)[0]
            if case .success(let receipt) = passage.result {
                _ = try await holds(within: Self.patience) {
                    try await store.show(receipt.id).map { $0.state == .waiting && $0.attempts > 0 } ?? true
                }
            }
            for fault in faults { sandbox.removeFault(fault) }
            // What an administrator does who does not want to wait out the minute: mandate queue retry.
            if case .success(let receipt) = passage.result {
                try await store.change(receipt.id, .retry, by: "demo", at: live.now())
                service.runner.wake()
            }
            return passage
        }
    }
}
