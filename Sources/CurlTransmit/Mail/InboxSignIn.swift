internal import CCurl
internal import CCurlShim
internal import Glibc
package import Relay

/// Signs in where mail is read, over IMAP or POP3 with the token (XOAUTH2 or OAUTHBEARER, whichever the server has), and out again. libcurl waits for the
/// server inside one call, so each of these has a thread of its own.
package struct InboxSignIn: Sendable {
    package enum Kind: String, Sendable {
        case imap, pop3
    }

    package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// The server does not take the login with this token.
        case refused(String)
        /// It could not be asked.
        case unreachable(String)

        package var description: String {
            switch self {
            case .refused(let why): why
            case .unreachable(let why): why
            }
        }
    }

    /// Seconds for all of it: a mail server that checks a token with its provider takes a few.
    private static let limit = 30

    private let kind: Kind
    private let endpoint: MailEndpoint
    private let login: String
    private let token: Secret
    private let trusted: String?

    package init(_ kind: Kind, at endpoint: MailEndpoint, login: String, token: Secret, trusting trusted: String?) {
        self.kind = kind
        self.endpoint = endpoint
        self.login = login
        self.token = token
        self.trusted = trusted
    }

    package func run() async throws(Failure) {
        let result: Result<Void, Failure> = await withCheckedContinuation { continuation in
            let work = Unmanaged.passRetained(Work(self) { continuation.resume(returning: $0) })
            var thread = pthread_t()
            let status = pthread_create(
                &thread, nil,
                { argument in
                    guard let argument else { return nil }
                    let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                    work.done(work.question.perform())
                    return nil
                }, work.toOpaque())
            guard status == 0 else {
                work.release()
                return continuation.resume(returning: .failure(.unreachable("no thread: \(String(cString: strerror(status)))")))
            }
            pthread_detach(thread)
        }
        try result.get()
    }

    /// Handed to the thread, which is the only one to touch it then.
    private final class Work: Sendable {
        let question: InboxSignIn
        let done: @Sendable (Result<Void, Failure>) -> Void

        init(_ question: InboxSignIn, _ done: @escaping @Sendable (Result<Void, Failure>) -> Void) {
            self.question = question
            self.done = done
        }
    }

    private func perform() -> Result<Void, Failure> {
        guard let easy = curl_easy_init() else { return .failure(.unreachable("libcurl does not start")) }
        defer { curl_easy_cleanup(easy) }
        var errorText = [CChar](repeating: 0, count: Int(CURL_ERROR_SIZE))
        let scheme = kind.rawValue + (endpoint.security == .implicit ? "s" : "")
        let code = errorText.withUnsafeMutableBufferPointer { buffer -> CURLcode in
            let settings = [
                ccs_set_text(easy, CURLOPT_URL, "\(scheme)://\(endpoint.host):\(endpoint.port)/"),
                ccs_set_text(easy, CURLOPT_USERNAME, login), ccs_set_text(easy, CURLOPT_XOAUTH2_BEARER, token.revealText()),
                // A token never travels in clear, not even to this machine: STARTTLS must be there.
                ccs_set_long(easy, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)),
                ccs_set_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2), ccs_set_text(easy, CURLOPT_CUSTOMREQUEST, "NOOP"),
                // POP3's NOOP has a line and no list behind it.
                ccs_set_long(easy, CURLOPT_NOBODY, kind == .pop3 ? 1 : 0), ccs_set_long(easy, CURLOPT_NOSIGNAL, 1),
                ccs_set_long(easy, CURLOPT_TIMEOUT, Self.limit), ccs_set_pointer(easy, CURLOPT_ERRORBUFFER, buffer.baseAddress),
                ccs_set_io(easy, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count },
            ]
            if let failed = settings.first(where: { $0 != CURLE_OK }) { return failed }
            if var trusted {
                let blob = trusted.withUTF8 { ccs_set_blob(easy, CURLOPT_CAINFO_BLOB, $0.baseAddress, $0.count) }
                guard blob == CURLE_OK, ccs_set_text(easy, CURLOPT_CAPATH, nil) == CURLE_OK else { return blob }
            }
            return curl_easy_perform(easy)
        }
        guard code != CURLE_OK else { return .success(()) }
        let own = String(decoding: errorText.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let text = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
        return .failure(code == CURLE_LOGIN_DENIED ? .refused(text) : .unreachable(text))
    }
}
