import Foundation
import Testing

@testable import Sandbox

/// What a session at a reading door is told and answered, and what it must do about each.
struct ReadingDialogue: Sendable, CustomTestStringConvertible {
    var name: String
    var habits = Habits.microsoft
    var lines: [Line]
    var testDescription: String { name }

    enum Line: Sendable {
        case says(String, [ReadingAction])
        case hears(ReadingAnswer, [ReadingAction])
        case unreadable([ReadingAction])
    }

    static let good = Data("user=ann@contoso.example\u{1}auth=Bearer T\u{1}\u{1}".utf8).base64EncodedString()
    static let bearer = Data("n,a=ann@contoso.example,\u{1}host=h\u{1}port=993\u{1}auth=Bearer T\u{1}\u{1}".utf8).base64EncodedString()
    static let signIn = ReadingAction.ask(.signIn(.token(login: "ann@contoso.example", token: "T")))
    /// As long as a token of a large organisation makes it.
    static let long = Data("user=ann@contoso.example\u{1}auth=Bearer \(String(repeating: "t", count: 5_400))\u{1}\u{1}".utf8)
        .base64EncodedString()

    static let letter = DeliveredMessage(
        uid: 7,
        content: Array(
            "From: Ann\r\n <ann@contoso.example>\r\nMessage-ID: <1@x>\r\nSubject: one\r\n\r\n.dot\r\nsecond\r\n".utf8))
    static let inbox = Inbox(
        messages: [letter, DeliveredMessage(uid: 9, content: Array("From: bob@contoso.example\r\nMessage-ID: <2@x>\r\n\r\nhi".utf8))])

    /// What differs, one line for each.
    func differences<Session: ReadingSession>(_: Session.Type, after first: [Line] = []) -> [String] {
        var session = Session(habits: habits)
        _ = session.opened()
        return (first + lines).enumerated().compactMap { index, line in
            let (done, wanted): ([ReadingAction], [ReadingAction]) =
                switch line {
                case .says(let text, let actions): (session.line(text), actions)
                case .hears(let answer, let actions): (session.answered(answer), actions)
                case .unreadable(let actions): (session.unreadable(isOverlong: true), actions)
                }
            return done == wanted ? nil : "step \(index): \(done.map(\.readable)) and not \(wanted.map(\.readable))"
        }
    }
}

extension ReadingAction {
    fileprivate var readable: String {
        if case .octets(let octets) = self { String(decoding: octets, as: UTF8.self) } else { "\(self)" }
    }
}
