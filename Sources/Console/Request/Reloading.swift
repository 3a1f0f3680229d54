internal import HTTPTypes
internal import Relay
internal import Web

/// Where somebody comes who loads an address again that a form was sent to: GET of what takes POST alone leads to the page that the form is of. Worked out
/// from the routes themselves, so that no new form is forgotten.
enum Reloading {
    /// First steps of addresses below which there is no page.
    private static let homes = [
        "applications": "/tokens", "delegations": "/identities", "denies": "/identities", "families": "/tokens", "standings": "/identities",
    ]

    static func routes(for routes: [ConsoleRoute]) -> [ConsoleRoute] {
        let pages = Set(routes.filter { $0.method == .get }.map(\.path))
        var seen: Set<String> = []
        return routes.filter { $0.method == .post && !pages.contains($0.path) && seen.insert($0.path).inserted }.map { route in
            let home = home(of: route.path, pages)
            return .get(route.path) { request in .redirect(filled(home, request.path)) }
        }
    }

    /// The page that stands closest above it.
    static func home(of path: String, _ pages: Set<String>) -> String {
        var steps = path.split(separator: "/")
        while !steps.isEmpty {
            let above = "/" + steps.joined(separator: "/")
            if pages.contains(above) { return above }
            if steps.count == 1, let home = homes[String(steps[0])] { return home }
            steps.removeLast()
        }
        return "/"
    }

    private static func filled(_ path: String, _ values: [String: String]) -> String {
        let steps = path.split(separator: "/").map { step in
            step.hasPrefix("{") ? PercentCoding.encode(values[String(step.dropFirst().dropLast())] ?? "") : String(step)
        }
        return "/" + steps.joined(separator: "/")
    }
}
