/// One thing that shall go wrong: where, what, how often, and for whom.
///
/// Effects that hold the client up (`stall`, `delay`) come before the sandbox judges, so nothing is recorded for a client that gave up
/// meanwhile; `acceptThenDrop` is the one that takes the message (or issues the token) and says nothing.
package struct Fault: Sendable, Hashable {
    /// The points of an SMTP dialogue: before the answer to that command, or to the end of the data (`content`).
    package enum Stage: String, Sendable, Hashable, CaseIterable {
        case connect, ehlo, starttls, auth, mail, rcpt, data, content
    }

    package enum SubmissionEffect: Sendable, Hashable {
        case reply(Reply)
        case drop
        case acceptThenDrop
        /// No answer until `release()`.
        case stall
        case delay(milliseconds: Int)
    }

    package enum WebEffect: Sendable, Hashable {
        case answer(TokenAnswer)
        case drop
        case acceptThenDrop
        case stall
        case delay(milliseconds: Int)
    }

    /// At the sign-in to a door where mail is read.
    package enum ReadingEffect: Sendable, Hashable {
        /// "Not now", in the protocol's words.
        case unavailable
        case drop
        case stall
        case delay(milliseconds: Int)
    }

    package enum Place: Sendable, Hashable {
        case submission(Stage, SubmissionEffect)
        case reading(MailDoor, ReadingEffect)
        case web(Door, WebEffect)
    }

    package enum Times: Sendable, Hashable {
        case times(Int)
        case always

        package static let once = Times.times(1)
    }

    package var place: Place
    package var times: Times
    /// Only for this login (at the token endpoint: the login behind the refresh token, or the client id).
    package var login: String?
    /// Only for this recipient: at `rcpt` the one being named, later any of the message's.
    package var recipient: String?

    package init(_ place: Place, _ times: Times = .once, login: String? = nil, recipient: String? = nil) {
        self.place = place
        self.times = times
        self.login = login
        self.recipient = recipient
    }

    package static func at(
        _ stage: Stage, _ effect: SubmissionEffect, _ times: Times = .once, login: String? = nil, recipient: String? = nil
    ) -> Fault {
        Fault(.submission(stage, effect), times, login: login, recipient: recipient)
    }

    package static func atToken(_ effect: WebEffect, _ times: Times = .once, login: String? = nil) -> Fault {
        at(.token, effect, times, login: login)
    }

    package static func at(_ door: Door, _ effect: WebEffect, _ times: Times = .once, login: String? = nil) -> Fault {
        Fault(.web(door, effect), times, login: login)
    }
}

extension Fault.WebEffect {
    /// A status with a body that is no document of OAuth2, as front doors and load balancers answer.
    package static func status(_ status: Int, retryAfter seconds: Int? = nil) -> Self {
        .answer(
            TokenAnswer(
                status: status, contentType: "text/html", fields: seconds.map { [.init("Retry-After", "\($0)")] } ?? [],
                body: "<html><head><title>\(status)</title></head><body>The request cannot be answered now.</body></html>"))
    }

    package static func tooManyRequests(retryAfter seconds: Int) -> Self {
        .answer(
            TokenAnswer(
                status: 429, fields: [.init("Retry-After", "\(seconds)")],
                body: #"{"error":"temporarily_unavailable","error_description":"AADSTS90055: The request has been throttled."}"#))
    }

    package static func unavailable(retryAfter seconds: Int? = nil) -> Self {
        .answer(
            TokenAnswer(
                status: 503, contentType: "text/html", fields: seconds.map { [.init("Retry-After", "\($0)")] } ?? [],
                body: "<html><head><title>Service unavailable</title></head><body>The service is unavailable.</body></html>"))
    }

    /// 200 and a body that is not what it says it is.
    package static let garbage = Self.answer(TokenAnswer(status: 200, body: "{\"token_type\":\"Bearer\",\"expires_in\":3599,\"access"))
}
