internal import Relay
internal import ConfigurationFile
internal import Glibc

/// How the configuration is read: once at start, and again whenever the service is told to.
struct ConfigurationReading: Sendable {
    let file: String?
    let settings: [String]
    /// The store's folder, which has the usual file.
    let store: String
    let live: Live

    func read() async throws(CommandFailure) -> ServeConfiguration {
        var configuration = try await readKeys()
        try configuration.readFiles()
        return configuration
    }

    /// Without the files that it names.
    func readKeys() async throws(CommandFailure) -> ServeConfiguration {
        let source: ConfigurationSource
        do throws(ConfigurationProblem) {
            source = try await ConfigurationSource(
                keys: Set(ServeKey.allCases.map(\.rawValue)), file: path(), settings: settings, environment: live.environment,
                prefix: "mandate")
        } catch { throw error.failure }
        return try await ServeConfiguration(ServeValues(source: source), store: store, live: live)
    }

    /// For reading again: a file that was there at the start and is gone is a mistake, and no wish for what holds without it.
    var again: ConfigurationReading { ConfigurationReading(file: path(), settings: settings, store: store, live: live) }

    /// A file that was named must be there; the usual one need not.
    private func path() -> String? {
        if let named = file ?? live.environment["MANDATE_CONFIG"], !named.isEmpty { return named }
        let usual = store + "/serve.yaml"
        return access(usual, F_OK) == 0 ? usual : nil
    }
}

extension ConfigurationProblem {
    var failure: CommandFailure {
        switch self {
        case .noAssignment(let text): .usage("--set wants KEY=VALUE, not \(text)")
        case .severalValues(let key): .configuration("\(key) must have one value")
        case .noValue(let key): .configuration("\(key) has no value: leave it out")
        case .noFile(let file): .input("there is no file \(file)")
        case .unreadable(let file): .input("\(file) cannot be read as text")
        case .noYAML(let file, let why): .data("\(file) is no YAML that can be used: \(why)")
        case .unknownKey(let key, let place): .configuration("\(place): there is no key \(key)\(Self.hint(key))")
        }
    }

    private static func hint(_ key: String) -> String {
        let close = Closeness.closest(to: key, in: ServeKey.allCases.map(\.rawValue))
        return close.isEmpty ? "; `mandate serve --help` lists them" : "; did you mean \(close.joined(separator: ", "))?"
    }
}
