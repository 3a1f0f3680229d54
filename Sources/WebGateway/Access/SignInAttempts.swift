internal import Synchronization
internal import struct FoundationEssentials.Date

/// Counts what was tried in vain, by where it came from and by whose name: a password can be guessed, so guessing is made slow. A key of 256 bits cannot,
/// and a right one is let in whatever was tried before it. A class because all requests share it.
final class SignInAttempts: Sendable {
    private struct Record {
        var failures: Int
        var last: Date
    }

    /// What nobody minds: a forgotten password, a caps lock.
    private static let free = 5
    /// Seconds, at most.
    private static let longest = 900.0
    /// Records kept; an attacker who has more addresses than this gets the oldest forgotten.
    private static let most = 10_000
    private let records = Mutex<[String: Record]>([:])

    /// Seconds that this one has to wait; 0: none. The longest of all its names counts.
    func wait(_ names: [String], at now: Date) -> Int {
        records.withLock { records in
            names.map { name in
                guard let record = records[name], record.failures >= Self.free else { return 0 }
                let pause = min(pow2(record.failures - Self.free), Self.longest)
                return Int(max(0, pause - now.timeIntervalSince(record.last)).rounded(.up))
            }.max() ?? 0
        }
    }

    func failed(_ names: [String], at now: Date) {
        records.withLock { records in
            if records.count > Self.most {
                records = records.filter { now.timeIntervalSince($0.value.last) < Self.longest }
                if records.count > Self.most { records = [:] }
            }
            for name in names {
                var record = records[name] ?? Record(failures: 0, last: now)
                // An hour of peace forgives.
                if now.timeIntervalSince(record.last) > 3600 { record.failures = 0 }
                record.failures = min(record.failures + 1, 30)
                record.last = now
                records[name] = record
            }
        }
    }

    func succeeded(_ names: [String]) { records.withLock { records in for name in names { records[name] = nil } } }

    private func pow2(_ exponent: Int) -> Double { Double(1 << min(exponent, 20)) }
}
