internal import CurlTransmit
internal import Mail
internal import NIOPosix
internal import Relay
internal import SMTPTransmit
internal import SQLiteStore

extension OpenedStore {
    /// For a command: with everything a service has standing by, made for this once.
    func probe(
        _ key: StandingKey, through mailbox: Mailbox, _ directory: Directory, bySending: Bool = false
    ) async throws -> ProbeOutcome {
        let curl = try CurlThread()
        let requests = APITransmit(curl, now: live.now)
        var settings = TransmitSettings(now: live.now)
        settings.name = try live.hostDomain.ascii
        let smtp = SMTPTransmit(group: .singletonMultiThreadedEventLoopGroup, settings: settings)
        let renewer = live.renewer(store, vault, holder: live.identifier("probe"), curl) { directory }
        let broker = TokenBroker(renewer: renewer)
        let prober = Prober(
            broker: broker,
            transmit: { message throws(TransmitFailure) in
                message.transport == .smtp ? try await smtp.send(message) : try await requests.send(message)
            }, senders: GmailSenders(curl), marks: try live.marks,
            readBack: ReadBack(broker: broker, reader: NetworkInboxReader(), wait: live.wait))
        let outcome = await prober.probe(key, through: mailbox, in: directory, bySending: bySending)
        await smtp.shutdown()
        await curl.stop()
        return outcome
    }

    /// Keeps what a probe came to, where it changes what is known.
    func note(_ outcome: ProbeOutcome, of keys: [StandingKey], _ mailbox: Mailbox) async throws {
        let slice = DirectorySlice(addresses: Set([mailbox.address] + keys.map(\.from)))
        try await editor.edit(slice) { $0.note(outcome, of: keys, mailbox) }
    }
}

extension Live {
    /// What test messages are made of.
    var marks: Prober.Marks {
        get throws(AddressError) { Prober.Marks(domain: try hostDomain, now: now, generator: { generator }) }
    }
}
