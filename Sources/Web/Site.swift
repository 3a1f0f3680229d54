package import Hummingbird

/// One part of what is answered over HTTP: the API, the console, the pages of a consent, what a monitor asks for. Parts know nothing of each other.
package protocol Site: Sendable {
    func add(to router: Router<WebContext>)
    /// What can be done at this path; none: it is not one of these.
    func methods(at path: String) -> [String]
    /// A problem as people read it; nil: this part has no pages.
    func page(of problem: Problem, _ context: WebContext) -> Response?
}

extension Site {
    package func methods(at path: String) -> [String] { [] }
    package func page(of problem: Problem, _ context: WebContext) -> Response? { nil }
}
