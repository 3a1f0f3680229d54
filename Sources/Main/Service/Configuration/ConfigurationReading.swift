internal import Glibc

/// How the configuration is read: once at start, and again whenever the service is told to.
struct ConfigurationReading: Sendable {
    let file: String?
    let settings: [String]
    /// The store's folder, which has the usual file.
    let store: String
    let live: Live

    func read() async throws(CommandFailure) -> ServeConfiguration {
        let source = try await ConfigurationSource(file: try path(), settings: settings, environment: live.environment)
        return try await ServeConfiguration(source, store: store, live: live)
    }

    /// A file that was named must be there; the usual one need not.
    private func path() throws(CommandFailure) -> String? {
        if let named = file ?? live.environment["MANDATE_CONFIG"], !named.isEmpty { return named }
        let usual = store + "/serve.yaml"
        return access(usual, F_OK) == 0 ? usual : nil
    }
}
