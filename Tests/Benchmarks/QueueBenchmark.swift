import Foundation
import FoundationEssentials
import Relay
import Store

/// A person's verbs on a hundred thousand waiting messages, as commands; the ceiling is taking them in, which commits as often.
enum QueueBenchmark {
    private static let messages = 100_000

    static func run() async throws {
        print("— the queue's commands on \(messages) messages")
        let house = try await MailHouse.open(.microsoft, logins: ["robot@crowd.example"], secret: nil)
        var begun = Date()
        _ = try await house.accept(0..<messages, octets: 500)
        let ceiling = Date().timeIntervalSince(begun)
        row("accepted one by one", "\(ceiling.short) s, \(Int(Double(messages) / ceiling))/s")
        for words in [["list", "--format", "json"], ["hold", "--all"], ["release", "--all"], ["retry", "--all"], ["remove", "--all"]] {
            begun = Date()
            let command = try house.start(["queue"] + words)
            command.waitUntilExit()
            guard command.terminationStatus == 0 else { throw Unexpected("queue \(words) ended with \(command.terminationStatus)") }
            let seconds = Date().timeIntervalSince(begun)
            row("queue " + words.joined(separator: " "), "\(seconds.short) s, × \((seconds / ceiling).short) of accepting them")
        }
        let left = try await house.store.list(QueueFilter()).count
        guard left == 0 else { throw Unexpected("\(left) messages are left") }
        try await house.close()
    }
}
