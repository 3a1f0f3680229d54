import CurlTransmit
import Relay
import Synchronization

/// A person's browser, as far as a consent needs one: it keeps cookies and goes where it is told, one step at a time.
final class Browser: Sendable {
    private let curl: CurlThread
    private let certificate: String
    private let home: String
    private let place: String
    private let cookies = Mutex([String: String]())

    /// Addresses below `home` are ours; `isAt` is where the test listens for them. `certificate` is the provider's.
    init(_ curl: CurlThread, trusting certificate: String, home: String, isAt place: String) {
        self.curl = curl
        self.certificate = certificate
        self.home = home
        self.place = place
    }

    struct Page: Sendable {
        let status: Int
        let location: String?
        let body: String
        let fields: [HTTPField]

        /// The first one on the page with this in it.
        func link(_ part: String) -> String? {
            body.split(separator: "href=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }.first { $0.contains(part) }
                .map { $0.replacing("&amp;", with: "&") }
        }
    }

    func get(_ address: String) async throws -> Page { try await ask(.get, address, nil) }

    func post(_ address: String, _ form: String) async throws -> Page { try await ask(.post, address, form) }

    /// Opens our start page, reads it, goes on and answers the provider's form; returns the address the provider sends back to.
    func consent(at start: String, as login: String, _ action: String = "allow") async throws -> String {
        let first = try await get(start)
        guard first.status == 200, let onward = first.link("go=") else { throw ConsentFailure.temporary("\(first.status) \(first.body)") }
        let page = try await get(onward)
        guard page.status == 303, let address = page.location else { throw ConsentFailure.temporary("\(page.status) \(page.body)") }
        return try await answer(address, as: login, action)
    }

    func answer(_ address: String, as login: String, _ action: String = "allow") async throws -> String {
        let form = try await get(address)
        guard form.status == 200, form.body.contains("<form") else {
            throw ConsentFailure.temporary("no form: \(form.status) \(form.body)")
        }
        let end = try await post(address, "login=\(login)&action=\(action)")
        guard let back = end.location else { throw ConsentFailure.temporary("no way back: \(end.status) \(end.body)") }
        return back
    }

    /// Follows our own redirects.
    func follow(_ address: String) async throws -> Page {
        var page = try await get(address)
        for _ in 0..<5 {
            guard let next = page.location else { return page }
            page = try await get(next)
        }
        return page
    }

    private func ask(_ method: HTTPRequest.Method, _ address: String, _ form: String?) async throws -> Page {
        let isOurs = address.hasPrefix(home)
        let target = isOurs ? place + address.dropFirst(home.count) : address
        var fields: [HTTPField] = []
        if form != nil { fields.append(HTTPField("Content-Type", "application/x-www-form-urlencoded")) }
        let known = cookies.withLock { $0.map { "\($0.key)=\($0.value)" }.joined(separator: "; ") }
        if isOurs, !known.isEmpty { fields.append(HTTPField("Cookie", known)) }
        let answer = try await curl.perform(
            HTTPRequest(
                method, target, fields: fields, body: Array((form ?? "").utf8), limits: HTTPLimits(connect: 300, total: 600),
                trustedCertificates: isOurs ? nil : certificate))
        for field in answer.fields where field.name.lowercased() == "set-cookie" {
            let pair = field.value.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            if pair.count == 2 { cookies.withLock { $0[pair[0]] = pair[1] } }
        }
        return Page(
            status: answer.status, location: answer.value(of: "Location"), body: String(decoding: answer.body, as: UTF8.self),
            fields: answer.fields)
    }
}
