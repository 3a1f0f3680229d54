internal import Relay

/// What to do about each line of a table, below it: a line has no room for commands, and what is to be typed must stand there whole.
struct AdviceListing {
    private var text = ""

    mutating func add(_ subject: String, _ remedy: Remedy) {
        guard !remedy.steps.isEmpty else { return }
        text += "  \(DisplayWidth.printable(subject))\n"
        for step in remedy.steps { text += "    \(Self.place(step.kind))\(DisplayWidth.printable(step.line))\n" }
    }

    mutating func add(_ finding: Finding) {
        text += "  \(DisplayWidth.printable(finding.what))\n"
        for line in finding.fix {
            text += "    \(Self.place(line.hasPrefix("mandate ") ? .command : .words))\(DisplayWidth.printable(line))\n"
        }
    }

    func write(to output: OutputStream) {
        if !text.isEmpty { output.write("\nWhat to do:\n" + text) }
    }

    private static func place(_ kind: Remedy.Step.Kind) -> String {
        switch kind {
        case .look: "look             "
        case .provider: "at the provider  "
        case .command: "here             "
        case .words: "                 "
        }
    }
}
