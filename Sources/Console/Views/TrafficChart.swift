internal import Web
internal import Relay
internal import struct FoundationEssentials.Date

/// The last day's traffic as bars, an hour each: sent below, above it what is to be tried again, above that what was refused.
struct TrafficChart: Sendable {
    private struct Hour {
        let start: Date
        var counts: [Traffic.Outcome: Int] = [:]

        var total: Int { counts.values.reduce(0, +) }
    }

    private let hours: [Hour]
    /// Units of the drawing, which scales with the page.
    private static let (left, right, top, base) = (48.0, 952.0, 14.0, 200.0)
    private static let barShare = 0.69

    init(_ totals: [TrafficTotal], at now: Date) {
        let current = (now.timeIntervalSince1970 / 3600).rounded(.down)
        var hours = (0..<24).map { Hour(start: Date(timeIntervalSince1970: (current - 23 + Double($0)) * 3600)) }
        for total in totals {
            let place = Int(((total.hour.timeIntervalSince1970 - hours[0].start.timeIntervalSince1970) / 3600).rounded())
            if hours.indices.contains(place) { hours[place].counts[total.traffic.outcome, default: 0] += total.traffic.recipients }
        }
        self.hours = hours
    }

    var document: DocumentValue {
        let most = Self.roundUp(hours.map(\.total).max() ?? 0)
        let step = (Self.right - Self.left) / Double(hours.count)
        return [
            "width": "960", "height": "232", "left": text(Self.left), "right": text(Self.right), "top": text(Self.top),
            "base_y": text(Self.base),
            "plot_height": text(Self.base - Self.top), "bar_width": text((step * Self.barShare).rounded()), "label_x": "40",
            "words": .text(
                "\(Words.number(total(.sent))) sent, \(Words.number(total(.retry))) to be tried again, \(Words.number(total(.refused))) refused."
            ),
            "lines": .list(
                (1...5).map { ["y": text(y(Double(most) * Double($0) / 5, most)), "label": .text(Words.number(most * $0 / 5))] }),
            "hours": .list(hours.enumerated().map { hour($1, x: Self.left + step * (Double($0) + (1 - Self.barShare) / 2), most) }),
        ]
    }

    private func hour(_ hour: Hour, x: Double, _ most: Int) -> DocumentValue {
        let time = String(hour.start.minute.dropFirst(11).prefix(5))
        var bars: [DocumentValue] = []
        var below = 0.0
        for outcome in Traffic.Outcome.allCases {
            guard let count = hour.counts[outcome], count > 0 else { continue }
            let height = Double(count) / Double(most) * (Self.base - Self.top)
            bars.append(["kind": .text(outcome.rawValue), "y": text(Self.base - below - height), "height": text(height)])
            below += height
        }
        let counts = Traffic.Outcome.allCases.map { Words.number(hour.counts[$0] ?? 0) }
        let isTick = hour.start.timeIntervalSince1970.truncatingRemainder(dividingBy: 3 * 3600) == 0
        return [
            "x": text(x), "iso": .text(hour.start.second), "label": .text(time), "tick": isTick ? .text(time) : .null, "tick_y": "218",
            "bars": .list(bars),
            "words": .text("\(time) to \(time.prefix(3))59: \(counts[0]) sent, \(counts[1]) to be tried again, \(counts[2]) refused"),
            "sent": .text(counts[0]),
            "retry": .text(counts[1]), "refused": .text(counts[2]), "total": .text(Words.number(hour.total)),
        ]
    }

    private func total(_ outcome: Traffic.Outcome) -> Int { hours.reduce(0) { $0 + ($1.counts[outcome] ?? 0) } }

    private func y(_ value: Double, _ most: Int) -> Double { Self.base - value / Double(most) * (Self.base - Self.top) }

    /// One digit behind the point is finer than a screen.
    private func text(_ number: Double) -> DocumentValue { .text(String((number * 10).rounded() / 10)) }

    /// The next of 5, 10, 15, 20, 30, 40, 50, 100, …, of which a fifth is a whole number.
    private static func roundUp(_ number: Int) -> Int {
        var step = 5
        while true {
            for factor in [1, 2, 3, 4, 6, 8] where step * factor >= number { return step * factor }
            step *= 10
        }
    }
}
