internal import CurlTransmit
internal import Mail
internal import NIOPosix
internal import Relay
internal import SMTPTransmit
internal import Store

extension OpenedStore {
    /// Asks providers, with everything a service has standing by, made for this once.
    func asking<Answer>(_ directory: Directory, _ work: (MailboxCheck.Means) async throws -> Answer) async throws -> Answer {
        let curl = try CurlThread()
        let requests = APITransmit(curl, now: live.now)
        var settings = TransmitSettings(now: live.now)
        settings.name = try live.hostDomain.ascii
        let smtp = SMTPTransmit(group: .singletonMultiThreadedEventLoopGroup, settings: settings)
        let broker = TokenBroker(renewer: live.renewer(store, vault, holder: live.identifier("probe"), curl) { directory })
        let reader = NetworkInboxReader()
        let prober = Prober(
            broker: broker,
            transmit: { message throws(TransmitFailure) in
                message.transport == .smtp ? try await smtp.send(message) : try await requests.send(message)
            }, senders: GmailSenders(curl), marks: try live.marks, readBack: ReadBack(broker: broker, reader: reader, wait: live.wait))
        let result: Result<Answer, any Error>
        do {
            result = .success(try await work(MailboxCheck.Means(broker: broker, prober: prober, submission: smtp, inbox: reader)))
        } catch { result = .failure(error) }
        await smtp.shutdown()
        await curl.stop()
        return try result.get()
    }

    func check(_ directory: Directory, _ means: MailboxCheck.Means) -> MailboxCheck {
        MailboxCheck(store, editor: editor, means: means, directory: directory, now: live.now)
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
