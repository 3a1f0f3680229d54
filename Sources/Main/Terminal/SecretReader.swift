internal import Glibc
internal import Relay

/// Takes a secret from a file, from standard input or from a person's fingers; never from an argument, which every process of the
/// machine can read.
struct SecretReader {
    let live: Live
    /// As in the command's help, for messages.
    let option: String
    let what: String

    /// 64 KiB: no token or secret comes near it.
    private static let limit = 64 * 1024

    /// `source`: a path, `-`, `prompt`, `env:NAME`, or nil to ask if someone is there.
    func read(from source: String?) throws(CommandFailure) -> Secret {
        switch source {
        case "prompt": return try prompted()
        case .some(let name) where name.hasPrefix("env:"): return try secret(variable(String(name.dropFirst(4))), name)
        case .some(let path): return try secret(trimmed(try InputFile(path, live).readAll(limit: Self.limit)), path)
        case nil:
            guard live.standardInput.isTerminal, live.standardError.isTerminal else {
                throw .usage(
                    "give the \(what) with \(option) FILE, or \(option) - to read it from standard input; it is never taken as an argument")
            }
            return try prompted()
        }
    }

    /// The environment of a process can be read by its own user alone (proc(5), environ).
    private func variable(_ name: String) throws(CommandFailure) -> [UInt8] {
        guard let text = live.environment[name] else { throw .usage("\(option) env:\(name): there is no such variable") }
        return Array(text.utf8)
    }

    private func prompted() throws(CommandFailure) -> Secret {
        guard live.standardInput.isTerminal else {
            throw .usage("there is no terminal to ask for the \(what); give \(option) FILE or \(option) -")
        }
        live.standardError.write("\(what): ")
        let line = try live.standardInput.readHiddenLine()
        live.standardError.write("\n")
        return try secret(line ?? [], "what was typed")
    }

    private func secret(_ bytes: [UInt8], _ origin: String) throws(CommandFailure) -> Secret {
        guard !bytes.isEmpty else { throw .data("the \(what) is empty (\(origin == "-" ? "standard input" : origin))") }
        guard !bytes.contains(0) else { throw .data("the \(what) contains a NUL byte, so it cannot be one (\(origin))") }
        return Secret(bytes)
    }

    /// Editors and `echo` end a file with a line end that is no part of the secret.
    private func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        var rest = bytes[...]
        while let last = rest.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { rest.removeLast() }
        return Array(rest)
    }
}
