package import Mail
package import struct FoundationEssentials.Date

extension Decider {
    /// Where mail to an account of this machine goes: to the user of that id, else to whom administrative mail is from; nil where there is neither.
    package func address(ofAccount name: String, at now: Date) -> EmailAddress? {
        if let id = UserID(name), let author = directory.byline(of: id)?.author { return author.address }
        let answer = decide(Question(purpose: .administrator, at: now))
        if case .refused = answer { return nil }
        return answer.author?.first.address
    }
}
