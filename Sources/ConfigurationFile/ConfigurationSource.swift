internal import Configuration
internal import FoundationEssentials
internal import SystemPackage
internal import Yams

/// Where a configuration comes from: what was set on the command line, the environment, a YAML file; the first that has a key wins.
///
/// A module of its own, so that what swift-configuration brings along stays out of the commands.
package struct ConfigurationSource: Sendable {
    private let reader: ConfigReader
    /// Without the file.
    private let above: ConfigReader
    /// Where the file is; nil: there is none, or it lies where the program was started.
    private let folder: String?

    /// `file` nil: there is none. `settings`: `KEY=VALUE`. `keys`: all there are; a key that was mistyped would be a setting that is not there, so the file as a
    /// whole must be understood. `prefix`: what its variables begin with.
    package init(
        keys: Set<String>, file: String?, settings: [String], environment: [String: String], prefix: String
    ) async throws(ConfigurationProblem) {
        try Self.check(environment, keys, prefix)
        var providers: [any ConfigProvider] = [try Self.given(settings, keys)]
        providers.append(EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: ConfigKey(prefix)))
        above = ConfigReader(providers: providers)
        if let file { providers.append(try await Self.read(file, keys)) }
        folder = file.flatMap { file in file.lastIndex(of: "/").map { String(file[...$0]) } }
        reader = ConfigReader(providers: providers)
    }

    /// nil: nobody has set it.
    package func text(_ key: String) async throws(ConfigurationProblem) -> String? { try await text(key, reader) }

    /// The path of a file: one in the YAML file goes on from where that lies, as whoever reads it there expects, any other from where the program was started.
    package func path(_ key: String) async throws(ConfigurationProblem) -> String? {
        guard let path = try await text(key, reader) else { return nil }
        guard let folder, !path.hasPrefix("/"), try await text(key, above) == nil else { return path }
        return folder + path
    }

    private func text(_ key: String, _ reader: ConfigReader) async throws(ConfigurationProblem) -> String? {
        let text: String?
        do { text = try await reader.fetchString(forKey: ConfigKey(key))?.trimmed } catch { throw .severalValues(key: key) }
        guard text != "" else { throw .noValue(key: key) }
        return text
    }

    /// A list, or a text with commas.
    package func list(_ key: String) async throws(ConfigurationProblem) -> [String]? {
        do {
            return try await reader.fetchStringArray(forKey: ConfigKey(key))?.map(\.trimmed)
        } catch {
            // One value stands for a list of one.
            return try await text(key)?.split(separator: ",").map { String($0).trimmed }
        }
    }

    /// A variable of ours that is no key is a slip, too; those that mean something else have one word behind the prefix.
    private static func check(_ environment: [String: String], _ keys: Set<String>, _ prefix: String) throws(ConfigurationProblem) {
        let sections = Set(keys.compactMap { $0.contains(".") ? $0.prefix { $0 != "." }.uppercased() : nil })
        let names = Set(keys.map { key in key.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined() })
        for variable in environment.keys.sorted() {
            let words = variable.split(separator: "_", maxSplits: 2)
            guard words.count == 3, words[0] == prefix.uppercased(), sections.contains(String(words[1])) else { continue }
            guard names.contains("\(words[1])_\(words[2])") else { throw .unknownKey(variable, place: "the environment") }
        }
    }

    private static func given(_ settings: [String], _ keys: Set<String>) throws(ConfigurationProblem) -> InMemoryProvider {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for setting in settings {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw .noAssignment(setting) }
            guard keys.contains(parts[0]) else { throw .unknownKey(parts[0], place: "--set") }
            values[AbsoluteConfigKey(parts[0].split(separator: ".").map(String.init))] = ConfigValue(.string(parts[1]), isSecret: false)
        }
        return InMemoryProvider(name: "command line", values: values)
    }

    private static func read(_ file: String, _ keys: Set<String>) async throws(ConfigurationProblem) -> any ConfigProvider {
        let text: String
        do { text = try String(contentsOfFile: file, encoding: .utf8) } catch {
            let isMissing = (error as? CocoaError).map { $0.code == .fileReadNoSuchFile || $0.code == .fileNoSuchFile } ?? false
            throw isMissing ? .noFile(file) : .unreadable(file: file)
        }
        let root: Node?
        do { root = try Parser(yaml: text).singleRoot() } catch {
            throw .noYAML(file: file, why: String(String(describing: error).split(separator: "\n").joined(separator: " ").prefix(200)))
        }
        // A file of comments has no root.
        guard let root else { return InMemoryProvider(name: file, values: [:]) }
        guard root.mapping != nil else { throw .noYAML(file: file, why: "it must be keys with values") }
        for key in Self.keys(of: root, below: "") where !keys.contains(key) { throw .unknownKey(key, place: file) }
        do { return try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)) } catch {
            throw .noYAML(file: file, why: "a value is neither a text nor a list of them")
        }
    }

    private static func keys(of node: Node, below prefix: String) -> [String] {
        guard let mapping = node.mapping else { return [prefix] }
        return mapping.flatMap { key, value in keys(of: value, below: prefix + (prefix.isEmpty ? "" : ".") + (key.string ?? "")) }
    }
}

/// Why a configuration cannot be read.
package enum ConfigurationProblem: Error, Sendable, Hashable {
    case noAssignment(String)
    case unknownKey(String, place: String)
    case severalValues(key: String)
    case noValue(key: String)
    case noFile(String)
    case unreadable(file: String)
    case noYAML(file: String, why: String)
}

extension String {
    fileprivate var trimmed: String { String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
}
