/// Why a change is not made: the same for whoever asked, in whichever way.
package struct AdministrationRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    package let code: MistakeCode
    package let sentence: String
    /// What to do; empty where the sentence says it.
    package let fix: String
    /// Where in what was said, as `covers` or `items[2].covers`; empty: the whole.
    package let field: String
    /// What it is about.
    package let kind: EntityKind?

    package init(_ code: MistakeCode, _ sentence: String, fix: String = "", at field: String = "", of kind: EntityKind? = nil) {
        self.code = code
        self.sentence = sentence
        self.fix = fix.withPasteableCommands
        self.field = field
        self.kind = kind
    }

    init(_ error: DocumentError, of kind: EntityKind? = nil) {
        self.init(error.code, error.problem, fix: error.fix, at: error.path, of: kind)
    }

    /// What is to be changed is named by something that means nothing.
    init(_ trouble: NameTrouble, of kind: EntityKind) {
        self.init(trouble.code == .unknownName ? .notFound : trouble.code, trouble.sentence, fix: trouble.fix, of: kind)
    }

    /// `calling` a field by the name its way in has for it.
    package var description: String { description { $0 } }

    package func description(calling name: (String) -> String) -> String {
        let words = fix.isEmpty ? sentence : "\(sentence); \(fix)"
        switch code {
        case .malformed, .invalid: return field.isEmpty ? words : "\(name(field)): \(words)"
        case .unknownName, .ambiguousName, .notFound, .taken, .inUse, .lastAdministrator, .changedMeanwhile, .wrongState, .notPermitted,
            .refusedByProvider, .unreachable:
            return words
        }
    }
}
