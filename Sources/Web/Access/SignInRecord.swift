package import Mail
package import Relay
internal import Synchronization
package import struct FoundationEssentials.Date

/// Which failed log-ins are entries of the journal. A stranger may try as often as he likes and is not to fill it: of one name and network the first of a row is
/// one, and that from which on he is slowed down; and of an hour there is a limit for each name, however many networks he has, so that noise about nobody's
/// name hides nothing of somebody's. A class because requests share it.
package final class SignInRecord: Sendable {
    /// More are somebody's who has a thousand machines; the metrics go on counting them.
    private static let mostInAnHour = 100
    private static let told = [1, PasswordTries.free]

    private struct Hour {
        var number = 0
        /// By a client's name; nobody's are one.
        var entries: [String: Int] = [:]
    }

    private let failures = FailedSignIns(memory: 3600)
    private let hour = Mutex(Hour())

    package init() {}

    /// nil: it is told of already. `client`: whose name was given; names that are nobody's count as one.
    package func failure(
        of client: Client?, from address: IPAddress, at door: JournalEntry.Door, at now: Date
    ) -> JournalEntry? {
        let name = client?.name ?? ""
        let tries = failures.add(.name(name, from: address), at: now.timeIntervalSince1970)
        guard Self.told.contains(tries), isWithinTheHour(name, now) else { return nil }
        return .signInFailed(client, from: address, at: door, tries: tries, at: now)
    }

    package func success(of client: Client, from address: IPAddress, at now: Date) -> JournalEntry {
        failures.forgive(.name(client.name, from: address))
        return .signedIn(client, from: address, at: now)
    }

    private func isWithinTheHour(_ name: String, _ now: Date) -> Bool {
        let number = Int((now.timeIntervalSince1970 / 3600).rounded(.down))
        return hour.withLock { hour in
            if hour.number != number { hour = Hour(number: number) }
            guard hour.entries[name, default: 0] < Self.mostInAnHour else { return false }
            hour.entries[name, default: 0] += 1
            return true
        }
    }
}
