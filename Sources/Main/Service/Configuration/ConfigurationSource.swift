internal import Configuration
internal import FoundationEssentials
internal import SystemPackage
internal import Yams

/// Where the service's configuration comes from: what was set on the command line, the environment, a YAML file; the first that has a key wins.
struct ConfigurationSource: Sendable {
    private let reader: ConfigReader

    /// `file` nil: there is none. `settings`: `KEY=VALUE`.
    init(file: String?, settings: [String], environment: [String: String]) async throws(CommandFailure) {
        var providers: [any ConfigProvider] = [try Self.given(settings)]
        providers.append(EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "mandate"))
        if let file { providers.append(try await Self.read(file)) }
        reader = ConfigReader(providers: providers)
    }

    /// nil: nobody has set it.
    func text(_ key: ServeKey) async throws(CommandFailure) -> String? {
        do { return try await reader.fetchString(forKey: ConfigKey(key.rawValue))?.trimmed } catch {
            throw .configuration("\(key.rawValue) must have one value")
        }
    }

    /// A list, or a text with commas.
    func list(_ key: ServeKey) async throws(CommandFailure) -> [String]? {
        do {
            if let list = try await reader.fetchStringArray(forKey: ConfigKey(key.rawValue)) { return list.map(\.trimmed) }
            return nil
        } catch {
            return try await text(key)?.split(separator: ",").map { String($0).trimmed }
        }
    }

    private static func given(_ settings: [String]) throws(CommandFailure) -> InMemoryProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw .usage("--set wants KEY=VALUE, not \(setting)") }
            try check(parts[0], in: "--set")
            values[AbsoluteConfigKey(parts[0].split(separator: ".").map(String.init))] = ConfigValue(.string(parts[1]), isSecret: false)
        }
        return InMemoryProvider(name: "command line", values: values)
    }

    /// The file as a whole must be understood: a key that was mistyped would be a setting that is not there.
    private static func read(_ file: String) async throws(CommandFailure) -> any ConfigProvider {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch { throw .input("\(file) cannot be read as text") }
        do {
            if let root = try Parser(yaml: text).singleRoot() {
                for key in keys(of: root, below: "") { try check(key, in: file) }
            } else {
                return InMemoryProvider(name: file, values: [:])
            }
            return try await FileProvider<YAMLSnapshot>(filePath: FilePath(file))
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .data("\(file) is no YAML: \(String(describing: error).split(separator: "\n").first ?? "")")
        }
    }

    private static func keys(of node: Node, below prefix: String) -> [String] {
        guard let mapping = node.mapping else { return [prefix] }
        return mapping.flatMap { key, value in keys(of: value, below: prefix + (prefix.isEmpty ? "" : ".") + (key.string ?? "")) }
    }

    private static func check(_ key: String, in place: String) throws(CommandFailure) {
        guard ServeKey(rawValue: key) == nil else { return }
        let close = Closeness.closest(to: key, in: ServeKey.allCases.map(\.rawValue))
        throw .configuration(
            "\(place): there is no key \(key)"
                + (close.isEmpty ? "; `mandate serve --help` lists them" : "; did you mean \(close.joined(separator: ", "))?"))
    }
}

extension String {
    fileprivate var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}
