/// One row of the failure table: where all that it names is so, the answer has this meaning. What it does not name does not matter.
struct ReplyRule: Sendable {
    let meaning: FailureMeaning
    private let kinds: Set<ProviderKind>
    private let stages: Set<TransmitStage>
    private let codes: ClosedRange<Int>
    private let enhanced: Set<String>
    /// One of them is in the text, in any case of letters.
    private let words: [String]

    init(
        _ meaning: FailureMeaning, of kinds: Set<ProviderKind> = Set(ProviderKind.allCases), at stages: Set<TransmitStage>,
        codes: ClosedRange<Int> = 0...Int.max, enhanced: Set<String> = [], says words: [String] = []
    ) {
        self.meaning = meaning
        self.kinds = kinds
        self.stages = stages
        self.codes = codes
        self.enhanced = enhanced
        self.words = words.map { $0.lowercased() }
    }

    /// `text` in lower case.
    func matches(_ reply: ProviderReply, _ text: String, at stage: TransmitStage, of kind: ProviderKind) -> Bool {
        guard stages.contains(stage), codes.contains(reply.code), kinds.contains(kind) else { return false }
        guard enhanced.isEmpty || enhanced.contains(reply.enhanced) else { return false }
        return words.isEmpty || words.contains { text.contains($0) }
    }
}
