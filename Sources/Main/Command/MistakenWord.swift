internal import ArgumentParser
internal import Relay

/// A word that stands in the place of a command and is none.
struct StrayWord {
    private let word: String
    /// The commands before it.
    private let path: [String]
    private let meant: String?

    /// nil: there is none. Whoever asks for the help of a command may put `help` before it.
    init?(among arguments: [String]) {
        let words = Array(arguments.drop { $0 == "help" })
        let (path, command) = Mandate.commands(named: words)
        let commands = command.configuration.subcommands
        guard !commands.isEmpty, path.count < words.count, !words[path.count].hasPrefix("-") else { return nil }
        word = words[path.count]
        self.path = path
        var names: [String] = []
        for command in commands where command.configuration.shouldDisplay { names.append(command._commandName) }
        meant = Closeness.nearest(to: word, in: names)
    }

    var hint: String { meant.map { "; did you mean \($0)?" } ?? "" }

    var sentence: String { "there is no command \(word)\(hint) (see '\((["mandate"] + path).joined(separator: " ")) --help')" }
}

extension Mandate {
    /// As far as the words name commands: their names, and the last of them.
    fileprivate static func commands(named words: [String]) -> (names: [String], last: any ParsableCommand.Type) {
        var names: [String] = []
        var last: any ParsableCommand.Type = Mandate.self
        for word in words {
            var next: (any ParsableCommand.Type)?
            for command in last.configuration.subcommands where command._commandName == word { next = command }
            guard let next else { break }
            names.append(word)
            last = next
        }
        return (names, last)
    }
}

/// A name or a value that begins with a hyphen, which the parser takes for an option.
struct HyphenWord {
    let hint: String

    /// nil: the parser complains of something else.
    init?(among arguments: [String], _ message: String) {
        let known = Self.options(of: arguments)
        let place = arguments.prefix { $0 != "--" }.firstIndex { word in
            word.count > 1 && word.hasPrefix("-") && !known.contains(String(word.prefix { $0 != "=" }))
        }
        guard let place else { return nil }
        let word = arguments[place]
        if message.hasPrefix("Missing value for"), place > 0 {
            hint = "; what begins with a hyphen is written \(arguments[place - 1])=\(word.shellWord)"
        } else if message.hasPrefix("Missing expected argument") || message.hasPrefix("Unknown option") && !word.hasPrefix("--") {
            hint = "; \(word) was taken for an option: what begins with a hyphen stands behind --, as in -- \(word.shellWord)"
        } else {
            return nil
        }
    }

    /// As the help of the command has them.
    private static func options(of arguments: [String]) -> Set<String> {
        let help = Mandate.helpMessage(for: Mandate.commands(named: arguments).last, includeHidden: true, columns: 200)
        return Set(help.split { " \n,/[]()|<>='\"`".contains($0) }.filter { $0.hasPrefix("-") }.map(String.init))
    }
}
