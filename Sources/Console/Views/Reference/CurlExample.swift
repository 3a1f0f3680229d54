internal import Web
internal import HTTPTypes
internal import Relay

/// A route as somebody tries it in a shell; capitals stand for what only they know.
struct CurlExample: Sendable {
    let text: String

    init(_ endpoint: Endpoint, at address: PublicAddress) {
        var parts = ["curl -sS" + (endpoint.method == .get ? "" : " -X \(endpoint.method.rawValue)")]
        parts[0] += " " + (address.description + Self.path(endpoint)).shellQuoted
        if endpoint.access != .everyone { parts.append("-H \"Authorization: Bearer $KEY\"") }
        for parameter in endpoint.parameters where parameter.place == .header && parameter.isRequired {
            // The only one that is: any state will do for a try.
            parts.append("-H '\(parameter.name): *'")
        }
        if let body = endpoint.body, let type = body.shapes.first?.type {
            parts.append("-H 'Content-Type: \(type)'")
            parts.append(Self.content(body, type))
        }
        text = parts.joined(separator: " \\\n  ")
    }

    private static func path(_ endpoint: Endpoint) -> String {
        endpoint.path.split(separator: "/").map { "/" + ($0.hasPrefix("{") ? $0.dropFirst().dropLast().uppercased() : String($0)) }.joined()
    }

    private static func content(_ body: Endpoint.Body, _ type: String) -> String {
        if type == "message/rfc822" { return "--data-binary @message.eml" }
        // Without an example, from a file.
        return body.example.isEmpty ? "--data-binary @FILE" : "-d \(body.example.shellQuoted)"
    }
}
