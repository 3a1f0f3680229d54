package import Mail
package import Relay
internal import Synchronization
package import struct FoundationEssentials.Date

/// The passage behind the spool with everything outside it faked: store, clock, token endpoint, way out.
package final class FakeService: Sendable {
    // A class because tests pass it around; all but the reports is constant, and those are behind a mutex.
    package let store: MemoryStore
    package let clock = FakeClock()
    package let endpoint = FakeTokenEndpoint()
    package let transmit = FakeTransmit()
    package let snapshots: Snapshots
    package let vault: Vault
    package let broker: TokenBroker
    package let pace: Pace
    private let reported = Mutex<[String]>([])

    package init(store: MemoryStore = MemoryStore(), holder: String = "one") async throws {
        self.store = store
        let (clock, endpoint) = (clock, endpoint)
        vault = try FakeCompany.vault()
        if await store.count(.apply) == 0 { try await FakeCompany.fill(store, vault, at: clock.now) }
        let snapshots = Snapshots(Snapshot(directory: try await store.directory(), conditions: try await store.conditions(of: nil)))
        self.snapshots = snapshots
        pace = Pace(
            now: { clock.now }, wait: clock.wait,
            usage: { account, since throws(StoreFailure) in try await store.usage(of: account, since: since) })
        broker = TokenBroker(
            renewer: TokenRenewer(
                store: store, vault: vault, holder: holder, request: endpoint.request,
                runCommand: { _ throws(TokenFailure) in throw .missing("no program") },
                source: { snapshots.current.directory.source(of: $0) }, now: { clock.now }, draw: { 0.5 }, wait: clock.wait))
    }

    package var reports: [String] { reported.withLock { $0 } }

    package var surroundings: Attempt.Surroundings {
        let (snapshots, store, clock) = (snapshots, store, clock)
        return Attempt.Surroundings(
            snapshots: snapshots, broker: broker, spool: store, transmit: transmit.transmit, transports: [.smtp], schedule: RetrySchedule(),
            now: { clock.now }, draw: { 0.5 },
            notices: Attempt.NoticeDependencies(domain: FakeCompany.ann.domain, generator: { SystemRandomNumberGenerator() }), pace: pace,
            catchUp: {
                do throws(StoreFailure) { try await snapshots.catchUp(with: store) } catch { self.report("catch up: \(error)") }
            })
    }

    package func runner(_ limits: SpoolRunner.Limits = SpoolRunner.Limits(), incarnation: String = "a") -> SpoolRunner {
        SpoolRunner(
            claimant: Claimant(node: "one", incarnation: incarnation), attempt: surroundings, limits: limits, wait: clock.wait,
            report: { self.report($0) })
    }

    private func report(_ text: String) { reported.withLock { $0.append(text) } }

    /// A message in the spool, with a body of its own. `runner`: who may carry it at once, in this lane. Returns whether it did.
    @discardableResult package func accept(
        _ id: String, from author: EmailAddress = FakeCompany.ann, to recipients: [String] = ["rob@example.com"],
        notify: Recipient.Notify? = nil, ret: Envelope.Ret? = nil, body text: String? = nil, client: ClientID? = nil, at time: Date? = nil,
        by runner: SpoolRunner? = nil, lane: Account? = nil
    ) async throws -> Bool {
        let body = Array((text ?? "Hello \(id)\r\n").utf8)
        let header = Array("From: <\(author)>\r\nDate: Fri, 15 Jan 2027 08:00:00 +0000\r\nMessage-ID: <\(id)@example.org>\r\n".utf8)
        let message = AcceptedMessage(
            id: SpoolID(trusted: id), acceptedAt: time ?? clock.now, client: client, purpose: nil, user: nil,
            author: Author(NamedAddress(address: author)),
            envelope: Envelope(
                sender: .address(author), recipients: try recipients.map { Recipient(address: try EmailAddress($0), notify: notify) },
                ret: ret),
            hasEnvelopeSender: false, isAutomatic: false, header: header, bodySize: body.count, digest: [], messageID: "<\(id)@example.org>"
        )
        let departure = lane.flatMap { runner?.reserve(message.id, lane: $0) }
        do throws(StoreFailure) {
            let moment = try await store.accept(
                message, lastChunk: body, number: 0, departure.map { .claimed($0.claimant, until: $0.until) } ?? .due, lane: lane,
                request: nil, journal: [], sightings: [])
            if let departure { runner?.begin(departure, message, body: body, at: moment) } else { runner?.arrived(in: lane) }
        } catch {
            if let departure { runner?.giveBack(departure) }
            throw error
        }
        return departure != nil
    }

    /// Claims the next message and makes one attempt at it, on the newest snapshot.
    package func attempt() async throws -> Settlement? {
        try await snapshots.catchUp(with: store)
        let batch = try await store.claim(
            1, rooms: LaneRooms(), by: Claimant(node: "one", incarnation: "a"), at: clock.now, until: clock.now.addingTimeInterval(300))
        guard let entry = batch.entries.first else { return nil }
        let settlement = await Attempt(entry, surroundings).run()
        try await store.settle(settlement)
        return settlement
    }
}
