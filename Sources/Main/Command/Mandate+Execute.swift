internal import ArgumentParser
internal import Relay

extension Mandate {
    /// Parses and runs one command line; the status is the process's. Standard output gets data and help, standard error one sentence.
    static func execute(_ arguments: [String], in live: Live) async -> Int32 {
        let live = live.calling(arguments)
        do {
            try await Live.$current.withValue(live) {
                var command = try await asyncParseAsRoot(arguments)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            }
            if let reason = live.standardOutput.trouble {
                return end(with: CommandFailure(.cannotCreate, "standard output could not be written: \(SystemError.text(reason))"), live)
            }
            return ExitStatus.success.rawValue
        } catch let status as ExitStatus {
            return status.rawValue
        } catch {
            return end(with: error, live)
        }
    }

    private static func end(with error: any Error, _ live: Live) -> Int32 {
        let code = exitCode(for: error)
        if code == .success {  // --help and the like
            if let stray = StrayWord(among: live.arguments) { return end(with: CommandFailure.usage(stray.sentence), live) }
            live.output(fullMessage(for: error, columns: live.standardOutput.width ?? 100))
            return ExitStatus.success.rawValue
        }
        let ending = code == .validationFailure ? Ending(.usage, usageSentence(for: error, live.arguments)) : Ending(error)
        // What was typed may be in it, so it is made harmless; and it stays one line.
        live.complain(DisplayWidth.printable(bounded(ending.sentence.split(separator: "\n").joined(separator: " "))))
        return ending.status.rawValue
    }

    /// A megabyte that was typed as a name need not be repeated; what is wrong with it stands at the end.
    private static func bounded(_ sentence: String) -> String {
        guard sentence.utf8.count > 2000 else { return sentence }
        return "\(sentence.prefix(700)) … \(sentence.suffix(300))"
    }

    /// The parser's message, what was meant, and where the help is that would have prevented it.
    private static func usageSentence(for error: any Error, _ arguments: [String]) -> String {
        let (message, full) = (message(for: error), fullMessage(for: error))
        let hint = StrayWord(among: arguments)?.hint ?? HyphenWord(among: arguments, message)?.hint ?? ""
        let help = full.split(separator: "\n").last { $0.contains("--help") }
        guard let help, let start = help.firstIndex(of: "'"), let end = help.lastIndex(of: "'"), start < end else { return message + hint }
        return "\(message)\(hint) (see \(help[start...end]))"
    }
}
