/// Why a command could not do its job: one sentence that says what and what to do, and the status it exits with.
struct CommandFailure: Error, Sendable, Hashable, CustomStringConvertible {
    let status: ExitStatus
    let sentence: String

    init(_ status: ExitStatus, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }

    var description: String { sentence }

    /// The command was called wrongly.
    static func usage(_ sentence: String) -> Self { Self(.usage, sentence) }
    /// What it was given is wrong, or contradicts what is there.
    static func data(_ sentence: String) -> Self { Self(.data, sentence) }
    /// A file or stream could not be read.
    static func input(_ sentence: String) -> Self { Self(.noInput, sentence) }
    static func notPermitted(_ sentence: String) -> Self { Self(.notPermitted, sentence) }
    static func configuration(_ sentence: String) -> Self { Self(.configuration, sentence) }
}
