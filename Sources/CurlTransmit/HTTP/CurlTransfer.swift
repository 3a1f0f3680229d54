internal import CCurl
internal import CCurlShim

/// One request on its way: libcurl's easy handle and the memory it points into. A class because libcurl's callbacks need an address that
/// stays; it lives on the curl thread alone. The handle goes before the memory, and the body is wiped.
final class CurlTransfer {
    /// Of the answer's head. libcurl 7.88 bounds a line (100 KB) but not their number.
    private static let mostHeaderBytes = 64 << 10

    let asker: CurlAsker
    let easy: UnsafeMutableRawPointer
    private let url: AllowedURL
    private let limits: HTTPLimits
    private let body: UnsafeMutableRawBufferPointer
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private var fieldList: UnsafeMutablePointer<curl_slist>?

    private var sent = 0
    private var received: [UInt8] = []
    private var receivedFields: [HTTPField] = []
    private var headerBytes = 0
    /// The bound that was passed, if one was.
    private var exceeded: Int?

    /// The request is not kept: its caller wipes the body, which works only for the last who holds it.
    init(_ request: HTTPRequest, for asker: CurlAsker) throws(CurlFailure) {
        url = try AllowedURL(request.url, reaching: request.reaches)
        for field in request.fields where !field.isWellFormed {
            throw .notAllowed("the header field \(field.name.prefix(40).debugDescription) has a character that ends it")
        }
        guard let easy = curl_easy_init() else { throw Self.outOfMemory }
        self.asker = asker
        self.easy = easy
        limits = request.limits
        body = .allocate(byteCount: request.body.count, alignment: 1)
        body.copyBytes(from: request.body)
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0)
        try address(request)
        try fill(request)
        try bound()
        try receive()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(fieldList)
        if let start = body.baseAddress { ccs_wipe(start, body.count) }
        body.deallocate()
        errorText.deallocate()
    }

    /// Read once, when libcurl is done with it.
    func result(_ code: CURLcode) -> Result<HTTPResponse, CurlFailure> {
        if let exceeded { return .failure(.tooLarge(limit: exceeded)) }
        guard code == CURLE_OK else {
            var begun: curl_off_t = 0
            _ = ccs_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &begun)
            let seconds = begun == 0 ? min(limits.connect, limits.total) : limits.total
            received.wipe()
            return .failure(CurlFailure(code, text(code), seconds: seconds, limit: limits.responseBytes))
        }
        var status = 0
        _ = ccs_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        // Moved out, so that the caller can wipe it.
        defer { received = [] }
        return .success(HTTPResponse(status: status, fields: receivedFields, body: received))
    }

    private func address(_ request: HTTPRequest) throws(CurlFailure) {
        try check(ccs_set_pointer(easy, CURLOPT_CURLU, UnsafeMutableRawPointer(url.handle)))
        try check(ccs_set_text(easy, CURLOPT_PROTOCOLS_STR, url.scheme))
        try check(ccs_set_long(easy, CURLOPT_FOLLOWLOCATION, 0))
        // This machine is reached directly: a proxy would take our plain http, or mean its own loopback.
        if url.isLoopback { try check(ccs_set_text(easy, CURLOPT_NOPROXY, "*")) }
        // Peer and host name are verified by libcurl's defaults, which are not touched.
        try check(ccs_set_long(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2))
        // One request at a time per connection is plenty here, and 7.88's HTTP/2 was new then.
        try check(ccs_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1))
        guard var certificates = request.trustedCertificates else { return }
        guard !certificates.isEmpty else { throw .tls("the trusted certificates are empty") }
        // The blob displaces the system's bundle by itself, the system's folder only so.
        try check(ccs_set_text(easy, CURLOPT_CAPATH, nil))
        try check(certificates.withUTF8 { ccs_set_blob(easy, CURLOPT_CAINFO_BLOB, $0.baseAddress, $0.count) })
    }

    private func fill(_ request: HTTPRequest) throws(CurlFailure) {
        // An empty Expect keeps libcurl from asking for a 100 first, which some servers never send.
        for field in request.fields + [HTTPField("Expect", "")] {
            let line = field.value.isEmpty ? "\(field.name):" : "\(field.name): \(field.value)"
            guard let list = curl_slist_append(fieldList, line) else { throw Self.outOfMemory }
            fieldList = list
        }
        try check(ccs_set_pointer(easy, CURLOPT_HTTPHEADER, fieldList))
        try check(ccs_set_text(easy, CURLOPT_USERAGENT, "Mandate"))
        switch request.method {
        case .get: try check(ccs_set_long(easy, CURLOPT_HTTPGET, 1))
        case .post, .put:
            try check(ccs_set_long(easy, request.method == .put ? CURLOPT_UPLOAD : CURLOPT_POST, 1))
            let size = request.method == .put ? CURLOPT_INFILESIZE_LARGE : CURLOPT_POSTFIELDSIZE_LARGE
            try check(ccs_set_offset(easy, size, curl_off_t(body.count)))
            // Read once, with no way back: given a body it can rewind, libcurl silently sends a POST again when a kept connection closes
            // without an answer. A token request sent twice may spend a refresh token that the first one has rotated.
            try check(ccs_set_pointer(easy, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque()))
            try check(
                ccs_set_io(easy, CURLOPT_READFUNCTION) { room, size, count, user in
                    guard let user else { return 0 }
                    let room = UnsafeMutableRawBufferPointer(start: room, count: size * count)
                    return Unmanaged<CurlTransfer>.fromOpaque(user).takeUnretainedValue().give(room)
                })
        }
    }

    private func bound() throws(CurlFailure) {
        try check(ccs_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, Int((limits.connect * 1000).rounded(.up))))
        try check(ccs_set_long(easy, CURLOPT_TIMEOUT_MS, Int((limits.total * 1000).rounded(.up))))
        // Refuses at Content-Length what `take` would refuse later. 0 means no limit to libcurl; `take` knows better.
        try check(ccs_set_offset(easy, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(limits.responseBytes)))
        try check(ccs_set_long(easy, CURLOPT_NOSIGNAL, 1))
        // Otherwise a transfer that ends while its name resolves holds up all others until the resolver's thread returns.
        try check(ccs_set_long(easy, CURLOPT_QUICK_EXIT, 1))
    }

    private func receive() throws(CurlFailure) {
        let user = Unmanaged.passUnretained(self).toOpaque()
        try check(ccs_set_pointer(easy, CURLOPT_PRIVATE, user))
        try check(ccs_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText.baseAddress))
        try check(ccs_set_pointer(easy, CURLOPT_WRITEDATA, user))
        try check(ccs_set_pointer(easy, CURLOPT_HEADERDATA, user))
        // The head of a proxy's answer to CONNECT is not the server's.
        try check(ccs_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1))
        try check(
            ccs_set_io(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, user in
                guard let user else { return 0 }
                let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return Unmanaged<CurlTransfer>.fromOpaque(user).takeUnretainedValue().take(chunk) ? chunk.count : 0
            })
        try check(
            ccs_set_io(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, user in
                guard let user else { return 0 }
                let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return Unmanaged<CurlTransfer>.fromOpaque(user).takeUnretainedValue().takeHeader(line) ? line.count : 0
            })
    }

    private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let next = body[sent...].prefix(room.count)
        room.copyBytes(from: next)
        sent += next.count
        return next.count
    }

    private func take(_ chunk: UnsafeRawBufferPointer) -> Bool {
        guard chunk.count <= limits.responseBytes - received.count else {
            exceeded = limits.responseBytes
            received.wipe()
            return false
        }
        // Room for a token answer at once: growing would leave copies behind that nobody wipes.
        if received.isEmpty { received.reserveCapacity(min(16 << 10, limits.responseBytes)) }
        received.append(contentsOf: chunk)
        return true
    }

    private func takeHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        headerBytes += line.count
        guard headerBytes <= Self.mostHeaderBytes else {
            exceeded = Self.mostHeaderBytes
            return false
        }
        // A status line begins an answer; the one before was an interim 1xx.
        if line.starts(with: "HTTP/".utf8) {
            receivedFields = []
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let value = line[(colon + 1)...].drop { $0 <= 0x20 }
            let end = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
            receivedFields.append(
                HTTPField(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value[..<end], as: UTF8.self)))
        }
        return true
    }

    private func check(_ code: CURLcode) throws(CurlFailure) {
        guard code != CURLE_OK else { return }
        throw .other(code: Int(code.rawValue), String(cString: curl_easy_strerror(code)))
    }

    private func text(_ code: CURLcode) -> String {
        let own = errorText.baseAddress.map { String(cString: $0) } ?? ""
        return own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
    }

    private static var outOfMemory: CurlFailure { .other(code: Int(CURLE_OUT_OF_MEMORY.rawValue), "out of memory") }
}
