internal import ArgumentParser
internal import CurlTransmit
internal import Relay
internal import Store

extension OpenedStore {
    var editor: Editor {
        Editor(
            keeper: OpenStore(store), vault: vault, person: person, isOnMachine: true, now: live.now,
            generator: { [live] in live.generator })
    }

    /// The rule book, open at this directory: for what is only looked up.
    func administration(_ directory: Directory) -> Administration {
        Administration(
            Snapshot(directory: directory, conditions: Conditions()), person: person, isOnMachine: true, at: live.now(),
            generator: { [live] in live.generator })
    }

    /// The same without users and delegations.
    func administration() async throws -> Administration { administration(try await store.directory(of: DirectorySlice())) }

    /// Carries a verb of the rule book out, and says how it came out. `options`: what the command line calls the fields that a refusal may name.
    @discardableResult
    func carryOut(
        _ slice: DirectorySlice = DirectorySlice(), calling options: [String: String] = [:],
        _ verb: (Administration) async throws -> Plan
    ) async throws -> Plan {
        try await report(calling: options) { try await $0.edit(slice, verb) }
    }

    /// Says how it came out.
    @discardableResult
    func report(
        calling options: [String: String] = [:], _ work: (Editor) async throws -> Editor.Done
    ) async throws -> Plan {
        let done = try await naming(options) { try await work(editor) }
        let plan = done.plan
        if let key = plan.newKey {
            live.output(key.text)
            say("this is the only time the key is shown: the store keeps no more than its SHA-256")
        }
        say((plan.outcome == .unchanged ? "unchanged: " : "") + plan.words + (done.edition.map { " (edition \($0))" } ?? ""))
        for note in plan.notes { say(note) }
        for warning in plan.warnings { live.complain(DisplayWidth.printable("warning: \(warning)")) }
        for step in plan.next {
            switch step {
            case .command(let command): say("next: \(command)")
            case .consent(let grant): say("next: \("mandate grants authorize \(grant.shellQuoted)".pasteable)")
            case .atProvider(let words): say("at the provider: \(words)")
            }
        }
        return plan
    }

    /// Before somebody is asked for a secret: what else was said has to be right. What is there already is judged with the secret.
    func check(_ said: Particulars, calling options: [String: String]) async throws {
        try await naming(options) {
            let administration = try await administration()
            do throws(AdministrationRefusal) { _ = try administration.add(said) } catch {
                guard error.code == .taken else { throw error }
            }
        }
    }

    /// Says of a field what the command line calls it.
    private func naming<Answer>(_ options: [String: String], _ work: () async throws -> Answer) async throws -> Answer {
        do { return try await work() } catch let refusal as AdministrationRefusal {
            throw CommandFailure(
                refusal.status,
                refusal.description { Self.option($0, in: options) })
        }
    }

    /// Of a part that has no option of its own, that of the whole.
    private static func option(_ field: String, in options: [String: String]) -> String {
        var place = field[...]
        while true {
            if let option = options[String(place)] { return option }
            guard let cut = place.lastIndex(where: { $0 == "." || $0 == "[" }) else { return field }
            place = place[..<cut]
        }
    }

    /// Names are in it, and a name in a directory must not be able to move the cursor.
    private func say(_ words: String) { live.say(DisplayWidth.printable(words)) }
}

/// What needs somebody outside, for a command, which asks once.
extension OpenedStore {
    var tester: any CredentialTester {
        CredentialTrial(
            store: store, vault: vault,
            request: { [live] question throws(TokenFailure) in
                try await live.asking { client throws(TokenFailure) in try await client.requestToken(question) }
            })
    }

    var revoker: any ConsentRevoker {
        Revoker(
            store: store, vault: vault,
            revoke: { [live] question throws(TokenFailure) in
                try await live.asking { client throws(TokenFailure) in try await client.revoke(question) }
            })
    }
}

extension DatabaseStore {
    /// What somebody names, of anything but users and rights.
    func find<Named: Nameable>(_ type: Named.Type = Named.self, _ text: String) async throws -> Named {
        try await directory(of: DirectorySlice()).find(type, text)
    }
}

extension AdministrationRefusal {
    var status: ExitStatus {
        switch code {
        case .malformed: .usage
        case .unknownName, .notFound: kind == .user ? .unknownUser : .data
        case .ambiguousName: .data
        case .invalid, .taken, .inUse, .lastAdministrator, .wrongState: .data
        case .changedMeanwhile, .unreachable: .temporary
        case .notPermitted: .notPermitted
        case .refusedByProvider: .configuration
        }
    }
}

/// The option of every `remove`.
struct CascadeOption: ParsableArguments {
    @Flag(help: "Remove what uses it as well.") var cascade = false
}

extension OpenedStore {
    /// With the providers told of the consents that go.
    func remove(_ key: EntityKey, _ option: CascadeOption) async throws {
        try await report { try await $0.remove([key], cascades: option.cascade, telling: revoker) }
    }
}
