package import Relay
package import struct FoundationEssentials.Date

extension OutcomeFilter {
    /// What a request asks for, of the API or the console: of a day, unless it says since when.
    package init(_ query: Query, at now: Date) throws(Problem) {
        self.init(since: try query.date("since") ?? now.addingTimeInterval(-86_400))
        until = try query.date("until")
        if let until, until <= since { throw Problem(.badRequest, "until is not after since, so nothing can fit", place: "until") }
        if let text = query["message"] {
            guard let id = SpoolID(text) else { throw Problem(.badRequest, "message is no id", place: "message") }
            message = id
        }
        (recipient, author, client) = (query["recipient"], query["as"], query["client"])
        outcome = try query.choice("outcome", OutcomeReport.Outcome.self)
    }
}
