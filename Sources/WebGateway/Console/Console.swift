internal import HTTPTypes
internal import Hummingbird
internal import Relay

/// The console.
struct Console: Sendable {
    let office: WebOffice
    let entrance: Entrance

    func add(to router: Router<WebContext>, below base: String) {}

    func page(of problem: Problem, _ request: Request, _ context: WebContext) -> Response {
        APIDesk.reply(to: problem, context.requestID).response(zips: false)
    }
}
