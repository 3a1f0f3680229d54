import Relay
import Testing

/// What providers say, and what is written down of it, in as few words as tests of attempts want.
extension RecipientReply {
    static func said(_ stage: TransmitStage, _ code: Int, _ enhanced: String, _ text: String = "said so") -> RecipientReply {
        RecipientReply(stage: stage, reply: ProviderReply(code: code, enhanced: enhanced, text: text))
    }
}

extension TransmitFailure {
    static func said(_ stage: TransmitStage, _ code: Int, _ enhanced: String, _ text: String = "no") -> TransmitFailure {
        TransmitFailure(stage: stage, cause: .reply(ProviderReply(code: code, enhanced: enhanced, text: text)))
    }
}

extension Settlement {
    func attempted() throws -> JournalEntry { try #require(journal.first) }

    func facts(_ name: String) throws -> [String] { try attempted().facts.filter { $0.name == name }.map(\.value) }
}
