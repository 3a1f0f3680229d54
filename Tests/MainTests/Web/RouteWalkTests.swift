import Foundation
import HTTPTypes
import Relay
import TestSupport
import Testing

@testable import Console
@testable import Main
@testable import Web
@testable import WebAPI

/// Walks every route with every method and role, and compares what happens with what the API's own document promises.
@Suite(.serialized) struct RouteWalkTests {
    /// Nobody, and each role.
    private static let visitors: [Role?] = [nil, .administrator, .auditor, .sender]
    private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

    @Test(.timeLimit(.minutes(20))) func everyRouteKeepsItsPromiseForEveryRole() async throws {
        try await WebHouse.with { house in
            let document = try #require(try await WebClient(port: house.port).get("/openapi.json").json as? [String: Any])
            let paths = try #require(document["paths"] as? [String: [String: Any]])
            var walked = 0
            for (path, operations) in paths.sorted(by: { $0.key < $1.key }) {
                for method in Self.methods {
                    let operation = operations[method.lowercased()] as? [String: Any]
                    for role in Self.visitors {
                        try await walk(house, method, path, operation, role)
                        walked += 1
                    }
                }
            }
            #expect(walked >= 49 * 5 * 4)
            #expect(try await house.administrator.send("POST", "/v1/audit/verify")["whole"] as? Bool == true)
        }
    }

    private func walk(_ house: WebHouse, _ method: String, _ path: String, _ operation: [String: Any]?, _ role: Role?) async throws {
        let address = path.replacing(/\{[a-z]+\}/, with: "nothing")
        let answer = try await ask(house.client(role), method, address, operation)
        let who = "\(method) \(path) as \(role?.rawValue ?? "nobody")"
        #expect(answer.status < 500, "\(who): \(answer.status) \(answer.text)")
        guard let operation else {
            // The path of another route may fit: `/v1/users/remove` is one of `/v1/users/{id}`, too.
            #expect([401, 403, 404, 405, 428].contains(answer.status), "\(who): \(answer.status)")
            return
        }
        let promised = try #require(operation["responses"] as? [String: [String: Any]])
        let promise = promised[String(answer.status)]
        #expect(promise != nil, "\(who): \(answer.status) is not promised: \(answer.text)")
        let types = (promise?["content"] as? [String: Any]).map { Array($0.keys) } ?? []
        let type = answer.field("Content-Type")?.split(separator: ";").first.map(String.init)
        #expect(
            types.isEmpty ? answer.body.isEmpty : types.contains(type ?? ""),
            "\(who): \(type ?? "nothing") is not promised for \(answer.status)")
        let endpoint = try #require(Endpoints.all.first { $0.path == path && $0.method.rawValue == method })
        guard let role else {
            #expect(answer.status == (endpoint.access == .everyone ? answer.status : 401), "\(who): \(answer.status)")
            return
        }
        let isAdmitted = endpoint.access.admits([role])
        #expect(isAdmitted ? answer.status != 401 : answer.status == 403, "\(who): \(answer.status)")
        #expect(answer.field("X-Request-ID")?.isEmpty == false)
        #expect(answer.field("Content-Security-Policy")?.contains("default-src 'none'") == true)
    }

    /// With what the route takes, as far as that says nothing: `{}`, or an empty message.
    private func ask(_ client: WebClient, _ method: String, _ path: String, _ operation: [String: Any]?) async throws -> WebClient.Answer {
        let body = (operation?["requestBody"] as? [String: Any])?["content"] as? [String: Any]
        if let type = body?.keys.sorted().first {
            return try await client.send(method, path, [("Content-Type", type)], body: Array("{}".utf8))
        }
        return try await client.send(method, path)
    }

    /// Each page and each form, walked from the table of routes itself: strangers are sent to log in, nothing fails, and every address can be loaded again.
    @Test(.timeLimit(.minutes(20))) func everyAddressOfTheConsoleAnswers() async throws {
        try await WebHouse.with { house in
            let person = try await ConsolePerson.logIn(to: house)
            let stranger = WebClient(port: house.port)
            for route in Console.routes {
                let address = route.path.replacing(/\{[a-z]+\}/, with: "nothing")
                let refused = try await stranger.send(route.method.rawValue, address)
                #expect(refused.status == 303 && refused.field("Location")?.hasPrefix("/login") == true, "\(address): \(refused.status)")
                let answer = try await person.client.get(address)
                #expect([200, 303, 404].contains(answer.status), "\(address): \(answer.status) \(answer.text)")
                guard answer.status == 303, let next = answer.field("Location") else { continue }
                let page = try await person.client.get(next)
                #expect(page.status == 200 || next.contains("nothing") && page.status == 404, "\(address) leads to \(next): \(page.status)")
            }
            // Each thing's page is reached from where it is named.
            for (list, page) in [
                ("/clients", "/clients/"), ("/mailboxes", "/mailboxes/"), ("/tokens", "/providers/"), ("/mailboxes", "/families/"),
            ] {
                let text = try await person.client.get(list).text
                let href = try #require(text.components(separatedBy: "href=\"\(page)").dropFirst().first?.prefix { $0 != "\"" })
                #expect(try await person.client.get(page + href).status == 200, "\(page)\(href)")
            }
        }
    }

    /// A route that nobody thought of is shut: what has no role is for nobody, so each says one.
    @Test func everyRouteHasADecidedRole() {
        for endpoint in Endpoints.all {
            guard case .roles(let roles) = endpoint.access else {
                Issue.record("\(endpoint.method) \(endpoint.path) is for everyone")
                continue
            }
            #expect(!roles.isEmpty, "\(endpoint.path)")
            if endpoint.method != .get, !endpoint.isHarmless {
                #expect(!roles.contains(.auditor), "\(endpoint.path) lets auditors change something")
            }
        }
    }

    @Test func everyAddressIsOnce() {
        let all = Endpoints.all.map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(all).count == all.count)
    }

    /// Every component that is named is there.
    @Test func theDocumentIsWhole() throws {
        let text = String(decoding: JSONWriter.bytes(OpenAPI.document(Endpoints.all, server: "/", version: "1")), as: UTF8.self)
        let names = Set(OpenAPI.components.map(\.name) + ["Problem"])
        for match in text.matches(of: /#\/components\/schemas\/([A-Za-z]+)/) { #expect(names.contains(String(match.1)), "\(match.1)") }
    }
}

extension Endpoint {
    /// A question that is asked with POST.
    fileprivate var isHarmless: Bool { path == "/v1/decisions" || path == "/v1/audit/verify" }
}
