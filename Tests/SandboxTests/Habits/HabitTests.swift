import Testing

@testable import Sandbox

/// Habits by their names.
struct HabitTests {
    /// Whatever is shown can be said again, and says the same.
    @Test(arguments: [Habits.microsoft, .google]) func whatIsShownCanBeSet(_ habits: Habits) throws {
        #expect(Set(Habit.all.map(\.name)).count == Habit.all.count && Habit.all.count > 20)
        var changed = habits.flavour == .google ? Habits.microsoft : .google
        try changed.change(Habit.all.map { ($0.name, $0.value(in: habits)) })
        for habit in Habit.all { #expect(habit.value(in: changed) == habit.value(in: habits), "\(habit.name)") }
    }

    static let good = [
        ("messages-per-minute", "30"), ("messages-per-minute", "none"), ("send-as-denial", "no-permission"), ("keeps-alias", "none"),
        ("keeps-alias", "gmail,smtp"), ("null-sender", "no"), ("rotation", "revokes-old"), ("throttle-seconds", "60"),
        ("sign-in-refusal", "challenge"), ("access-token-length", "5400"),
    ]

    @Test(arguments: good) func eachKindIsTurned(_ name: String, _ value: String) throws {
        var habits = Habits.microsoft
        try habits.change([(name, value)])
        #expect(Habit.all.first { $0.name == name }?.value(in: habits) == value)
    }

    static let bad = [
        ("messages-per-minute", "0"), ("messages-per-minute", "many"), ("messages-per-minute", ""), ("connections-per-mailbox", "none"),
        ("send-as-denial", "rewrite"), ("keeps-alias", "smtp,"), ("null-sender", "true"), ("throttle-seconds", "-1"),
        ("access-token-length", "31"),
    ]

    /// One mistake, and none of them counts.
    @Test(arguments: bad) func whatCannotBeChangesNothing(_ name: String, _ value: String) {
        var habits = Habits.microsoft
        do throws(Habit.Failure) {
            try habits.change([("messages-per-minute", "7"), (name, value)])
            Issue.record("taken")
        } catch {
            #expect(error.description.contains("\(name) cannot be \"\(value)\"; it is "))
        }
        #expect(habits == .microsoft)
    }

    @Test func anUnknownNameListsThemAll() {
        var habits = Habits.microsoft
        do throws(Habit.Failure) {
            try habits.change([("speed", "9")])
            Issue.record("taken")
        } catch {
            #expect(error == .unknown("speed"))
            #expect(Habit.all.allSatisfy { error.description.contains($0.name) })
        }
    }
}
