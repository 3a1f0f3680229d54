internal import FoundationEssentials

/// Shows on a terminal how far long work has come; elsewhere it says nothing.
struct ProgressBar {
    private let live: Live
    private let label: String
    private var total: Int?
    private var lastDrawn = Date.distantPast

    init(_ label: String, of total: Int?, _ live: Live) {
        self.live = live
        self.label = label
        self.total = total
    }

    /// Draws at most ten times a second: a terminal over a slow line is slower than the work.
    mutating func advance(to done: Int) {
        guard live.standardError.isTerminal else { return }
        let now = live.now()
        guard now.timeIntervalSince(lastDrawn) >= 0.1 else { return }
        lastDrawn = now
        guard let total, total > 0 else { return live.standardError.write("\r\(label) \(done)\u{1B}[K") }
        let share = min(1, Double(done) / Double(total))
        let filled = Int(share * 30)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        live.standardError.write("\r\(label) \(bar) \(Int(share * 100)) %\u{1B}[K")
    }

    /// Likewise, where how much there is comes to light on the way.
    mutating func advance(to done: Int, of total: Int) {
        self.total = total
        advance(to: done)
    }

    func finish() {
        if live.standardError.isTerminal, lastDrawn != .distantPast { live.standardError.write("\r\u{1B}[K") }
    }
}
