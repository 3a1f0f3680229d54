internal import Hummingbird
internal import NIOCore

/// For people and programs in another process: what was seen, and what shall go wrong.
extension WebServer {
    static func addControl(to router: Router<WebContext>, _ provider: Provider) {
        addHabits(to: router, provider)
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
                            "door=\(Door.allCases.map(\.rawValue).joined(separator: "|"))&effect=status|delay|drop|accept-then-drop|garbage, or "
                                + "door=imap|pop3&effect=unavailable|delay|drop, with status=, retry_after=, milliseconds=, times= and login= as needed"
                        )))
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

/// The habits, to look at and to turn.
extension WebServer {
    private static func addHabits(to router: Router<WebContext>, _ provider: Provider) {
        @Sendable func habits(_ habits: Habits) -> Response {
            let values = Dictionary(uniqueKeysWithValues: Habit.all.map { ($0.name, $0.value(in: habits)) })
            return response(.document(TokenAnswer(status: 200, body: JSONText.text(["habits": values]))))
        }
        router.get("/_sandbox/habits") { _, _ in habits(provider.with { state, _ in state.habits }) }
        let turn: @Sendable (Request, WebContext) async throws -> Response = { request, _ in
            let form = Fields(String(buffer: try await request.body.collect(upTo: bodyLimit))).all.map { (name: $0.key, value: $0.value) }
            let result = provider.with { state, _ -> Result<Habits, Habit.Failure> in
                do throws(Habit.Failure) {
                    try state.habits.change(form)
                    return .success(state.habits)
                } catch { return .failure(error) }
            }
            switch result {
            case .success(let changed): return habits(changed)
            case .failure(let failure): return response(.document(.failure(400, "invalid_request", failure.description)))
            }
        }
        router.post("/_sandbox/habits", use: turn)
        router.put("/_sandbox/habits", use: turn)
    }
}

extension Fault {
    /// As a form asks for one; nil: it cannot be read.
    init?(_ form: Fields) {
        let (door, name) = (form["door"] ?? "token", form["effect"] ?? "")
        let place: Place?
        if let door = MailDoor(rawValue: door), door != .submission {
            place = ReadingEffect(name, form).map { .reading(door, $0) }
        } else {
            place = Door(rawValue: door).flatMap { door in WebEffect(name, form).map { .web(door, $0) } }
        }
        guard let place else { return nil }
        let times = form["times"].flatMap(Int.init).map { Times.times($0) }
        self.init(place, times ?? (form["times"] == "always" ? .always : .once), login: form["login"])
    }

    fileprivate static func milliseconds(_ form: Fields) -> Int? {
        form["milliseconds"].flatMap(Int.init).flatMap { (0...600_000).contains($0) ? $0 : nil }
    }
}

extension Fault.ReadingEffect {
    fileprivate init?(_ name: String, _ form: Fields) {
        switch name {
        case "unavailable": self = .unavailable
        case "drop": self = .drop
        case "delay":
            guard let time = Fault.milliseconds(form) else { return nil }
            self = .delay(milliseconds: time)
        default: return nil
        }
    }
}

extension Fault.WebEffect {
    fileprivate init?(_ name: String, _ form: Fields) {
        switch name {
        case "status":
            guard let status = form["status"].flatMap(Int.init), (400..<600).contains(status) else { return nil }
            self = .status(status, retryAfter: form["retry_after"].flatMap(Int.init))
        case "delay":
            guard let time = Fault.milliseconds(form) else { return nil }
            self = .delay(milliseconds: time)
        case "drop": self = .drop
        case "accept-then-drop": self = .acceptThenDrop
        case "garbage": self = .garbage
        default: return nil
        }
    }
}
