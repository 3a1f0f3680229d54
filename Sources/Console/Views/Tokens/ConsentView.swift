internal import Web
internal import HTTPTypes
internal import Relay
internal import struct FoundationEssentials.Date

/// A consent as the console begins it: in this browser, by an ordinary link to our own start page, since a form must not lead to another site; or with a
/// code for another screen.
struct ConsentView: Sendable {
    static let routes: [ConsoleRoute] = [
        .post("/tokens/{id}/consent") { request in try await ConsentView(request).begin() },
        .post("/mailboxes/{id}/read") { request in try await ConsentView(request).beginReading() },
        .post("/tokens/{id}/device") { request in try await ConsentView(request).invite() },
        .post("/tokens/{id}/device/cancel") { request in ConsentView(request).leave() },
        // The code is for whoever asked for it: auditors do not see it.
        ConsoleRoute(method: .get, path: "/tokens/{id}/device", isForAuditors: false) { request in try await ConsentView(request).device()
        },
        ConsoleRoute(method: .get, path: "/tokens/{id}/device.json", isForAuditors: false) { request in
            .json(try await ConsentView(request).progress())
        },
    ]

    let request: ConsoleRequest

    init(_ request: ConsoleRequest) { self.request = request }

    var controller: GrantController { GrantController(dependencies: request.dependencies, person: request.person) }

    private func begin() async throws -> ConsoleAnswer { try await begin(try controller.grant(request.path("id"))) }

    /// What a mailbox is for grows by reading, and so does what its consent asks for.
    private func beginReading() async throws -> ConsoleAnswer {
        let id = MailboxID(trusted: request.path("id"))
        try await request.editor.edit { try $0.change(EntityKey(.mailbox, id.text), by: [.init("read", true)]) }
        guard let mailbox = request.dependencies.directory.mailbox(id) else { throw Problem(.notFound, "there is no such mailbox") }
        return try await begin(try controller.grant(mailbox.grant.text))
    }

    private func begin(_ grant: Grant) async throws -> ConsoleAnswer {
        try await answering(grant) {
            guard let endpoint = request.directory.source(of: grant.id)?.provider.authorization.authorizationEndpoint
            else { throw Problem(.conflict, "its provider has no authorisation endpoint, so no browser can consent to it") }
            let attempt = try await controller.begin(grant)
            let brief = try controller.brief(attempt)
            return .page(
                Page(
                    "tokens-consent", "Consent for \(grant.name)",
                    [
                        "application": .text(brief.application), "provider": .text(brief.provider),
                        "principal": .text(try await principal(grant)), "may": .text(brief.may),
                        "expires": Words.moment(brief.expires, at: request.now),
                        "provider_url": .text(request.dependencies.address.start(attempt.application.text, consent: attempt.id.text)),
                        "host": .text(Self.host(of: endpoint)),
                    ]))
        }
    }

    func principal(_ grant: Grant) async throws -> String {
        let directory = request.directory
        return try await Aside.run { OpenedMailboxes(directory).principal(of: grant) } ?? "the person whose mailbox it is"
    }

    /// What a provider or the grant itself does not let happen is no fault of the visitor's: he is told where the grant is.
    func answering(_ grant: Grant, _ work: () async throws -> ConsoleAnswer) async throws -> ConsoleAnswer {
        do { return try await work() } catch let problem as Problem {
            switch problem.kind {
            case .conflict, .invalid, .provider, .busy:
                return .redirect(grant.place, .bad("No consent could be begun for \(grant.name): \(problem.detail.sentence)"))
            default: throw problem
            }
        }
    }

    private static func host(of endpoint: String) -> String {
        guard let mark = endpoint.firstRange(of: "://") else { return endpoint }
        return String(endpoint[mark.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }
}
