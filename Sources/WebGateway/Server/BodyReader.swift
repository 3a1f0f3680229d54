internal import Hummingbird
internal import NIOCore

/// Reads what a request carries, no more than there may be and no longer than it may take: who sends an octet a minute holds nobody up but himself.
struct BodyReader: Sendable {
    private let body: RequestBody
    private let limit: Int
    private let wait: @Sendable (_ seconds: Double) async -> Void
    /// Seconds for a document; what is sent to be forwarded has its own measure.
    private static let patience = 60.0

    init(_ body: RequestBody, limit: Int, wait: @escaping @Sendable (_ seconds: Double) async -> Void) {
        self.body = body
        self.limit = limit
        self.wait = wait
    }

    func collect() async throws(Problem) -> [UInt8] {
        let result = await withTaskGroup(of: Result<[UInt8], Problem>.self) { group in
            group.addTask { await Result { () async throws(Problem) in try await read() } }
            group.addTask {
                await wait(Self.patience)
                return .failure(Problem(.slow, "the body did not arrive within \(Int(Self.patience)) seconds"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(Problem(.fault, "nobody read the body"))
        }
        return try result.get()
    }

    private func read() async throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await piece in body {
                guard bytes.count + piece.readableBytes <= limit else {
                    throw Problem(.tooLarge, "the body has more than \(limit) octets", fix: "send it in parts")
                }
                bytes.append(contentsOf: piece.readableBytesView)
            }
        } catch let problem as Problem { throw problem } catch { throw Problem(.badRequest, "the body broke off") }
        return bytes
    }
}

extension Result {
    /// As the initialiser of the standard library, for work that is waited for.
    fileprivate init(_ work: () async throws(Failure) -> Success) async {
        do throws(Failure) { self = .success(try await work()) } catch { self = .failure(error) }
    }
}
