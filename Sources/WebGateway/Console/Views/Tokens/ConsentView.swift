internal import Relay
internal import struct FoundationEssentials.Date

/// A consent as the console begins it: in this browser, by an ordinary link to our own start page, since a form must not lead to another site; or with a
/// code for another screen.
struct ConsentView: Sendable {
    static let routes: [ConsoleRoute] = [
        .post("/tokens/{id}/consent") { visit in .page(try await ConsentView(visit).begin()) },
        .post("/tokens/{id}/device") { visit in try await ConsentView(visit).invite() },
        .post("/tokens/{id}/device/cancel") { _ in
            .redirect("/tokens", .wait("The code is not waited for here any more; it ends by itself, and changes nothing."))
        },
        .get("/tokens/{id}/device") { visit in .page(try await ConsentView(visit).device()) },
        .get("/tokens/{id}/device.json") { visit in .json(try await ConsentView(visit).progress()) },
    ]

    private let visit: Visit

    init(_ visit: Visit) { self.visit = visit }

    private var desk: GrantDesk { GrantDesk(office: visit.office, person: visit.person) }

    private func begin() async throws -> Page {
        let grant = try desk.grant(visit.path("id"))
        let attempt = try await desk.begin(grant)
        let provider = GrantSource(grant.id, in: visit.directory)?.provider
        let host = provider?.authorization.authorizationEndpoint?.split(separator: "/").dropFirst().first.map(String.init) ?? ""
        return Page(
            "tokens-consent", "Consent",
            [
                "provider": .text(provider?.name ?? ""), "principal": .text(principal(grant)),
                "expires": Words.moment(attempt.expires, at: visit.now),
                "provider_url": .text(visit.office.address.start(attempt.application.text, consent: attempt.id.text)), "host": .text(host),
            ])
    }

    private func principal(_ grant: Grant) -> String {
        grant.principal ?? visit.directory.mailboxes(of: grant.id).first?.login ?? "the mailbox's owner"
    }

    private func invite() async throws -> ConsoleAnswer {
        let grant = try desk.grant(visit.path("id"))
        let invitation = try await desk.invite(grant)
        visit.office.invitations.put(
            InvitationBoard.Invitation(
                userCode: invitation.answer.userCode, address: invitation.answer.completeURI ?? invitation.answer.verificationURI,
                expires: invitation.expires), for: invitation.attempt.id, at: visit.now)
        return .redirect(place(grant, invitation.attempt.id))
    }

    private func place(_ grant: Grant, _ id: ConsentID, _ suffix: String = "") -> String {
        "/tokens/\(PercentCoding.encode(grant.id.text))/device\(suffix)?consent=\(PercentCoding.encode(id.text))"
    }

    private func attempt() async throws -> ConsentAttempt {
        guard let id = visit.query["consent"].flatMap({ ConsentID($0) }), let attempt = try await visit.office.store.consent(id),
            attempt.grant.text == visit.path("id")
        else { throw Problem(.notFound, "there is no such consent, or it is long over", fix: "begin again under Access tokens") }
        return attempt
    }

    private func device() async throws -> Page {
        let attempt = try await attempt()
        let grant = try desk.grant(visit.path("id"))
        let invitation = visit.office.invitations.invitation(attempt.id)
        let (kind, word, words) = said(attempt)
        return Page(
            "tokens-device", "Device code",
            [
                "state": Words.badge(kind, word), "progress_href": .text(place(grant, attempt.id, ".json")),
                "self_href": .text(place(grant, attempt.id)),
                "verification_url": DocumentValue(invitation?.address), "user_code": DocumentValue(invitation?.userCode),
                "principal": .text(principal(grant)), "words": .text(words),
                "expires": Words.moment(invitation?.expires ?? attempt.expires, at: visit.now),
                "grant_id": .text(PercentCoding.encode(grant.id.text)), "grant_name": .text(grant.name),
            ], refresh: word == "waiting" ? 5 : nil)
    }

    private func said(_ attempt: ConsentAttempt) -> (kind: String, word: String, words: String) {
        switch attempt.progress {
        case .waiting, .taken: ("wait", "waiting", "Waiting for the person at the provider.")
        case .granted(_, let words): ("good", "granted", words.sentence)
        case .refused(_, let words): ("bad", "refused", words.sentence)
        }
    }

    private func progress() async throws -> DocumentValue {
        let (_, word, words) = said(try await attempt())
        return ["done": 0, "total": 0, "words": .text(words), "finished": .flag(word != "waiting"), "next": nil]
    }
}
