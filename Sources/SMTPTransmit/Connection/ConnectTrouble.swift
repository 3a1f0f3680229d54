internal import Foundation
internal import NIOCore
internal import NIOPosix
internal import Relay

/// Why no connection came about, in words.
struct ConnectTrouble {
    let endpoint: MailEndpoint
    let limit: Duration

    func cause(of error: any Error) -> TransmitFailure.Cause {
        switch error {
        case ChannelError.connectTimeout: return .timeout(seconds: limit / .seconds(1))
        case let error as NIOConnectionError: return cause(of: error)
        case let error as IOError: return .unreachable("\(endpoint.host):\(endpoint.port): \(words(for: error))")
        default: return .unreachable("\(endpoint.host):\(endpoint.port): \(error)")
        }
    }

    private func cause(of error: NIOConnectionError) -> TransmitFailure.Cause {
        guard !error.connectionErrors.isEmpty else { return .unreachable("the name \(endpoint.host) cannot be resolved") }
        if error.connectionErrors.allSatisfy({ if case ChannelError.connectTimeout = $0.error { true } else { false } }) {
            return .timeout(seconds: limit / .seconds(1))
        }
        let tries = error.connectionErrors.map { failure in
            let place = failure.target.ipAddress ?? endpoint.host
            let why = (failure.error as? IOError).map(words) ?? "\(failure.error)"
            return "\(place):\(endpoint.port): \(why)"
        }
        return .unreachable(tries.joined(separator: "; "))
    }

    private func words(for error: IOError) -> String {
        switch error.errnoCode {
        case ECONNREFUSED: "connection refused: nothing listens there"
        case ENETUNREACH: "no network leads there"
        case EHOSTUNREACH: "no route to that host"
        case ETIMEDOUT: "no answer"
        default: "\(error)"
        }
    }
}
