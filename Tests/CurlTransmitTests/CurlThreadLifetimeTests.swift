import CurlTransmit
import Testing

/// Many requests, cancelled requests, and the end of the thread: every caller is answered, once.
@Suite struct CurlThreadLifetimeTests {
    @Test func fiftyAtATimeAllGetTheirOwnAnswer() async throws {
        try await withServer({ [LoopbackServer.answer("200 OK", $0.body)] }) { server, thread in
            let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<50 {
                    group.addTask {
                        let response = try await thread.perform(HTTPRequest(.post, server.url(), body: Array("question \(number)".utf8)))
                        return (number, String(decoding: response.body, as: UTF8.self))
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            #expect(answers.count == 50)
            #expect(answers.allSatisfy { $1 == "question \($0)" })
        }
    }

    /// More than the thread carries at once: the others wait, and none is forgotten.
    @Test func threeHundredAtATimeAllGetAnswered() async throws {
        try await withServer({ _ in [LoopbackServer.answer("200 OK")] }) { server, thread in
            let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<300 { group.addTask { try await thread.perform(HTTPRequest(.get, server.url())).status } }
                return try await group.reduce(0) { $0 + ($1 == 200 ? 1 : 0) }
            }
            #expect(answered == 300)
        }
    }

    @Test func cancelledBeforeItBeganIsNeverSent() async throws {
        try await withServer({ _ in [LoopbackServer.answer("200 OK")] }) { server, thread in
            let (gate, open) = AsyncStream<Void>.makeStream()
            let task = Task { () -> Result<HTTPResponse, CurlFailure> in
                // A cancelled task leaves the stream at once, so `perform` surely begins cancelled.
                for await _ in gate {}
                do throws(CurlFailure) { return .success(try await thread.perform(HTTPRequest(.get, server.url("/never")))) } catch {
                    return .failure(error)
                }
            }
            task.cancel()
            open.finish()
            #expect(await task.value == .failure(.cancelled))
            _ = try await thread.perform(HTTPRequest(.get, server.url("/after")))
            var requests = server.requests.makeAsyncIterator()
            #expect(await requests.next()?.head.hasPrefix("GET /after ") == true)
        }
    }

    @Test func cancelledOnItsWayEndsAtOnceAndTheOthersGoOn() async throws {
        try await withServer({ $0.head.contains("/slow") ? [.hang] : [LoopbackServer.answer("200 OK")] }) { server, thread in
            let task = Task { try await thread.perform(HTTPRequest(.get, server.url("/slow"), limits: HTTPLimits(total: 600))) }
            var requests = server.requests.makeAsyncIterator()
            _ = await requests.next()
            task.cancel()
            await #expect(throws: CurlFailure.cancelled) { try await task.value }
            let quick = try await thread.perform(HTTPRequest(.get, server.url("/quick")))
            #expect(quick.status == 200)
        }
    }

    /// Cancels race with answers; whichever wins, each task ends once. A lost or doubled continuation hangs or traps here.
    @Test func cancelRacingWithTheAnswerLosesNobody() async throws {
        try await withServer({ _ in [LoopbackServer.answer("200 OK")] }) { server, thread in
            let ended = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let task = Task { try await thread.perform(HTTPRequest(.get, server.url())) }
                        for _ in 0..<(number % 7) { await Task.yield() }
                        task.cancel()
                        switch await task.result {
                        case .success(let response): return response.status == 200
                        case .failure(let error): return error as? CurlFailure == .cancelled
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(ended == 200)
        }
    }

    @Test func stopFailsWhatIsInFlightAndWhatComesLater() async throws {
        try await withServer({ _ in [.hang] }) { server, thread in
            let tasks = (0..<20).map { _ in
                Task { try await thread.perform(HTTPRequest(.get, server.url(), limits: HTTPLimits(total: 600))) }
            }
            var requests = server.requests.makeAsyncIterator()
            for _ in tasks { _ = await requests.next() }
            await thread.stop()
            for task in tasks { await #expect(throws: CurlFailure.stopped) { try await task.value } }
            await #expect(throws: CurlFailure.stopped) { try await thread.perform(HTTPRequest(.get, server.url())) }
            await thread.stop()
        }
    }

    @Test func stopFailsThoseWhoStillWaitForTheirTurn() async throws {
        try await withServer({ _ in [.hang] }) { server, thread in
            let tasks = (0..<200).map { _ in
                Task { try await thread.perform(HTTPRequest(.get, server.url(), limits: HTTPLimits(total: 600))) }
            }
            var requests = server.requests.makeAsyncIterator()
            for _ in 0..<128 { _ = await requests.next() }
            await thread.stop()
            for task in tasks { await #expect(throws: CurlFailure.stopped) { try await task.value } }
        }
    }

    /// A server that hung up between two requests must cost an error at most, never the process (SIGPIPE).
    @Test func hangUpBetweenRequestsIsSurvived() async throws {
        try await withServer({ _ in [LoopbackServer.answer("200 OK"), .close] }) { server, thread in
            for _ in 0..<20 {
                do throws(CurlFailure) {
                    let response = try await thread.perform(HTTPRequest(.post, server.url(), body: [1]))
                    #expect(response.status == 200)
                } catch {
                    guard case .interrupted = error else { return #expect(Bool(false), "\(error)") }
                }
            }
        }
    }

    /// The server may have done what was asked before it closed: nobody but the caller can know whether to ask again.
    @Test func postIsNotSentTwiceWhenAKeptConnectionCloses() async throws {
        try await withServer({ $0.head.contains("/close") ? [.close] : [LoopbackServer.answer("200 OK")] }) { server, thread in
            _ = try await thread.perform(HTTPRequest(.post, server.url("/first"), body: [1]))
            let failure = await #expect(throws: CurlFailure.self) {
                try await thread.perform(HTTPRequest(.post, server.url("/close"), body: [2]))
            }
            guard case .interrupted = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
            _ = try await thread.perform(HTTPRequest(.post, server.url("/last"), body: [3]))
            var requests = server.requests.makeAsyncIterator()
            for path in ["/first", "/close", "/last"] { #expect(await requests.next()?.head.hasPrefix("POST \(path) ") == true) }
        }
    }
}
