internal import Mail
internal import Relay
internal import struct FoundationEssentials.Date

/// Makes guessing a password slow, and its work bounded. A key of 256 bits cannot be guessed, and costs a look into a table: it is not counted here.
///
/// Who is counted (device cookies, as OWASP has them): a stranger by the name he tries and where from, all who try one name together, and a browser that was let
/// in by that name before by itself alone, so that nobody elsewhere keeps its owner out.
struct PasswordTries: Sendable {
    private let failures = FailedSignIns(memory: 3600)
    private let work = ConnectionLimit()

    /// A forgotten password, a caps lock.
    static let free = 5
    /// From all places together; who has more than this many hours a day to wait for is a machine.
    private static let freeInAll = 100
    /// Seconds, at most.
    private static let longest = 900.0
    /// Passwords worked on at once, in all and for one network: each takes a tenth of a second of a core.
    private static let mostWork = 16
    private static let share = 4

    /// `browser`: which one it is, if it is known by that name.
    func visitors(name: String, from address: IPAddress, browser: String?) -> [FailedSignIns.Visitor] {
        browser.map { [.browser($0)] } ?? [.name(name, from: address), .anyone(name)]
    }

    /// Seconds to wait, 0: none; the longest of them counts.
    func wait(_ visitors: [FailedSignIns.Visitor], at now: Date) -> Int { visitors.map { wait($0, at: now) }.max() ?? 0 }

    private func wait(_ visitor: FailedSignIns.Visitor, at now: Date) -> Int {
        let moment = now.timeIntervalSince1970
        let free =
            switch visitor {
            case .name, .browser: Self.free
            case .anyone: Self.freeInAll
            }
        guard let record = failures.record(of: visitor, at: moment), record.failures >= free else { return 0 }
        let pause = min(Double(1 << min(record.failures - free, 20)), Self.longest)
        return Int(max(0, pause - (moment - record.last)).rounded(.up))
    }

    func failed(_ visitors: [FailedSignIns.Visitor], at now: Date) {
        for visitor in visitors { failures.add(visitor, at: now.timeIntervalSince1970) }
    }

    /// What others tried under this name goes on counting.
    func succeeded(_ visitors: [FailedSignIns.Visitor]) {
        for visitor in visitors {
            if case .anyone = visitor { continue }
            failures.forgive(visitor)
        }
    }

    /// Works on a password when there is a place for it; nil: there is none.
    func working<Answer>(for address: IPAddress, _ work: () async -> Answer) async -> Answer? {
        guard self.work.take(.address(address), most: Self.mostWork, share: Self.share) else { return nil }
        defer { self.work.leave(.address(address)) }
        return await work()
    }
}
