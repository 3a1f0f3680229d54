import Foundation
import Relay
import SQLiteStore
import TestSupport
import Testing

@testable import Main
@testable import WebGateway

/// What the API shows of the directory, and how it changes it.
@Suite(.serialized) struct DirectoryAPITests {
    /// As an attacker does: a piece of it, and is there an answer? Each field that no answer shows, of each kind of thing.
    @Test(.timeLimit(.minutes(3))) func noSearchRevealsWhatIsRedacted() async throws {
        try await WebHouse.with { house in
            var walked = 0
            for collection in DirectoryCollection.all {
                let entities = try await house.premises.store.entities(collection.kind, after: nil, limit: 1000)
                for entity in entities {
                    let shown = Set(Self.texts(DirectoryDesk.document(entity)))
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
}
