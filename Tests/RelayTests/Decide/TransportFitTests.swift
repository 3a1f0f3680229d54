import Mail
import Relay
import TestSupport
import Testing

/// Which way out a message takes, by its size and by who is to get it.
struct TransportFitTests {
    private static let limit = 1_000

    private static func provider() -> Provider {
        var provider = FakeCompany.provider
        provider.apis = [.graph: "https://graph.example/v1.0"]
        provider.scopes[.graph] = Scopes(delegated: "send", appOnly: ".default")
        provider.limits = ProviderLimits(
            connections: 10, recipientsPerMessage: 3, messageSize: 10 * limit, requestsAtOnce: 4, requestSize: limit)
        return provider
    }

    private static func mailbox(_ transports: [Transport]) -> Mailbox {
        Mailbox(
            id: MailboxID(trusted: "ann"), address: FakeCompany.ann, login: "ann-login", grant: FakeCompany.appOnly, transports: transports)
    }

    private func transport(
        _ transports: [Transport], size: Int? = nil, needsEnvelope: Bool = false, recipients: Int = 1
    ) -> Transport? {
        let entities =
            FakeCompany.entities().filter { $0.key != EntityKey(.delegation, FakeCompany.delegation.text) } + [
                .provider(Self.provider()), .mailbox(Self.mailbox(transports)),
            ]
        let decider = Decider(directory: Directory(entities), conditions: Conditions())
        let routing = Routing(
            purpose: nil, envelopeSender: nil, at: Samples.start, size: size, needsEnvelope: needsEnvelope, recipients: recipients)
        guard case .decided(let decision) = decider.decide(Author(NamedAddress(address: FakeCompany.ann)), routing),
            decision.mailbox.login == "ann-login"
        else { return nil }
        return decision.transport
    }

    @Test func preferenceCountsWhileItFits() {
        #expect(transport([.graph, .smtp], size: Self.limit) == .graph)
        #expect(transport([.smtp, .graph], size: Self.limit) == .smtp)
    }

    @Test func largerOrInexpressibleGoesBySMTP() {
        #expect(transport([.graph, .smtp], size: Self.limit + 1) == .smtp)
        #expect(transport([.graph, .smtp], needsEnvelope: true) == .smtp)
        #expect(transport([.graph, .smtp], recipients: 4) == .smtp, "an API takes all or none")
        #expect(transport([.graph, .smtp], recipients: 3) == .graph)
    }

    @Test func whatFitsNowhereHasNoTransport() {
        #expect(transport([.graph], size: Self.limit + 1) == nil)
        #expect(transport([.smtp], size: 10 * Self.limit + 1) == nil)
    }

    /// No time will mend it, so nobody waits five days to hear of it.
    @Test func whatFitsNowhereIsRefusedAtOnce() async throws {
        let service = try await FakeService()
        var provider = Self.provider()
        provider.limits.messageSize = 10
        provider.limits.requestSize = 10
        _ = try await service.store.apply(DirectoryEdit([.put(.provider(provider))], by: "root", at: service.clock.now))
        try await service.accept("m")
        let settlement = try #require(try await service.attempt())
        guard case .failed(let why) = settlement.state else { return #expect(Bool(false), "\(settlement.state)") }
        #expect(why.contains("larger than smtp takes (10 octets)"), "\(why)")
        #expect(service.transmit.sent.isEmpty)
        guard case .refused? = settlement.outcomes[0] else { return #expect(Bool(false), "\(settlement.outcomes)") }
    }
}
