import Foundation
import HTTPTypes
import Relay
import Store
import TestSupport
import Testing

@testable import Main
@testable import Console
@testable import Web

/// What one way refuses, all refuse, with the same code and sentence; what one does, all do, to the same rows.
struct AdministrationTests {
    @Test(.timeLimit(.minutes(20))) func aChangeIsTheSameByCommandByRequestAndByForm() async throws {
        let cases = try FixtureFolder.all(in: "administration").map { try AdministrationCase($0) }
        try await ThreeWays.with { ways in
            for example in cases {
                for way in ThreeWays.Way.allCases {
                    guard let (outcome, expected) = try await outcome(of: example, by: way, ways) else { continue }
                    #expect(outcome == expected, "\(example.name), by \(way.rawValue): \(Self.words(outcome))")
                }
            }
        }
    }

    /// A case that one way has no word for says why; of all three, two have one.
    @Test func everyCaseIsToldInAtLeastTwoWays() throws {
        for folder in try FixtureFolder.all(in: "administration") {
            let example = try AdministrationCase(folder)
            let told = [example.command != nil, example.request != nil, example.form != nil].count { $0 }
            let saysWhy = try folder.text("case.yaml").contains("why:")
            #expect(told == 3 || told == 2 && saysWhy, "\(example.name)")
        }
    }

    private func outcome(
        of example: AdministrationCase, by way: ThreeWays.Way, _ ways: ThreeWays
    ) async throws -> (AdministrationCase.Outcome, expected: AdministrationCase.Outcome)? {
        try await ways.begin(example.start, people: example.isAlone ? [way == .command ? .request : way] : [.request, .form])
        let before = try await ways.snapshot()
        let message = try await ways.queue(example.queued)
        func filled(_ text: String) -> String {
            text.replacing("{me}", with: Self.person(by: way)).replacing("{message}", with: message?.text ?? "")
        }
        let expected = example.expected.filled(filled)
        let refusal: AdministrationCase.Outcome?
        let said: String
        switch way {
        case .command:
            guard let words = example.command else { return nil }
            let answer = await ways.run(words.map(filled), input: example.input)
            (refusal, said) = (Self.refusal(answer, expected), answer.err)
        case .request:
            guard let request = example.request else { return nil }
            let answer = try await ways.send(
                request.method, filled(request.path), body: request.body.map(filled), ifMatch: request.ifMatch)
            (refusal, said) = (Self.refusal(answer, expected), (answer["warnings"] as? [String])?.joined(separator: "\n") ?? "")
        case .form:
            guard let form = example.form else { return nil }
            var fields = form.fields.map { ($0, filled($1)) }
            if let key = form.of.map({ EntityKey($0.kind, filled($0.id)) }), let entity = before.directory.entity(key) {
                fields.append(("etag", EntityTag.of(entity)))
            }
            let answer = try await ways.post(filled(form.path), fields)
            said = try await ways.notice(after: answer)
            refusal = Self.refusal(of: answer, said, expected)
        }
        var rows = Difference(before, try await ways.snapshot(), at: ways.shell.now).rows
        if let message, let now = try await ways.store.show(message)?.state, now != example.queued?.state {
            rows.append("~ message: \(example.queued?.state.rawValue ?? "") > \(now.rawValue)")
        }
        if let refusal {
            #expect(rows.isEmpty, "\(example.name), by \(way.rawValue): refused, and yet \(rows)")
            return (refusal, expected)
        }
        if let warning = example.warning.map(filled) {
            let words = way == .form ? HTMLText.escaped(warning) : warning
            #expect(said.lowercased().contains(words.lowercased()), "\(example.name), by \(way.rawValue): \(said)")
        }
        return (.rows(rows), expected)
    }

    /// `{me}`: who asks. The store's owner is no client, so that a command speaks of whoever sends requests.
    private static func person(by way: ThreeWays.Way) -> String { (way == .command ? .request : way).rawValue }

    /// A command says the sentence, and its status stands for the code; nil: it was done.
    private static func refusal(_ answer: Shell.Answer, _ expected: AdministrationCase.Outcome) -> AdministrationCase.Outcome? {
        if answer.status == 0 { return nil }
        if case .refused(let code, let kind, let sentence) = expected, answer.err.contains(sentence),
            AdministrationRefusal(code, sentence, of: kind).status.rawValue == answer.status
        {
            return expected
        }
        return .refused(code: .invalid, kind: nil, sentence: "(\(answer.status)) \(answer.err)")
    }

    private static func refusal(_ answer: WebClient.Answer, _ expected: AdministrationCase.Outcome) -> AdministrationCase.Outcome? {
        if (200..<300).contains(answer.status) { return nil }
        let code = (answer["code"] as? String).flatMap { MistakeCode(rawValue: $0) }
        guard let code, let sentence = answer["detail"] as? String else {
            return .refused(code: .invalid, kind: nil, sentence: "(\(answer.status)) \(answer.text)")
        }
        let kind: EntityKind? = if case .refused(_, let kind, _) = expected { kind } else { nil }
        return .refused(code: code, kind: kind, sentence: sentence)
    }

    /// A page shows the sentence, be it the form's own or the one that it leads back to.
    private static func refusal(
        of answer: WebClient.Answer, _ page: String, _ expected: AdministrationCase.Outcome
    ) -> AdministrationCase.Outcome? {
        if answer.status == 303, case .refused(_, _, let sentence) = expected, page.contains("notice bad"),
            page.contains(HTMLText.escaped(String(sentence.sentence.dropLast())))
        {
            return expected
        }
        if answer.status == 303 || answer.text.contains("This is the only time the key is shown.") { return nil }
        if case .refused(let code, _, let sentence) = expected, answer.text.contains(HTMLText.escaped(sentence.sentence)),
            Problem(AdministrationRefusal(code, sentence)).kind.status.code == answer.status || answer.status == 422
        {
            return expected
        }
        let errors = answer.text.matches(of: /class="(?:error|notice[^"]*)"[^>]*>([^<]+)</).map { String($0.1) }
        return .refused(code: .invalid, kind: nil, sentence: "(\(answer.status)) \(errors)")
    }

    private static func words(_ outcome: AdministrationCase.Outcome) -> String {
        switch outcome {
        case .rows(let rows): "\n  rows:\n" + rows.map { "    - '\($0.replacing("'", with: "''"))'" }.joined(separator: "\n")
        case .refused(let code, _, let sentence): "refused: \(code.rawValue): \(sentence)"
        }
    }
}

/// What became of a directory, row by row, without what chance gave it.
private struct Difference {
    let rows: [String]

    init(_ before: Snapshot, _ after: Snapshot, at now: Date) {
        var rows = Self.observed(before.conditions, after.conditions, before.directory)
        let (before, after) = (before.directory, after.directory)
        for kind in EntityKind.allCases {
            let old = Dictionary(uniqueKeysWithValues: before.entities(kind).map { ($0.key, $0) })
            let new = Dictionary(uniqueKeysWithValues: after.entities(kind).map { ($0.key, $0) })
            for (key, entity) in new where old[key] == nil {
                rows.append("+ \(kind.rawValue) \(Self.fields(entity, now).joined(separator: " "))")
            }
            for key in old.keys where new[key] == nil { rows.append("- \(key)") }
            for (key, entity) in new {
                guard let was = old[key], EntityForm.value(was) != EntityForm.value(entity) else { continue }
                let (gone, come) = (Self.fields(was, now), Self.fields(entity, now))
                rows.append(
                    "~ \(key): "
                        + (gone.filter { !come.contains($0) }.map { "-\($0)" } + come.filter { !gone.contains($0) }).joined(separator: " "))
            }
        }
        // Ids that were made are another each time.
        self.rows = rows.map { $0.replacing(/(app|grant|mbx|fam|del|deny|client)-[0-9a-z]{16}/, with: { "\($0.1)-NEW" }) }.sorted()
    }

    private static func observed(_ before: Conditions, _ after: Conditions, _ directory: Relay.Directory) -> [String] {
        let standings = before.allStandings.filter { after.standing($0.key) == nil }.map {
            "- standing \($0.key.login) \($0.key.from) \($0.key.transport)"
        }
        let accounts = directory.allMailboxes.compactMap(directory.account(of:))
        return standings + accounts.filter { before.mailbox($0) != nil && after.mailbox($0) == nil }.map { "- stop of \($0.login)" }
    }

    private static func fields(_ entity: DirectoryEntity, _ now: Date) -> [String] {
        guard case .map(let entries) = EntityForm.value(entity) else { return [] }
        return entries.compactMap { entry in
            switch (entry.key, entry.value) {
            case (_, .null), (_, .list([])): nil
            case ("granted_by", .text(let person)) where ["tester", "request", "form"].contains(person): "granted_by=ME"
            case ("granted_at", .text(let text)) where text == DocumentDate.text(now): "granted_at=NOW"
            case ("key_sha256", .text(let digest)) where digest != String(repeating: "ab", count: 32): "key_sha256=NEW"
            case ("password_scrypt", _): "password_scrypt=NEW"
            case (let key, .text(let text)): "\(key)=\(text)"
            case (let key, let value): "\(key)=\(String(decoding: JSONWriter.bytes(value), as: UTF8.self))"
            }
        }
    }
}
