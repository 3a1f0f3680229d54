internal import ConfigurationFile
internal import Mail
internal import Relay
internal import SMTPGateway

/// A configuration's values in the types they stand for; each mistake names its key.
struct ServeValues: Sendable {
    let source: ConfigurationSource

    /// nil: nobody has set it.
    func text(_ key: ServeKey) async throws(CommandFailure) -> String? {
        do throws(ConfigurationProblem) { return try await source.text(key.rawValue) } catch { throw error.failure }
    }

    private func list(_ key: ServeKey) async throws(CommandFailure) -> [String]? {
        do throws(ConfigurationProblem) { return try await source.list(key.rawValue) } catch { throw error.failure }
    }

    func number(_ key: ServeKey, in range: ClosedRange<Int>) async throws(CommandFailure) -> Int? {
        guard let text = try await text(key) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .configuration("\(key.rawValue) is a number from \(range.lowerBound) to \(range.upperBound), not \(text)")
        }
        return number
    }

    func flag(_ key: ServeKey) async throws(CommandFailure) -> Bool? {
        guard let text = try await text(key) else { return nil }
        switch text.lowercased() {
        case "yes", "true", "on", "1": return true
        case "no", "false", "off", "0": return false
        default: throw .configuration("\(key.rawValue) is yes or no, not \(text)")
        }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ key: ServeKey) async throws(CommandFailure) -> Choice? {
        guard let text = try await text(key) else { return nil }
        guard let choice = Choice(rawValue: text.lowercased()) else {
            let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .configuration("\(key.rawValue) is one of \(choices), not \(text)")
        }
        return choice
    }

    /// A file: what serve.yaml has is relative to its folder.
    func file(_ key: ServeKey) async throws(CommandFailure) -> String? {
        do throws(ConfigurationProblem) { return try await source.path(key.rawValue) } catch { throw error.failure }
    }

    /// A folder; `off` is none.
    func folder(_ key: ServeKey, usual: String?) async throws(CommandFailure) -> String? {
        guard let text = try await text(key) else { return usual }
        guard text.lowercased() != "off", !text.isEmpty else { return nil }
        guard text.hasPrefix("/") else { throw .configuration("\(key.rawValue) is a path from the root, not \(text)") }
        return text
    }

    func networks(_ key: ServeKey) async throws(CommandFailure) -> [Network] {
        var networks: [Network] = []
        for text in try await list(key) ?? [] where !text.isEmpty && text.lowercased() != "off" {
            do throws(Network.Failure) { networks.append(try Network(text)) } catch {
                throw .configuration("\(key.rawValue): \(text): \(error)")
            }
        }
        return networks
    }

    /// As they stand in Host, without a port.
    func hostNames(_ key: ServeKey) async throws(CommandFailure) -> [String] {
        var names: [String] = []
        for text in try await list(key) ?? [] where !text.isEmpty && text.lowercased() != "off" {
            if let address = IPAddress(text) {
                names.append(address.description)
                continue
            }
            do throws(AddressError) { names.append(try Domain(text).ascii) } catch {
                throw .configuration("\(key.rawValue) are names like mail.example.org, without https:// and port, not \(text)")
            }
        }
        return names
    }

    /// `HOST:PORT`, `[IPv6]:PORT`; `off` is none.
    func listeners(_ key: ServeKey, isImplicitTLS: Bool) async throws(CommandFailure) -> [GatewaySettings.Listener]? {
        guard let texts = try await list(key) else { return nil }
        var listeners: [GatewaySettings.Listener] = []
        for text in texts where text.lowercased() != "off" && !text.isEmpty {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port),
                colon > text.startIndex
            else { throw .configuration("\(key.rawValue) is HOST:PORT, not \(text)") }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            listeners.append(.init(host: host, port: port, isImplicitTLS: isImplicitTLS))
        }
        return listeners
    }
}
