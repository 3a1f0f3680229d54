internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// A code for another screen: this service asks the provider on until somebody has typed it, and the page looks how that stands.
extension ConsentView {
    func invite() async throws -> ConsoleAnswer {
        let grant = try controller.grant(request.path("id"))
        return try await answering(grant) {
            let invitation = try await controller.invite(grant)
            let address = invitation.answer.verificationURI
            // It becomes a link: what the provider names must lead to a page, and run nothing.
            guard address.hasPrefix("https://") || address.hasPrefix("http://") else {
                throw Problem(.provider, "the provider names no address to type the code at")
            }
            request.state.invitations.put(
                DeviceInvitations.Invitation(userCode: invitation.answer.userCode, address: address, expires: invitation.expires),
                for: invitation.attempt.id, at: request.now)
            return .redirect(Self.place(grant, invitation.attempt.id))
        }
    }

    func leave() -> ConsoleAnswer {
        .redirect(
            "/tokens#grant-\(PercentCoding.encode(request.path("id")))",
            .wait("The code is left alone and runs out by itself. Until then, whoever types it still consents."))
    }

    func device() async throws -> ConsoleAnswer {
        let (grant, attempt) = try await attempt()
        switch state(attempt) {
        case .over(let notice): return .redirect(grant.place, notice)
        case .waiting(let invitation):
            let brief = try controller.brief(attempt)
            return .page(
                Page(
                    "tokens-device", "Device code for \(grant.name)",
                    [
                        "state": Words.badge("wait", "waiting"), "progress_href": .text(Self.place(grant, attempt.id, ".json")),
                        "self_href": .text(Self.place(grant, attempt.id)), "verification_url": .text(invitation.address),
                        "user_code": .text(invitation.userCode), "principal": .text(try await principal(grant)),
                        "application": .text(brief.application), "provider": .text(brief.provider), "may": .text(brief.may),
                        "started_by": .text(brief.startedBy), "words": .text(Self.waitingWords),
                        "expires": Words.moment(invitation.expires, at: request.now),
                        "grant_id": .text(PercentCoding.encode(grant.id.text)), "grant_name": .text(grant.name.shellQuoted),
                    ], refresh: Self.refresh))
        }
    }

    /// At the end it leads to the page once more, which then says how it ended where the grant is.
    func progress() async throws -> DocumentValue {
        let (grant, attempt) = try await attempt()
        let (words, isOver) =
            switch state(attempt) {
            case .waiting: (Self.waitingWords, false)
            case .over(let notice): (notice.text, true)
            }
        let next = request.dependencies.address.path + Self.place(grant, attempt.id)
        return [
            "done": isOver ? 1 : 0, "total": 1, "words": .text(words), "finished": .flag(isOver), "next": isOver ? .text(next) : .null,
        ]
    }

    private static let waitingWords = "Waiting for the person at the provider."
    /// Seconds, for a browser without script: providers ask not to be asked more often than that themselves (RFC 8628 section 3.2).
    private static let refresh = 5

    private static func place(_ grant: Grant, _ id: ConsentID, _ suffix: String = "") -> String {
        "/tokens/\(PercentCoding.encode(grant.id.text))/device\(suffix)?consent=\(PercentCoding.encode(id.text))"
    }

    private func attempt() async throws -> (Grant, ConsentAttempt) {
        let grant = try controller.grant(request.path("id"))
        guard let id = request.query["consent"].flatMap({ ConsentID($0) }), let attempt = try await request.dependencies.store.consent(id),
            attempt.grant == grant.id, attempt.way == .device
        else { throw Problem(.notFound, "there is no such consent, or it is long over", fix: "begin again under Connections") }
        return (grant, attempt)
    }

    private enum State {
        case waiting(DeviceInvitations.Invitation)
        case over(Notice)
    }

    private func state(_ attempt: ConsentAttempt) -> State {
        switch attempt.progress {
        case .granted(_, let words): return .over(.good(words.sentence))
        case .refused(_, let words): return .over(.bad(words.sentence))
        case .waiting, .taken:
            guard let invitation = request.state.invitations.invitation(attempt.id, at: request.now) else {
                return .over(.bad("This code has run out, or the service was started anew since: nobody waits for it. Begin again."))
            }
            return .waiting(invitation)
        }
    }
}
