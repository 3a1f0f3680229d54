/// All routes of the API, in the order in which a reader meets them.
enum Endpoints {
    static let all = decisions + outcomes + messages + directory + standings + consents + operations + audit + about
}
