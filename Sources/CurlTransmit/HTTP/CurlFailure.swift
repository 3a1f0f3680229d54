internal import CCurl

/// Why there is no answer. libcurl's codes end here; nobody else sees one, except as a number for people in `other`.
package enum CurlFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case couldNotResolve(String)
    case couldNotConnect(String)
    /// Handshake, certificate or trust: the text says which.
    case tls(String)
    case timeout(seconds: Double)
    case tooLarge(limit: Int)
    /// We would not even try: the scheme, the host or the request itself. The text says what.
    case notAllowed(String)
    /// The connection broke, or what came over it was not the whole of an answer.
    case interrupted(String)
    /// Whoever asked has gone away.
    case cancelled
    /// The thread was stopped.
    case stopped
    case other(code: Int, String)

    package var description: String {
        switch self {
        case .couldNotResolve(let why): "the name does not resolve: \(why)"
        case .couldNotConnect(let why): "no connection: \(why)"
        case .tls(let why): "TLS failed: \(why); a provider inside the house needs --trust FILE (`mandate providers add`, `set`)"
        case .timeout(let seconds): "no answer within \(seconds.formattedSeconds) s"
        case .tooLarge(let limit): "the answer has more than \(limit) bytes"
        case .notAllowed(let why): "not allowed: \(why)"
        case .interrupted(let why): "the connection broke: \(why)"
        case .cancelled: "the request was cancelled"
        case .stopped: "shutting down"
        case .other(let code, let why): "\(why) (libcurl \(code))"
        }
    }

    /// `seconds` is the limit that applied when the transfer ended, `limit` its largest answer.
    init(_ code: CURLcode, _ text: String, seconds: Double, limit: Int) {
        // A C enum has no exhaustive switch: what is not named is `other`, which everyone treats as temporary.
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .couldNotResolve(text)
            case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED: .couldNotConnect(text)
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
                CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_PINNEDPUBKEYNOTMATCH,
                CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED:
                .tls(text)
            case CURLE_OPERATION_TIMEDOUT: .timeout(seconds: seconds)
            case CURLE_FILESIZE_EXCEEDED: .tooLarge(limit: limit)
            case CURLE_URL_MALFORMAT: .notAllowed(text)
            case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_WEIRD_SERVER_REPLY,
                CURLE_SSL_SHUTDOWN_FAILED, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_BAD_CONTENT_ENCODING:
                .interrupted(text)
            // The scheme was checked before libcurl saw it; what is left of this code is an answer without a status line (HTTP/0.9).
            case CURLE_UNSUPPORTED_PROTOCOL: .interrupted(text)
            // See CurlTransfer's read function.
            case CURLE_SEND_FAIL_REWIND: .interrupted("a kept connection closed without an answer, and a request is not sent twice")
            case CURLE_ABORTED_BY_CALLBACK: .cancelled
            default: .other(code: Int(code.rawValue), text)
            }
    }
}

extension Double {
    /// `30`, not `30.0`.
    fileprivate var formattedSeconds: String { self == rounded() && abs(self) < 1e9 ? String(Int(self)) : String(self) }
}
