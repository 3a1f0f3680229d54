internal import Relay

/// How a standing is, for people.
enum StandingWords {
    static func of(_ standing: Standing?) -> String {
        switch standing {
        case nil, .declared: "declared"
        case .pending(let until, _, _): "pending until \(until.minute)"
        case .proven(let at, let how): "proven \(at.day), \(how)"
        case .denied(let at, let code): "denied \(at.day), \(code)"
        case .rewritten(let at, let to): "rewritten \(at.day) to \(to)"
        }
    }
}
