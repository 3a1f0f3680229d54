internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Whose turn it is on a connection: the next request is passed on once the answer to the one before has left. A client may send many without waiting
/// (RFC 9112 section 9.3.2), and who sends many and reads nothing would have all their answers kept for him.
struct RequestPipeline {
    /// Parts that have come and whose turn it is not.
    private var waiting = CircularBuffer<HTTPRequestPart>()
    /// A request was passed on, and its answer is not complete.
    private var isAnswering = false
    /// The last part of that request has not been passed on.
    private var isArriving = false
    private var isOver = false
    /// The service stops: the answer under way is the last.
    private(set) var isLeaving = false
    /// The answer to HEAD has no body, whatever it says of its length (RFC 9110 section 9.3.2).
    private(set) var wantsNoBody = false

    mutating func add(_ part: HTTPRequestPart) {
        // What comes after the last answer is nobody's.
        if !isOver { waiting.append(part) }
    }

    /// The next part to be passed on. `hasRoom`: the answer before it has left, and is not kept for a client that does not read.
    mutating func next(hasRoom: Bool) -> HTTPRequestPart? {
        switch waiting.first {
        case .head(let head)?:
            guard !isAnswering, hasRoom else { return nil }
            wantsNoBody = head.method == .head
            isAnswering = true
            isArriving = true
        case .end?: isArriving = false
        case .body?, nil: break
        }
        return waiting.popFirst()
    }

    /// Something waits, so nothing more is to be read.
    var isWaiting: Bool { !waiting.isEmpty }

    /// The answer is the last: it comes before the request has been heard to its end, whose rest would be no request and may never end, or the service stops.
    var isLast: Bool { isArriving || isLeaving }

    mutating func leave() { isLeaving = true }

    /// The answer is complete. True: that was the last one.
    mutating func answered() -> Bool {
        isAnswering = false
        isOver = isOver || isLast
        if isOver { waiting.removeAll() }
        return isOver
    }
}
