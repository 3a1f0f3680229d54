internal import FoundationEssentials
internal import Logging
internal import Synchronization

/// Where the lines of a service's log go, and which: shared by its loggers, so that a change holds for all of them at once.
final class LogOutput: Sendable {
    struct Manner: Sendable, Hashable {
        var level = Logger.Level.info
        var format = LogFormat.text
    }

    private let manner: Mutex<Manner>
    private let stream: OutputStream
    private let now: @Sendable () -> Date
    /// Lines are written whole, one behind the other.
    private let turn = Mutex(())

    init(_ manner: Manner, _ live: Live) {
        self.manner = Mutex(manner)
        stream = live.standardError
        now = live.now
    }

    /// From the next line on.
    func become(_ new: Manner) { manner.withLock { $0 = new } }

    var current: Manner { manner.withLock { $0 } }

    func logger(_ label: String = "mandate") -> Logger { Logger(label: label) { _ in LogWriter(output: self) } }

    fileprivate func write(_ event: LogEvent, _ facts: Logger.Metadata) {
        let line = LogLine(time: now(), level: event.level, event: event.message.description, facts: facts)
        let text = line.written(as: current.format) + "\n"
        turn.withLock { _ in stream.write(text) }
    }
}

/// swift-log's door to a log.
private struct LogWriter: LogHandler {
    let output: LogOutput
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private var own: Logger.Level?

    init(output: LogOutput) { self.output = output }

    /// One logger may be told to say less or more than the others.
    var logLevel: Logger.Level {
        get { own ?? output.current.level }
        set { own = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var facts = metadata.merging(metadataProvider?.get() ?? [:]) { $1 }.merging(event.metadata ?? [:]) { $1 }
        // A type says what kind of fault it was; what it holds may be anything.
        if let error = event.error { facts["error"] = "\(type(of: error))" }
        output.write(event, facts)
    }
}
