import CurlTransmit
import Testing

/// One request and one server that does something with it.
@Suite struct CurlThreadTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let steps: [LoopbackServer.Step]
        var limits = HTTPLimits(connect: 5, total: 20)
        let failure: CurlFailure
        var testDescription: String { name }
    }

    static let misbehaviours: [Case] = [
        Case(name: "a silent server", steps: [.hang], limits: HTTPLimits(total: 0.1), failure: .timeout(seconds: 0.1)),
        Case(
            name: "a body that never ends in time", steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .hang],
            limits: HTTPLimits(total: 0.1), failure: .timeout(seconds: 0.1)),
        Case(name: "closes at once", steps: [.close], failure: .interrupted("Empty reply from server")),
        Case(
            name: "closes within the body", steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), .close],
            failure: .interrupted("transfer closed with 6 bytes remaining to read")),
        Case(
            name: "garbage instead of a status", steps: [.send("220 mail.example ESMTP\r\n"), .close],
            failure: .interrupted("Received HTTP/0.9 when not allowed")),
        Case(
            name: "says it is huge", steps: [.send("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"), .hang],
            failure: .tooLarge(limit: 1 << 20)),
        Case(
            name: "is huge without saying", steps: [.send("HTTP/1.1 200 OK\r\n\r\n"), .endless(String(repeating: "x", count: 9999))],
            failure: .tooLarge(limit: 1 << 20)),
        Case(
            name: "header fields without end",
            steps: [.send("HTTP/1.1 200 OK\r\n"), .endless("X-More: \(String(repeating: "x", count: 990))\r\n")],
            failure: .tooLarge(limit: 64 << 10)),
    ]

    @Test(arguments: misbehaviours) func misbehaviourHasItsFailure(_ item: Case) async throws {
        try await withServer({ _ in item.steps }) { server, thread in
            let failure = await #expect(throws: CurlFailure.self) {
                try await thread.perform(HTTPRequest(.get, server.url(), limits: item.limits))
            }
            #expect(failure == item.failure)
        }
    }

    @Test func postArrivesAsGivenAndTheAnswerComesWhole() async throws {
        let body = String(repeating: "ä+&=%\u{0}", count: 3000)
        try await withServer({ _ in [LoopbackServer.answer("418 I'm a teapot", "short and stout", fields: ["X-Two:  a b  "])] }) {
            server, thread in
            let request = HTTPRequest(
                .post, server.url("/pot?x=1"), fields: [HTTPField("Content-Type", "text/plain")], body: Array(body.utf8))
            let response = try await thread.perform(request)
            #expect(response.status == 418)
            #expect(response.value(of: "x-two") == "a b")
            #expect(String(decoding: response.body, as: UTF8.self) == "short and stout")
            var requests = server.requests.makeAsyncIterator()
            let received = try #require(await requests.next())
            #expect(received.head.hasPrefix("POST /pot?x=1 HTTP/1.1\r\n"))
            #expect(received.head.contains("\r\nContent-Type: text/plain"))
            #expect(!received.head.contains("Expect"))
            #expect(received.body == body)
        }
    }

    @Test func bodyOfExactlyTheLimitIsTaken() async throws {
        try await withServer({ _ in [LoopbackServer.answer("200 OK", "12345")] }) { server, thread in
            let response = try await thread.perform(HTTPRequest(.get, server.url(), limits: HTTPLimits(responseBytes: 5)))
            #expect(response.body.count == 5)
            await #expect(throws: CurlFailure.tooLarge(limit: 4)) {
                try await thread.perform(HTTPRequest(.get, server.url(), limits: HTTPLimits(responseBytes: 4)))
            }
        }
    }

    @Test func redirectIsAnAnswerAndIsNotFollowed() async throws {
        try await withServer({ _ in [LoopbackServer.answer("307 Temporary Redirect", fields: ["Location: /elsewhere"])] }) {
            server, thread in
            let response = try await thread.perform(HTTPRequest(.post, server.url(), body: [1]))
            #expect(response.status == 307)
            #expect(response.value(of: "Location") == "/elsewhere")
            // A second request on the same connection is the next thing the server sees: nothing came between.
            _ = try await thread.perform(HTTPRequest(.get, server.url("/next")))
            var requests = server.requests.makeAsyncIterator()
            _ = await requests.next()
            #expect(await requests.next()?.head.hasPrefix("GET /next ") == true)
        }
    }

    @Test func interimAnswersAreNotTheAnswer() async throws {
        let interim = "HTTP/1.1 103 Early Hints\r\nX-Hint: early\r\n\r\n"
        try await withServer({ _ in [.send(interim), LoopbackServer.answer("200 OK", "x", fields: ["X-Final: yes"])] }) { server, thread in
            let response = try await thread.perform(HTTPRequest(.get, server.url()))
            #expect(response.status == 200)
            #expect(response.value(of: "X-Hint") == nil)
            #expect(response.value(of: "X-Final") == "yes")
        }
    }

    @Test func connectionIsReused() async throws {
        try await withServer({ _ in [LoopbackServer.answer("200 OK")] }) { server, thread in
            // A connection that has lain idle for two minutes is not trusted any more, and a busy machine may take as long for three requests.
            var (accepted, isSlow) = (0, true)
            while isSlow {
                let (before, start) = (server.accepted, ContinuousClock.now)
                for _ in 0..<3 { _ = try await thread.perform(HTTPRequest(.post, server.url(), body: [1])) }
                (accepted, isSlow) = (server.accepted - before, ContinuousClock.now - start > .seconds(60))
            }
            #expect(accepted <= 1)
        }
    }

    @Test func refusedConnectionSaysSo() async throws {
        let server = try LoopbackServer { _ in [] }
        // The listener is shut down, its port is still its own: nobody else can have it meanwhile.
        server.stop()
        let thread = try CurlThread()
        let failure = await #expect(throws: CurlFailure.self) { try await thread.perform(HTTPRequest(.get, server.url())) }
        guard case .couldNotConnect = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
        await thread.stop()
    }

    @Test func emptyOrUnreadableCertificatesAreATLSFailure() async throws {
        try await withServer({ _ in [] }) { server, thread in
            for pem in ["", "not a certificate"] {
                let request = HTTPRequest(
                    .get, "https://127.0.0.1:\(server.port)/", limits: HTTPLimits(total: 20), trustedCertificates: pem)
                let failure = await #expect(throws: CurlFailure.self) { try await thread.perform(request) }
                guard case .tls = failure else { return #expect(Bool(false), "\(pem): \(String(describing: failure))") }
            }
        }
    }
}
