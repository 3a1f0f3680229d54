internal import Mail
internal import Relay
internal import Web

/// The mailboxes and families whose tokens a client may have, a line each, as somebody types them.
struct TokensForm: Sendable {
    struct Line: Sendable {
        var text: String?
        var isFamily = false
        var coversWholeGrant = false
        var problem: String?
    }

    private(set) var lines: [Line] = []

    /// Lines that a form may have: nobody edits more by hand.
    private static let most = 200
    /// Names that a browser offers while somebody types.
    private static let mostChoices = 500

    init(_ client: Client, _ directory: Directory) {
        lines = client.tokenRights.map { right in
            switch right.row {
            case .mailbox(let id):
                Line(text: directory.mailbox(id)?.address.description ?? id.text, coversWholeGrant: right.coversWholeGrant)
            case .family(let id):
                Line(text: directory.family(id)?.name ?? id.text, isFamily: true, coversWholeGrant: right.coversWholeGrant)
            }
        }
    }

    init(_ form: Form) throws(Problem) {
        let numbers = Set(form.names.compactMap { $0.hasPrefix("token_") ? Int($0.dropFirst("token_".count)) : nil }).sorted()
        guard numbers.count <= Self.most else {
            throw Problem(.invalid, "more than \(Self.most) mailboxes are too many for this page", fix: "change this client with the API")
        }
        lines = numbers.map { number in
            Line(
                text: form["token_\(number)"], isFamily: form["of_\(number)"] == "family",
                coversWholeGrant: form.isTicked("whole_\(number)"))
        }
    }

    private var kept: [Int] { lines.indices.filter { lines[$0].text != nil } }

    /// False: it is about none of these lines.
    mutating func note(_ refusal: AdministrationRefusal) -> Bool {
        // `tokens[2].mailbox` is of the third of the lines that say something.
        guard refusal.field.hasPrefix("tokens["), let place = Int(refusal.field.dropFirst("tokens[".count).prefix { $0.isNumber }),
            kept.indices.contains(place)
        else { return false }
        lines[kept[place]].problem = refusal.words
        return true
    }

    var entries: [DocumentValue.Entry] {
        let rights = kept.map { place -> DocumentValue in
            let line = lines[place]
            return .map([
                .init(line.isFamily ? "family" : "mailbox", DocumentValue(line.text)), .init("whole_grant", .flag(line.coversWholeGrant)),
            ])
        }
        return [.init("tokens", .list(rights))]
    }

    /// With two empty lines to add more.
    func document(_ directory: Directory) -> [DocumentValue.Entry] {
        let shown = lines + [Line(), Line()]
        let rows = shown.enumerated().map { place, line -> DocumentValue in
            [
                "n": .text(String(place + 1)), "row": DocumentValue(line.text), "family": .flag(line.isFamily),
                "whole": .flag(line.coversWholeGrant), "problem": DocumentValue(line.problem),
            ]
        }
        let names =
            directory.allFamilies.prefix(Self.mostChoices).map(\.name).sorted()
            + directory.allMailboxes.prefix(Self.mostChoices).map(\.address.description).sorted()
        return [.init("token_lines", .list(rows)), .init("token_choices", DocumentValue(names))]
    }
}
