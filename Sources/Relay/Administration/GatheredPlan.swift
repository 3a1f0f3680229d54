/// What many verbs are going to change, as one plan: whoever brings a thousand mailboxes does not read a thousand lines of advice.
struct GatheredPlan {
    private(set) var plan: Plan

    /// Of each kind of advice, so many.
    private static let mostWords = 20

    /// `words`: what holds if nothing is changed.
    init(unchanged words: String) { plan = .unchanged(words) }

    mutating func take(_ one: Plan) {
        plan.changes += one.changes
        plan.secrets += one.secrets
        plan.gone += one.gone
        plan.observations += one.observations
        plan.observesChangeAlone = plan.observesChangeAlone || one.observesChangeAlone
        plan.journal += one.journal
        plan.due += Self.some(one.due, beside: plan.due)
        plan.notes += Self.some(one.notes, beside: plan.notes)
        plan.warnings += Self.some(one.warnings, beside: plan.warnings)
        plan.next += Self.some(one.next, beside: plan.next)
    }

    private static func some<Words: Hashable>(_ more: [Words], beside known: [Words]) -> ArraySlice<Words> {
        more.filter { !known.contains($0) }.prefix(max(0, mostWords - known.count))
    }
}
