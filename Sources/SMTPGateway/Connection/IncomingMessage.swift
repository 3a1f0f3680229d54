/// Where the message of a connection stands.
enum IncomingMessage: Sendable {
    case none
    case arriving(Intake)
    /// Its header was refused; the client hears it when it has said all.
    case refused(Intake, Reply)
    /// It has come whole, and its fate is open.
    case deciding(Intake)

    var intake: Intake? {
        switch self {
        case .none: nil
        case .arriving(let intake), .refused(let intake, _), .deciding(let intake): intake
        }
    }

    /// The client is still sending it.
    var isArriving: Bool {
        switch self {
        case .arriving, .refused: true
        case .none, .deciding: false
        }
    }

    var isDeciding: Bool { if case .deciding = self { true } else { false } }
}
