import Foundation
import FoundationEssentials
import Mail
import Relay
import Store
import TestSupport

/// A directory of a million users and a hundred thousand delegations, from the import of the file to a search among them, with the built program beside this
/// one: what of it somebody waits for, and what it takes of memory.
enum MillionBenchmark {
    private static let users = 1_000_000
    private static let delegations = 100_000
    private static let mailboxes = 10_000

    static func run() async throws {
        print("— \(users) users, \(delegations) delegations")
        var provider = Relay.Provider.microsoft
        // Nobody is there, should anything leave after all.
        provider.smtp = MailEndpoint(host: "127.0.0.1", port: 9, security: .startTLS)
        let auditor = Client(
            id: ClientID(trusted: "auditor"), name: "auditor", credential: .key(sha256: ClientKey(MailHouse.client.key).digest),
            roles: [.auditor])
        let house = try await MailHouse.open(provider, logins: ["robot@organisation.example"], secret: nil, more: [.client(auditor)])
        let result: Result<Void, any Error>
        do { result = .success(try await measure(house)) } catch { result = .failure(error) }
        try await house.close()
        try result.get()
    }

    private static func measure(_ house: MailHouse) async throws {
        try await fill(house)
        try await importing(house)
        try await loading(house)
        let clock = ContinuousClock()
        let command = try clock.measure { try house.start(["audit", "unauthorized", "--format", "csv"]).waitUntilExit() }
        row("`mandate audit unauthorized`, from nothing to its end", "\((command / .seconds(1)).short) s")
        try await serving(house)
    }

    /// Mailboxes and delegations, in pieces; the users come by the file.
    private static func fill(_ house: MailHouse) async throws {
        let grant = GrantID(trusted: "grant-house")
        let boxes = (0..<mailboxes).map {
            DirectoryEntity.mailbox(Mailbox(id: Organisation.mailbox($0), address: Organisation.address($0), grant: grant))
        }
        let rights = (0..<delegations).map { index in
            DirectoryEntity.delegation(
                Delegation(
                    id: DelegationID(trusted: "delegation-\(index)"), mailbox: Organisation.mailbox(index % mailboxes),
                    covers: .address(Organisation.address(users - 1 - index)), kind: .sendAs, grantedBy: "benchmark",
                    grantedAt: Date(timeIntervalSince1970: 1_700_000_000)))
        }
        let all = boxes + rights
        for start in stride(from: 0, to: all.count, by: 10_000) {
            let piece = all[start..<min(start + 10_000, all.count)]
            _ = try await house.store.apply(DirectoryEdit(piece.map(DirectoryChange.put), by: "benchmark", at: Date()))
        }
    }

    /// `mandate users import`, while another process writes as often as it gets a turn.
    private static func importing(_ house: MailHouse) async throws {
        let file = house.folder + "/users.csv"
        var text = "id,name,address\n"
        for index in 0..<users { text += "user-\(index),User Number \(index),user.number.\(index)@organisation.example\n" }
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        text = ""
        let clock = ContinuousClock()
        let start = clock.now
        let process = try house.start(["users", "import", file])
        var (most, longest, turns) = (0, Duration.zero, 0)
        while process.isRunning {
            most = max(most, process.memory.most)
            turns += 1
            let edit = DirectoryEdit([.put(.setting(SettingKey(.organisation), "Turn \(turns)"))], by: "benchmark", at: Date())
            longest = max(longest, try await clock.measure { _ = try await house.store.apply(edit) })
            try await Task.sleep(for: .milliseconds(20))
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Unexpected("the import ended with \(process.terminationStatus)") }
        row("imported in", "\(((clock.now - start) / .seconds(1)).short) s")
        row("  at most", "\(most >> 20) MB")
        row("  longest wait of another writer, of \(turns) turns", "\((longest / .milliseconds(1)).short) ms")
    }

    private static func loading(_ house: MailHouse) async throws {
        let clock = ContinuousClock()
        let before = Memory.resident()
        var loaded: Directory?
        let load = try await clock.measure { loaded = try await house.store.directory() }
        guard let loaded, loaded.userCount == users else { throw Unexpected("not all users came back") }
        row("loaded in", "\((load / .milliseconds(1)).short) ms, \((Memory.resident() - before) >> 20) MB")
        for text in ["stands nowhere", "user.number.\(users - 1)@"] {
            let search = nanoseconds(for: 1) { blackHole(loaded.users(matching: text, after: nil, limit: 51)) }
            row("  searched for \"\(text)\"", "\((search / 1_000_000).short) ms")
        }
        let decider = Decider(directory: loaded, conditions: Conditions())
        let questions = (0..<1_000).map { index in
            Question(
                purpose: .adHoc,
                user: Organisation.user(index.isMultiple(of: 2) ? users - 1 - index % delegations : (index * 7919) % users),
                at: Date(timeIntervalSince1970: 1_800_000_000))
        }
        let decision = nanoseconds(for: questions.count) { for question in questions { blackHole(decider.decide(question)) } }
        row("  a decision", "\((decision / 1_000).short) µs")
        try await auditing(loaded, questions)
    }

    /// The report on unauthorised addresses, with a standing for every right, and what it takes from whoever decides meanwhile.
    private static func auditing(_ directory: Directory, _ questions: [Question]) async throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let provider = Relay.Provider.microsoft.id
        let standings = directory.allDelegations.compactMap { right -> Observation? in
            guard case .address(let address) = right.covers, let mailbox = directory.mailbox(right.mailbox) else { return nil }
            let account = Account(provider: provider, login: mailbox.login)
            return .standing(StandingKey(account, from: address, transport: .smtp), .proven(at: now, how: "benchmark"))
        }
        let conditions = Conditions(standings)
        let sightings = (0..<10_000).map { index in
            SightingTotal(
                address: Organisation.address(index * 97 % users), role: .author, first: now, last: now, count: 3, lastOutcome: "accepted")
        }
        let clock = ContinuousClock()
        let decider = Decider(directory: directory, conditions: conditions)
        func decided() -> Double { nanoseconds(for: questions.count) { for question in questions { blackHole(decider.decide(question)) } } }
        let alone = decided()
        let before = Memory.resident()
        let start = clock.now
        let making = Task.detached { UnauthorizedReport(directory: directory, conditions: conditions, sightings: sightings, now: now) }
        let meanwhile = decided()
        let report = await making.value
        for finding in report.findings.prefix(50) { blackHole(report.row(of: finding)) }
        row("  the first page of unauthorised addresses", "\(((clock.now - start) / .milliseconds(1)).short) ms")
        row("    \(report.findings.count) findings on \(report.size) addresses", "\((Memory.resident() - before) >> 20) MB")
        row("    a decision meanwhile", "× \((meanwhile / alone).short)")
        var octets = 0
        let whole = clock.measure {
            for finding in report.findings {
                report.visitRows(of: finding) { row in
                    octets += row.address.utf8.count + row.reason.utf8.count + row.remedy.ours.utf8.count
                    return true
                }
            }
        }
        row("  all of its addresses, each with what to do", "\((whole / .seconds(1)).short) s, \(octets >> 20) MB of text")
    }

    private static func serving(_ house: MailHouse) async throws {
        let clock = ContinuousClock()
        let (port, httpPort) = (try FreePorts.take(), try FreePorts.take())
        var service: Process?
        let greeting = try await clock.measure { service = try await house.serving(port: port, httpPort: httpPort) }
        guard let service else { return }
        defer {
            service.terminate()
            // It tidies its store up, which is going to be removed.
            service.waitUntilExit()
        }
        row("`mandate serve` greets after", "\((greeting / .seconds(1)).short) s")
        row("  resident", "\(service.memory.now >> 20) MB, at most \(service.memory.most >> 20) MB")
        let client = WebClient(port: httpPort, key: MailHouse.client.key)
        for path in [
            "audit/unauthorized?limit=50", "users?q=stands%20nowhere", "users?q=user.number.\(users - 1)%40",
            "delegations?q=stands%20nowhere",
        ] {
            var times: [Duration] = []
            for _ in 0..<7 {
                times.append(
                    try await clock.measure {
                        let answer = try await client.get("/v1/\(path)")
                        guard answer.status == 200 else { throw Unexpected("/v1/\(path) was answered with \(answer.status)") }
                    })
            }
            // What is kept for whoever asks again must not hide what the first has waited for.
            row("  /v1/\(path)", "\((times[0] / .milliseconds(1)).short) ms, then \((times.sorted()[3] / .milliseconds(1)).short) ms")
        }
        row("  resident after that", "\(service.memory.now >> 20) MB")
    }
}
