internal import CCurl
internal import CCurlShim
internal import Relay

/// One conversation with a server where mail is read, over libcurl, which signs in before the first question and out at the end. A class because libcurl's
/// callbacks need an address that stays; it lives on the thread that made it.
final class InboxDialogue {
    typealias Failure = InboxSignIn.Failure

    /// Seconds for one question: a mail server that checks a token with its provider takes a few.
    private static let limit = 30
    /// Octets of an answer. Headers of 256 KB are not seen in mail that anybody sent on purpose.
    private static let mostOctets = 256 << 10
    /// Characters of a server's refusal.
    private static let longestRefusal = 300

    private let signIn: InboxSignIn
    private let easy: UnsafeMutableRawPointer
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private var received: [UInt8] = []
    /// What the server said when it last refused, without IMAP's tag.
    private var refusal: String?
    private var hasHeard = false

    init(_ signIn: InboxSignIn) throws(Failure) {
        guard let easy = curl_easy_init() else { throw .unreachable("libcurl does not start") }
        self.signIn = signIn
        self.easy = easy
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0)
        let own = Unmanaged.passUnretained(self).toOpaque()
        try check(ccs_set_text(easy, CURLOPT_USERNAME, signIn.login))
        try check(ccs_set_text(easy, CURLOPT_XOAUTH2_BEARER, signIn.token.revealText()))
        // These and nothing else: a server whose offer was cut down would be given the name with an empty password.
        try check(ccs_set_text(easy, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2;AUTH=OAUTHBEARER"))
        // A token never travels in clear, not even to this machine: STARTTLS must be there.
        try check(ccs_set_long(easy, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)))
        try check(ccs_set_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2))
        try check(ccs_set_long(easy, CURLOPT_NOSIGNAL, 1))
        try check(ccs_set_long(easy, CURLOPT_TIMEOUT, Self.limit))
        try check(ccs_set_long(easy, CURLOPT_SERVER_RESPONSE_TIMEOUT, signIn.patience))
        try check(ccs_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText.baseAddress))
        try check(ccs_set_pointer(easy, CURLOPT_WRITEDATA, own))
        try check(
            ccs_set_io(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
                guard let user else { return 0 }
                return Unmanaged<InboxDialogue>.fromOpaque(user).takeUnretainedValue().take(.init(start: bytes, count: size * count))
            })
        try check(ccs_set_pointer(easy, CURLOPT_HEADERDATA, own))
        try check(
            ccs_set_io(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
                guard let user else { return 0 }
                Unmanaged<InboxDialogue>.fromOpaque(user).takeUnretainedValue().hear(.init(start: bytes, count: size * count))
                return size * count
            })
        guard var trusted = signIn.trusted else { return }
        try check(trusted.withUTF8 { ccs_set_blob(easy, CURLOPT_CAINFO_BLOB, $0.baseAddress, $0.count) })
        try check(ccs_set_text(easy, CURLOPT_CAPATH, nil))
    }

    deinit {
        curl_easy_cleanup(easy)
        errorText.deallocate()
    }

    /// Asks in the protocol's words (nil: gets what the path names), and returns what came in answer: of IMAP's commands, the untagged lines.
    func ask(_ command: String?, at path: String = "") throws(Failure) -> [UInt8] {
        let scheme = signIn.kind.rawValue + (signIn.endpoint.security == .implicit ? "s" : "")
        received = []
        refusal = nil
        try check(ccs_set_text(easy, CURLOPT_URL, "\(scheme)://\(signIn.endpoint.host):\(signIn.endpoint.port)/\(path)"))
        try check(ccs_set_text(easy, CURLOPT_CUSTOMREQUEST, command))
        // What POP3 is asked here has a line for an answer, and no list behind it.
        try check(ccs_set_long(easy, CURLOPT_NOBODY, signIn.kind == .pop3 ? 1 : 0))
        try check(curl_easy_perform(easy))
        return received
    }

    private func take(_ bytes: UnsafeBufferPointer<CChar>) -> Int {
        guard received.count + bytes.count <= Self.mostOctets else { return 0 }
        received += bytes.lazy.map { UInt8(bitPattern: $0) }
        return bytes.count
    }

    /// Each line of the server's comes by here.
    private func hear(_ bytes: UnsafeBufferPointer<CChar>) {
        hasHeard = true
        let line = String(decoding: bytes.prefix(4 * Self.longestRefusal).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let words = line.split(maxSplits: 2) { $0.isWhitespace }
        let isRefusal =
            switch signIn.kind {
            case .imap: words.count == 3 && words[0] != "*" && (words[1] == "NO" || words[1] == "BAD")
            case .pop3: words.first == "-ERR"
            }
        guard isRefusal else { return }
        let text = words.dropFirst(signIn.kind == .imap ? 2 : 1).joined(separator: " ")
        // Nobody writes words this long, but a server that repeats what it was sent has a token in it.
        let clean = text.split { $0.isWhitespace }.map { $0.count > 80 ? "‹secret›" : String($0) }.joined(separator: " ")
        refusal = String(clean.prefix(Self.longestRefusal))
    }

    private func check(_ code: CURLcode) throws(Failure) {
        guard code != CURLE_OK else { return }
        let own = String(decoding: errorText.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if code == CURLE_OPERATION_TIMEDOUT, !hasHeard, signIn.endpoint.security == .startTLS {
            let place = "\(signIn.endpoint.host):\(signIn.endpoint.port)"
            throw .unreachable(
                "\(place) says nothing in clear: if it begins with TLS, `mandate providers set ID --\(signIn.kind.option) \(place)/tls` says so"
            )
        }
        // Then nothing was tried, or the server would have said something.
        if code == CURLE_LOGIN_DENIED, refusal == nil { throw .refused("the server offers neither XOAUTH2 nor OAUTHBEARER") }
        let text = refusal ?? (own.isEmpty ? String(cString: curl_easy_strerror(code)) : own)
        guard [CURLE_LOGIN_DENIED, CURLE_QUOTE_ERROR, CURLE_REMOTE_FILE_NOT_FOUND].contains(code) || refusal != nil else {
            throw .unreachable(text)
        }
        // RFC 5530, section 3, and RFC 3206, section 3: it will be different later.
        let passes = ["[UNAVAILABLE]", "[INUSE]", "[SYS/TEMP]", "[IN-USE]", "[LOGIN-DELAY]"].contains { text.uppercased().hasPrefix($0) }
        throw passes ? .unreachable(text) : .refused(text)
    }
}
