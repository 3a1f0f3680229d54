internal import Hummingbird
internal import NIOCore

/// For people and programs in another process: what was seen, and what shall go wrong.
extension WebServer {
    static func addControl(to router: Router<WebContext>, _ provider: Provider) {
        router.get("/_sandbox/requests") { _, _ in
            let seen = provider.record.requests.map { request -> [String: Any] in
                [
                    "door": request.door.rawValue, "method": request.method, "path": request.path, "fields": request.fields,
                    "authorized": request.isAuthorized, "status": request.status, "faulted": request.isFaulted, "time": request.time,
                ]
            }
            return response(.document(TokenAnswer(status: 200, body: JSONText.text(["requests": seen]))))
        }
        router.post("/_sandbox/faults") { request, _ in
            let form = Fields(String(buffer: try await request.body.collect(upTo: bodyLimit)))
            guard let fault = Fault(form) else {
                return response(
                    .document(
                        .failure(
                            400, "invalid_request",
                            "door=\(Door.allCases.map(\.rawValue).joined(separator: "|"))&effect=status|delay|drop|accept-then-drop|garbage, with status=, "
                                + "retry_after=, milliseconds=, times= and login= as needed")))
            }
            let id = provider.with { state, _ in state.faults.add(fault) }
            return response(.document(TokenAnswer(status: 200, body: JSONText.text(["fault": id]))))
        }
        router.delete("/_sandbox/faults") { _, _ in
            provider.with { state, _ in state.faults.removeAll() }
            return response(.document(TokenAnswer(status: 200, body: "{}")))
        }
    }
}

extension Fault {
    /// As a form asks for one; nil: it cannot be read.
    init?(_ form: Fields) {
        guard let door = Door(rawValue: form["door"] ?? "token"), let name = form["effect"] else { return nil }
        let effect: WebEffect
        switch name {
        case "status":
            guard let status = form["status"].flatMap(Int.init), (400..<600).contains(status) else { return nil }
            effect = .status(status, retryAfter: form["retry_after"].flatMap(Int.init))
        case "delay":
            guard let time = form["milliseconds"].flatMap(Int.init), (0...600_000).contains(time) else { return nil }
            effect = .delay(milliseconds: time)
        case "drop": effect = .drop
        case "accept-then-drop": effect = .acceptThenDrop
        case "garbage": effect = .garbage
        default: return nil
        }
        let times = form["times"].flatMap(Int.init).map { Times.times($0) }
        self.init(.web(door, effect), times ?? (form["times"] == "always" ? .always : .once), login: form["login"])
    }
}
