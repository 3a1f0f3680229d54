import Foundation
import Relay
import Store
import TestSupport
import Testing

@testable import Main
@testable import Web
@testable import WebAPI

/// What the API shows of the directory, and how it changes it.
@Suite(.serialized) struct DirectoryAPITests {
    /// As an attacker does: a piece of it, and is there an answer? Each field that no answer shows, of each kind of thing.
    @Test(.timeLimit(.minutes(20))) func noSearchRevealsWhatIsRedacted() async throws {
        try await WebHouse.with { house in
            var walked = 0
            for collection in DirectoryCollection.all {
                let entities = try await house.premises.store.entities(collection.kind, after: nil, limit: 1000)
                for entity in entities {
                    let shown = Set(Self.texts(DirectoryController.document(entity)))
                    for hidden in Self.texts(EntityForm.value(entity)) where !shown.contains(hidden) {
                        for start in stride(from: 0, to: max(1, hidden.count - 8), by: 4) {
                            let piece = String(hidden.dropFirst(start).prefix(8))
                            let answer = try await house.auditor.get("/v1/\(collection.name)?q=\(PercentCoding.encode(piece))")
                            #expect((answer["items"] as? [Any])?.count == 0, "\(entity.key): \(piece)")
                            walked += 1
                        }
                    }
                }
            }
            #expect(walked > 10, "a password's hash is among them")
            let found = try await house.auditor.get("/v1/clients?q=AUDITOR")
            let ids = (found["items"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
            #expect(ids == ["auditor"])
            let named = try await house.auditor.get("/v1/clients?q=has_password")
            #expect((named["items"] as? [Any])?.isEmpty == true, "a name of a field is no text")
        }
    }

    private static func texts(_ value: DocumentValue) -> [String] {
        switch value {
        case .null, .flag, .number, .decimal: []
        case .text(let text): [text]
        case .list(let values): values.flatMap(texts)
        case .map(let entries): entries.flatMap { texts($0.value) }
        }
    }

    /// A key is nowhere but in the answer that made it.
    @Test(.timeLimit(.minutes(20))) func keysThatAreMadeTogetherAreShown() async throws {
        try await WebHouse.with { house in
            let body =
                #"{"items": [{"id": "one", "new_key": true, "roles": ["sender"]}, {"id": "two", "new_key": true, "roles": ["sender"]}]}"#
            let trial = try await house.administrator.send("POST", "/v1/clients?dry_run=true", json: body)
            #expect((trial["items"] as? [[String: Any]])?.allSatisfy { $0["key"] == nil } == true, "a key that opens nothing")
            let made = try await house.administrator.send("POST", "/v1/clients", json: body)
            let items = try #require(made["items"] as? [[String: Any]])
            #expect(items.count == 2)
            for item in items {
                let key = try #require(item["key"] as? String)
                #expect(try await WebClient(port: house.port, key: key).get("/v1/me")["id"] as? String == item["id"] as? String)
            }
        }
    }

    /// It says what would be, be it refused, and nothing is different afterwards.
    @Test(.timeLimit(.minutes(20))) func aTrialChangesNothing() async throws {
        try await WebHouse.with { house in
            let api = house.administrator
            let user = try #require(try await house.premises.store.entities(.user, after: nil, limit: 1).first?.key.id)
            let path = "/v1/users/\(PercentCoding.encode(user))"
            let grant = try #require(try await house.premises.store.entities(.grant, after: nil, limit: 1).first?.key.id)
            let before = try await house.directory().edition
            let any = [("If-Match", "*")]
            let trials: [(method: String, path: String, json: String, fields: [(String, String)], status: Int)] = [
                ("POST", "/v1/users", #"{"id": "late", "name": "Late"}"#, [], 200),
                ("POST", "/v1/clients", #"{"name": "late", "new_key": true, "roles": ["sender"]}"#, [], 200),
                ("POST", "/v1/users", #"{"items": [{"id": "late", "name": "Late"}]}"#, [], 200),
                ("POST", "/v1/users", "{\"id\": \"\(user)\"}", [], 409),
                ("PUT", path, #"{"name": "Other"}"#, any, 200), ("PATCH", path, #"{"name": "Other"}"#, any, 200),
                ("PUT", path, #"{"name": "Other"}"#, [("If-Match", "\"0\"")], 412),
                ("DELETE", "/v1/clients/sender", "", [], 204), ("DELETE", "/v1/grants/\(grant)", "", [], 409),
                ("POST", "/v1/clients/remove", #"{"ids": ["sender"]}"#, [], 204),
                ("POST", "/v1/grants/remove", "{\"ids\": [\"\(grant)\"]}", [], 409),
                ("PUT", "/v1/settings/organisation", #"{"value": "Other"}"#, [], 200),
                ("DELETE", "/v1/settings/EMAIL_FROM_USER_ID", "", [], 200),
                ("PUT", "/v1/settings/mode", #"{"value": "odd"}"#, [], 422),
            ]
            for trial in trials {
                let answer = try await api.send(trial.method, trial.path + "?dry_run=true", json: trial.json, trial.fields)
                #expect(answer.status == trial.status, "\(trial.method) \(trial.path): \(answer.status) \(answer.text)")
                #expect(answer["key"] as? String == nil || answer.text.contains("value"), "a key that opens nothing")
                #expect(try await house.directory().edition == before, "\(trial.method) \(trial.path)")
            }
            let would = try await api.send("PUT", "/v1/settings/organisation?dry_run=true", json: #"{"value": "Other"}"#)
            #expect(would["value"] as? String == "Other")
        }
    }
}
