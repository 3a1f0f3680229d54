internal import Mail
internal import Relay

/// A plan as a file: a line for how many nodes there are and one for how long trouble lasts, then a line for each deed, `SECONDS WORD WORDS…`.
extension WorldPlan: CustomStringConvertible {
    package var description: String {
        (["nodes \(nodes)", "length \(length)"] + entries.map { "\($0.at) \($0.deed)" }).joined(separator: "\n")
    }

    /// Why a text is no plan.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String
    }

    package init(parsing text: String) throws {
        var (nodes, length, entries) = (1, 300.0, [Entry]())
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 2, words[0] == "nodes", let number = Int(words[1]) {
                nodes = number
            } else if words.count == 2, words[0] == "length", let number = Double(words[1]) {
                length = number
            } else if words.count > 1, let at = Double(words[0]), let deed = WorldDeed(Array(words.dropFirst())) {
                entries.append(Entry(at: at, deed: deed))
            } else {
                throw Mistake(description: "this is no deed: \(line)")
            }
        }
        self.init(entries: entries, nodes: nodes, length: length)
    }
}

extension WorldDeed: CustomStringConvertible {
    package var description: String {
        switch self {
        case .submit(let from, let recipients, let gone, let octets, let node): "submit \(from) \(recipients) \(gone) \(octets) \(node)"
        case .kill(let node, let steps, let back): "kill \(node) \(steps) \(back)"
        case .stop(let node, let back): "stop \(node) \(back)"
        case .jump(let seconds): "jump \(seconds)"
        case .storeFails(let failure, let times, let readsToo): "store-fails \(failure.word) \(times) \(readsToo ? "all" : "writes")"
        case .storeLies(let times): "store-lies \(times)"
        case .storeIsCut(let cut, let times): "store-cut \(cut.rawValue) \(times)"
        case .storeIsSlow(let seconds): "store-slow \(seconds)"
        case .storeIsWell: "store-well"
        case .mail(let answer, let times): "mail \(answer.rawValue) \(times)"
        case .token(let answer, let times): "token \(answer.rawValue) \(times)"
        case .right(let pair): "right \(pair.login) \(pair.from)"
        case .edit(let edit): "edit \(edit.rawValue)"
        case .consent: "consent"
        case .rotateKey: "rotate-key"
        }
    }

    /// nil: these words are none.
    init?(_ words: [String]) {
        let words = DeedWords(words: words)
        guard let deed = Self.ofPeople(words) ?? Self.ofTheWorld(words) else { return nil }
        self = deed
    }

    private static func ofPeople(_ words: DeedWords) -> WorldDeed? {
        switch words[0] {
        case "submit":
            guard let from = try? EmailAddress(words[1]), let recipients = words.number(2), let gone = words.number(3),
                let octets = words.number(4), let node = words.number(5)
            else { return nil }
            return .submit(from: from, recipients: recipients, gone: gone, octets: octets, node: node)
        case "right": return (try? EmailAddress(words[2])).map { .right(WorldProvider.Pair(login: words[1], from: $0)) }
        case "edit": return Edit(rawValue: words[1]).map { .edit($0) }
        case "consent": return .consent
        case "rotate-key": return .rotateKey
        default: return nil
        }
    }

    private static func ofTheWorld(_ words: DeedWords) -> WorldDeed? {
        switch words[0] {
        case "kill":
            guard let node = words.number(1), let steps = words.number(2), let back = words.seconds(3) else { return nil }
            return .kill(node: node, steps: steps, back: back)
        case "stop": return words.number(1).flatMap { node in words.seconds(2).map { .stop(node: node, back: $0) } }
        case "jump": return words.seconds(1).map { .jump($0) }
        case "store-fails":
            guard let failure = StoreFailure(word: words[1]), let times = words.number(2) else { return nil }
            return .storeFails(failure, times: times, readsToo: words[3] == "all")
        case "store-lies": return words.number(1).map { .storeLies(times: $0) }
        case "store-cut":
            return StoreWeather.Cut(rawValue: words[1]).flatMap { cut in words.number(2).map { .storeIsCut(cut, times: $0) } }
        case "store-slow": return words.seconds(1).map { .storeIsSlow($0) }
        case "store-well": return .storeIsWell
        case "mail": return WorldProvider.Answer(rawValue: words[1]).flatMap { answer in words.number(2).map { .mail(answer, times: $0) } }
        case "token":
            return WorldProvider.TokenAnswer(rawValue: words[1]).flatMap { answer in words.number(2).map { .token(answer, times: $0) } }
        default: return nil
        }
    }
}

/// What is not there is empty, and no number.
private struct DeedWords {
    let words: [String]

    subscript(_ index: Int) -> String { index < words.count ? words[index] : "" }
    func number(_ index: Int) -> Int? { Int(self[index]) }
    func seconds(_ index: Int) -> Double? { Double(self[index]) }
}

extension StoreFailure {
    fileprivate var word: String {
        switch self {
        case .busy: "busy"
        case .full: "full"
        default: "gone"
        }
    }

    fileprivate init?(word: String) {
        switch word {
        case "busy": self = .busy
        case "full": self = .full
        case "gone": self = .unavailable("the disk")
        default: return nil
        }
    }
}
