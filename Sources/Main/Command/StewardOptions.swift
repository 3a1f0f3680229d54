internal import ArgumentParser
internal import Relay

/// Who answers for a thing; nothing is decided by it. `audit review` asks when its day has come, or when nobody does.
struct StewardOptions: ParsableArguments {
    @Option(help: "Who answers for it: a person or a team.", transform: Parse.line) var owner: String?
    @Option(help: "What it is for.", transform: Parse.line) var usedFor: String?
    @Option(help: "When it is to be looked at again (UTC).") var review: String?

    /// What was given; "" is nobody, nothing, never.
    var entries: [DocumentValue.Entry] {
        let texts: KeyValuePairs = ["owner": owner, "purpose": usedFor, "review": review]
        return texts.compactMap { key, text in text.map { DocumentValue.Entry(key, $0.isEmpty ? .null : .text($0)) } }
    }

    static let names = ["owner": "--owner", "purpose": "--used-for", "review": "--review"]
}
