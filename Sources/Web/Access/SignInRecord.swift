package import Mail
package import Relay
internal import Synchronization
package import struct FoundationEssentials.Date

/// Which failed log-ins are entries of the journal. A stranger may try as often as he likes and is not to fill it: of one name and network the first of a row is
/// one, and that from which on he is slowed down; and of an hour there is a limit, however many networks he has. A class because requests share it.
package final class SignInRecord: Sendable {
    /// More are somebody's who has a thousand machines; the metrics go on counting them.
    private static let mostInAnHour = 500
    private static let told = [1, PasswordTries.free]

    private struct Hour {
        var number = 0
        var entries = 0
    }

    private let failures = FailedSignIns(memory: 3600)
    private let hour = Mutex(Hour())

    package init() {}

    /// nil: it is told of already. `client`: whose name was given; names that are nobody's count as one.
    package func failure(
        of client: Client?, from address: IPAddress, at door: JournalEntry.Door, at now: Date
    ) -> JournalEntry? {
        let tries = failures.add(.name(client?.name ?? "", from: address), at: now.timeIntervalSince1970)
        guard Self.told.contains(tries), isWithinTheHour(now) else { return nil }
        return .signInFailed(client, from: address, at: door, tries: tries, at: now)
    }

    package func success(of client: Client, from address: IPAddress, at now: Date) -> JournalEntry {
        failures.forgive(.name(client.name, from: address))
        return .signedIn(client, from: address, at: now)
    }

    private func isWithinTheHour(_ now: Date) -> Bool {
        let number = Int((now.timeIntervalSince1970 / 3600).rounded(.down))
        return hour.withLock { hour in
            if hour.number != number { hour = Hour(number: number) }
            guard hour.entries < Self.mostInAnHour else { return false }
            hour.entries += 1
            return true
        }
    }
}
