internal import FoundationEssentials
internal import Glibc
internal import Relay
internal import Subprocess
internal import SystemPackage

/// Runs the program of a `command` grant, which prints a token: gcloud, oama, pizauth and the like. Never through a shell, with a limit for its time
/// and its output, and none of our own secrets in its environment.
struct TokenProgram: Sendable {
    /// Seconds. A program that asks a provider takes a few; one that waits for a person will wait for ever.
    private static let patience: Double = 30
    /// Octets. The longest tokens have some thousands.
    private static let mostOutput = 64 * 1024
    /// Seconds that a token of unknown life is used for: long enough to send with it, short enough to follow the program's own renewals.
    private static let unknownLife: Double = 300

    private let patience: Double

    init(patience: Double = Self.patience) { self.patience = patience }

    /// A path is looked at when it is given: a service runs in another folder, and a slip would show when mail waits.
    static func check(_ command: [String]) throws(CommandFailure) {
        guard let program = command.first, program.hasPrefix("/") else { return }
        guard access(program, X_OK) == 0 else { throw .data("\(program) cannot be run here: \(SystemError.text(errno))") }
    }

    func run(_ command: [String]) async throws(TokenFailure) -> TokenAnswer {
        guard let program = command.first else { throw .missing("the grant names no program") }
        let result: Result<(status: TerminationStatus, output: [UInt8], complaint: [UInt8])?, any Error>
        do { result = .success(try await outcome(program, Array(command.dropFirst()))) } catch { result = .failure(error) }
        switch result {
        case .failure(let error): throw Self.failure(program, error)
        case .success(nil): throw .temporary("\(program) printed no token within \(Int(patience)) seconds", retryAfter: nil)
        case .success(let ended?):
            guard ended.status == .exited(0) else {
                throw .grant(
                    error: "command_failed", detail: "\(program) ended with \(Self.words(ended.status))\(Self.words(ended.complaint))")
            }
            return try Self.answer(ended.output, of: program)
        }
    }

    /// nil: its time was over. It leads a process group of its own, so that its children end with it.
    private func outcome(
        _ program: String, _ arguments: [String]
    ) async throws -> (status: TerminationStatus, output: [UInt8], complaint: [UInt8])? {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]
        let environment = Environment.inherit.updating(["MANDATE_KEY": nil, "MANDATE_KEY_FILE": nil])
        return try await withThrowingTaskGroup(of: (TerminationStatus, [UInt8], [UInt8])?.self) { [options] group in
            group.addTask {
                let ended = try await Subprocess.run(
                    program.contains("/") ? .path(.init(program)) : .name(program), arguments: Arguments(arguments),
                    environment: environment, platformOptions: options, output: .bytes(limit: Self.mostOutput),
                    error: .bytes(limit: Self.mostOutput))
                return (ended.terminationStatus, ended.standardOutput, ended.standardError)
            }
            group.addTask { [patience] in
                try await Task.sleep(for: .seconds(patience))
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// The token alone, as most print it, or an answer as a token endpoint gives it.
    static func answer(_ output: [UInt8], of program: String) throws(TokenFailure) -> TokenAnswer {
        let text = String(decoding: output, as: UTF8.self).trimming { $0.isWhitespace }
        if text.hasPrefix("{") {
            let fields: Fields
            do { fields = try JSONDecoder().decode(Fields.self, from: Data(text.utf8)) } catch {
                throw .grant(error: "command_output", detail: "\(program) printed a JSON object without an access_token")
            }
            return try answer(fields.token, life: fields.life ?? unknownLife, program)
        }
        return try answer(text, life: unknownLife, program)
    }

    private static func answer(_ token: String, life: Double, _ program: String) throws(TokenFailure) -> TokenAnswer {
        guard !token.isEmpty, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .grant(
                error: "command_output", detail: "\(program) printed no token: one word is expected, or a JSON object with access_token")
        }
        return TokenAnswer(accessToken: Secret(token), lifetime: min(max(life, 1), 86_400), refreshToken: nil, scope: nil)
    }

    private struct Fields: Decodable {
        var token: String
        /// Seconds, as a number or as text: both are seen.
        var life: Double?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            token = try container.decode(String.self, forKey: .token)
            life =
                (try? container.decode(Double.self, forKey: .life))
                ?? (try? container.decode(String.self, forKey: .life)).flatMap(Double.init)
        }

        private enum CodingKeys: String, CodingKey {
            case token = "access_token"
            case life = "expires_in"
        }
    }

    private static func failure(_ program: String, _ error: any Error) -> TokenFailure {
        guard let known = error as? SubprocessError else { return .temporary("\(program) could not be run: \(error)", retryAfter: nil) }
        switch known.code {
        case .executableNotFound: return .missing("the program \(program) is not there: give its whole path (`mandate grants show`)")
        case .outputLimitExceeded: return .grant(error: "command_output", detail: "\(program) printed more than \(mostOutput) octets")
        default: return .temporary("\(program) could not be run: \(known)", retryAfter: nil)
        }
    }

    private static func words(_ status: TerminationStatus) -> String {
        switch status {
        case .exited(let code): "status \(code)"
        case .signaled(let signal): "signal \(signal)"
        }
    }

    /// The first line of what it complained of; a program that fails has no token to let slip.
    private static func words(_ complaint: [UInt8]) -> String {
        let line = String(decoding: complaint.prefix(300), as: UTF8.self).prefix { !$0.isNewline }
        let clean = String(String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
        return clean.isEmpty ? "" : ": \(clean)"
    }
}

extension String {
    fileprivate func trimming(_ isWaste: (Character) -> Bool) -> String {
        var rest = self[...]
        while let first = rest.first, isWaste(first) { rest.removeFirst() }
        while let last = rest.last, isWaste(last) { rest.removeLast() }
        return String(rest)
    }
}
